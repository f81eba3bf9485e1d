/** Deletions that the server has not heard of yet, by what they delete. */
const pending = new Map<string, () => Promise<unknown>>();

if (typeof window !== "undefined") window.addEventListener("pagehide", () => void tellDeletions());

/**
 * Keeps a deletion back, for as long as it can be undone or until `tellDeletions`. `tell` asks the server for it, and
 * does not throw.
 */
export function holdDeletion(id: string, tell: () => Promise<unknown>): void {
  pending.set(id, tell);
}

/** Whether it was still held back; it is not any more. */
export const dropDeletion = (id: string): boolean => pending.delete(id);

/** Asks the server for one, where it is still held back. */
export async function tellDeletion(id: string): Promise<void> {
  const tell = pending.get(id);
  if (dropDeletion(id)) await tell?.();
}

/** Asks the server for all at once, such as when the page is left, or the person: what they deleted is gone. */
export async function tellDeletions(): Promise<void> {
  await Promise.all([...pending.keys()].map(tellDeletion));
}
