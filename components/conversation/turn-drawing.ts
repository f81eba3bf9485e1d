import { onIntent } from "./intent";

type Drawing = typeof import("./whole-turn").default;
type OnNear = typeof import("./near").onNear;

let want: () => void = () => {};
const wanted = new Promise<void>((resolve) => {
  want = resolve;
});
let drawing: Drawing | null = null;
let onNear: OnNear | null = null;

if (typeof window !== "undefined") onIntent(() => want());

async function load(): Promise<{ readonly default: Drawing }> {
  const [loaded, near] = await Promise.all([import("./whole-turn"), import("./near")]);
  drawing = loaded.default;
  onNear = near.onNear;
  return loaded;
}

/**
 * Brings the code that draws turns: those of the server's page stand as they are until someone stirs. Resolves when it
 * is there, and where it cannot be had.
 */
export function wantDrawing(): Promise<unknown> {
  want();
  return load().catch(() => null);
}

/**
 * Gives what tells when a turn is to be drawn, once somebody has stirred and the code is there; null where it cannot be
 * had.
 */
export const drawingThere = (): Promise<OnNear | null> =>
  wanted.then(load).then(
    () => onNear,
    () => null,
  );

/** What turns are drawn with, once its code is there. */
export const loadedDrawing = (): Drawing | null => drawing;

/** What turns are drawn with, once somebody wants it. Rejects where it cannot be had. */
export const laterDrawing = (): Promise<{ readonly default: Drawing }> => wanted.then(load);
