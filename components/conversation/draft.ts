/** What was typed and not yet sent, per session, on this device. */
const keyOf = (sessionId: string | null) => `parley:draft:${sessionId ?? "new"}`;

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
