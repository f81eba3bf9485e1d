import { lazy } from "react";
import { onIntent } from "../intent";

type Renderer = typeof import("./markdown").default;

let want: () => void = () => {};
const wanted = new Promise<void>((resolve) => {
  want = resolve;
});
let renderer: Renderer | null = null;

if (typeof window !== "undefined") onIntent(() => want());

async function load(): Promise<{ readonly default: Renderer }> {
  const loaded = await import("./markdown");
  renderer = loaded.default;
  return loaded;
}

/**
 * Brings the renderer's code: answers of the server's page stand as they are until someone stirs. Resolves when it is there,
 * and where it cannot be had.
 */
export function wantMarkdown(): Promise<unknown> {
  want();
  return load().catch(() => null);
}

/** Resolves when the renderer is there for whoever has stirred, or cannot be had. */
export const markdownThere = (): Promise<unknown> => wanted.then(load).catch(() => null);

/** The renderer, once its code is there. */
export const loadedMarkdown = (): Renderer | null => renderer;

/** The renderer, where somebody can wait for its code. */
export const LaterMarkdown = lazy(() => wanted.then(load));
