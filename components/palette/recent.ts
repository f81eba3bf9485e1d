const NAME = "parley:commands";
const MOST = 4;

/** The ids of the commands that were taken last on this device, the latest first. */
export function readRecent(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function noteRecent(id: string): void {
  try {
    const ids = [id, ...readRecent().filter((other) => other !== id)];
    localStorage.setItem(NAME, JSON.stringify(ids.slice(0, MOST)));
  } catch {
    // A device that keeps nothing has no recent commands.
  }
}
