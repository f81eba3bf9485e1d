type Polling = {
  readonly everyMs: number;
  /** Whether somebody sees the page: else nothing is asked. */
  readonly isSeen: () => boolean;
};

/** So long an answer is waited for: a connection that a sleeping machine has lost says nothing. */
const MOST_MS = 30_000;
const MOST_FAILURES = 4;

/**
 * Asks again and again, one at a time, and the more seldom the more often that has failed. `now` asks at once, in place
 * of what is being asked; `close` ends all.
 */
export function poll(
  ask: (signal: AbortSignal) => Promise<void>,
  { everyMs, isSeen }: Polling,
): { readonly now: () => void; readonly close: () => void } {
  let own = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(now, 1000);
  let failures = 0;

  function now(): void {
    close();
    own = new AbortController();
    void turn(own.signal);
  }

  async function turn(signal: AbortSignal): Promise<void> {
    if (isSeen()) {
      try {
        await ask(AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]));
        failures = 0;
      } catch {
        failures = Math.min(failures + 1, MOST_FAILURES);
      }
    }
    if (!signal.aborted) timer = setTimeout(now, everyMs * 2 ** failures);
  }

  function close(): void {
    own.abort();
    clearTimeout(timer);
  }

  return { now, close };
}
