// Whom this page was made for, for what is outside of React: what is sent to the server, and what is kept on this
// device.

/** An account of a person by its id; a guest; or nobody, who becomes a guest by writing. */
type Viewer = { readonly kind: "none" | "guest" | "person"; readonly id: string | null };

let viewer: Viewer = { kind: "none", id: null };
const listeners = new Set<() => void>();
let isSignedOut = false;

/** Says whom the page shows. Only for browsers: a server makes pages for many at once. */
export function setViewer({ kind, id }: Viewer): void {
  if (viewer.kind === kind && viewer.id === id) return;
  viewer = { kind, id };
  setSignedOut(false);
}

/** What a request tells the server of the viewer, so that it does not take the page for somebody else's. */
export const viewerHeaders = (): Readonly<Record<string, string>> =>
  viewer.kind === "none" ? {} : { "x-parley-viewer": viewer.kind === "person" && viewer.id ? viewer.id : "guest" };

/** Whose things on this device are shown: an id, or one name for all guests. */
export const viewerName = (): string => (viewer.kind === "person" && viewer.id ? viewer.id : "guest");

/**
 * Takes in how the server has answered: who wrote is known to it from then on, and who was and is not any more is
 * signed out.
 */
export function noteAnswer(status: number, isWriting: boolean): void {
  if (viewer.kind === "none" && isWriting && status < 400) viewer = { kind: "guest", id: null };
  if (viewer.kind !== "none" && (status === 401 || status < 400)) setSignedOut(status === 401);
}

let lastWrite: Promise<unknown> = Promise.resolve();

/**
 * Sends something that writes. While the page shows nobody, one waits for the other: with the first a visitor becomes a
 * guest, and what follows is to be the same guest's.
 */
export function writeInTurn<Answer>(write: () => Promise<Answer>): Promise<Answer> {
  if (viewer.kind !== "none") return write();
  const mine = lastWrite.then(write);
  lastWrite = mine.catch(() => {});
  return mine;
}

function setSignedOut(next: boolean): void {
  if (isSignedOut === next) return;
  isSignedOut = next;
  for (const listener of listeners) listener();
}

/** Whether the server does not know the viewer any more; for `useSyncExternalStore`. */
export const signedOut = {
  get: (): boolean => isSignedOut,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

/** Where to sign in, and come back from. */
export const signInPath = (from: string): string => `/sign-in?from=${encodeURIComponent(from)}`;
