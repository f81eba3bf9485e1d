// Next bundles each route by itself: what is once in the process hangs on the global object.
const FAILED = Symbol.for("parley.failed-to-open");
const holder = globalThis as { [FAILED]?: boolean }; // the key is ours alone

/** Notes whether the last try to open the server came to nothing. */
export function noteOpening(hasFailed: boolean): void {
  holder[FAILED] = hasFailed;
}

/** Whether the server did not open when it was last tried: no page of it is whole then. */
export const hasFailedToOpen = (): boolean => holder[FAILED] ?? false;
