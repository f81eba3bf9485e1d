import { viewerName } from "../viewer";
import { type AttachedFile, isAttachedFile } from "./attachments/attachment";

// Messages that wait to be sent: for the end of an answer, or for the connection. They belong to a person and a
// session, and are kept on the device, so that they outlive the page.

/** A message that waits. Its id is the one that it is sent under, however often: the server takes it once. */
export type Waiting = { readonly id: string; readonly text: string; readonly files?: readonly AttachedFile[] };

export const MOST_WAITING = 20;

const PREFIX = "parley:queue:";
const keyOf = (sessionId: string | null) => `${PREFIX}${viewerName()}:${sessionId ?? "new"}`;
const NONE: readonly Waiting[] = [];

type Keeping = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export type Queue = ReturnType<typeof createQueue>;

/**
 * The messages that wait in a session, oldest first. `keeping`: where they are kept; without one, or where it is full,
 * they are kept as long as the page.
 */
export function createQueue(first: string | null, keeping: Keeping | null = localStore()) {
  let sessionId = first;
  let list = read();
  const listeners = new Set<() => void>();

  function read(): readonly Waiting[] {
    try {
      return waitingIn(keeping?.getItem(keyOf(sessionId)) ?? null);
    } catch {
      return NONE;
    }
  }

  function set(next: readonly Waiting[]): void {
    list = next;
    try {
      if (next.length === 0) keeping?.removeItem(keyOf(sessionId));
      else keeping?.setItem(keyOf(sessionId), JSON.stringify(next));
    } catch {
      // They wait in this page alone then.
    }
    for (const listener of listeners) listener();
  }

  return {
    get: (): readonly Waiting[] => list,
    getServer: (): readonly Waiting[] => NONE,
    subscribe(listener: () => void) {
      listeners.add(listener);
      const onStorage = ({ key }: StorageEvent) => {
        if (key !== keyOf(sessionId)) return;
        list = read();
        listener();
      };
      window.addEventListener("storage", onStorage);
      return () => {
        listeners.delete(listener);
        window.removeEventListener("storage", onStorage);
      };
    },
    add(message: Waiting) {
      if (list.length < MOST_WAITING) set([...list, message]);
    },
    change: (id: string, text: string) => set(list.map((one) => (one.id === id ? { ...one, text } : one))),
    /** Takes one back, or out since it is with the server. */
    remove(id: string) {
      if (list.some((one) => one.id === id)) set(list.filter((one) => one.id !== id));
    },
    /** The first question has made the session: what waits goes along with it. */
    moveTo(made: string) {
      if (sessionId === made) return;
      const moved = list;
      set(NONE);
      sessionId = made;
      set(moved);
    },
  };
}

function localStore(): Keeping | null {
  try {
    return typeof window === "undefined" ? null : window.localStorage;
  } catch {
    return null;
  }
}

/** What was kept, as far as it can be read. */
function waitingIn(json: string | null): readonly Waiting[] {
  if (json === null) return NONE;
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter(isWaiting).slice(0, MOST_WAITING) : NONE;
  } catch {
    return NONE;
  }
}

const isWaiting = (value: unknown): value is Waiting =>
  typeof value === "object" &&
  value !== null &&
  "id" in value &&
  typeof value.id === "string" &&
  "text" in value &&
  typeof value.text === "string" &&
  (!("files" in value) || (Array.isArray(value.files) && value.files.every(isAttachedFile)));

/** How a conversation stands, as far as waiting messages ask. */
export type Standing = {
  readonly isBusy: boolean;
  readonly isOnline: boolean;
  readonly isSignedOut: boolean;
  /** The last turn failed, so that what waits may not fit any more. */
  readonly isBroken: boolean;
  /** Calls wait for their answers, which a message would take away. */
  readonly hasOpenCalls: boolean;
  /** The last one that was sent was not taken. */
  readonly isRefused: boolean;
};

/** What a message waits for: something that ends by itself, or the person. Null: for nothing. */
export type Reason = "connection" | "sign-in" | "answer" | "broken" | "calls" | "refused";

/** Why the first of the messages that wait is not sent now; null: it is. */
export function reasonToWait(standing: Standing): Reason | null {
  if (!standing.isOnline) return "connection";
  if (standing.isSignedOut) return "sign-in";
  if (standing.isBusy) return "answer";
  if (standing.isRefused) return "refused";
  if (standing.isBroken) return "broken";
  return standing.hasOpenCalls ? "calls" : null;
}
