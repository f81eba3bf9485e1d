/** What was typed and not yet sent, per session, on this device. */
const PREFIX = "parley:draft:";
const keyOf = (sessionId: string | null) => `${PREFIX}${sessionId ?? "new"}`;

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

/** Forgets all drafts of this device: somebody else may be the next to sit here. */
export function dropDrafts(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Without a store there is nothing to forget.
  }
}
