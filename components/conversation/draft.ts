import { viewerName } from "../viewer";

// What was typed and not yet sent, per person and session, on this device.

const PREFIX = "parley:draft:";
const keyOf = (sessionId: string | null, owner = viewerName()) => `${PREFIX}${owner}:${sessionId ?? "new"}`;

/** All that is kept of a person; each key goes on with the name of its owner and a colon. */
const OWNED_PREFIXES: readonly string[] = [PREFIX, "parley:queue:"];

export function readDraft(sessionId: string | null): string {
  try {
    return localStorage.getItem(keyOf(sessionId)) ?? "";
  } catch {
    return "";
  }
}

export function writeDraft(sessionId: string | null, text: string): void {
  try {
    if (text === "") localStorage.removeItem(keyOf(sessionId));
    else localStorage.setItem(keyOf(sessionId), text);
  } catch {
    // A full or closed store costs the draft, not the chat.
  }
}

/** Forgets all that was not sent on this device: somebody else may be the next to sit here. */
export function dropDrafts(): void {
  keepOf(() => null);
}

/** Where the draft of an edited question is kept. */
export const editDraft = (questionId: string): string => `edit:${questionId}`;

/**
 * Makes what is kept on this device the viewer's: what a guest had typed goes along to the person who signs in, what
 * another person had is forgotten. Before a guest it stays, unseen: its person may only have been signed out.
 */
export function claimDrafts(): void {
  const viewer = viewerName();
  if (viewer === "guest") return;
  keepOf((owner) => (owner === viewer || owner === "guest" ? viewer : null));
}

/** Gives each thing to the owner that `next` says; null: it is forgotten. */
function keepOf(next: (owner: string) => string | null): void {
  try {
    for (const key of Object.keys(localStorage)) {
      const prefix = OWNED_PREFIXES.find((one) => key.startsWith(one));
      if (prefix === undefined) continue;
      const [owner = "", ...rest] = key.slice(prefix.length).split(":");
      const kept = next(owner);
      if (kept === owner) continue;
      const value = localStorage.getItem(key);
      localStorage.removeItem(key);
      const moved = `${prefix}${kept}:${rest.join(":")}`;
      if (kept !== null && value !== null && localStorage.getItem(moved) === null) localStorage.setItem(moved, value);
    }
  } catch {
    // Without a store there is nothing to forget.
  }
}
