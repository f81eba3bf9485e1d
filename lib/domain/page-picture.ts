import type { SourceFile } from "./extraction.ts";

/** What is drawn: a page of a PDF, from 1 on. */
export type PageToDraw = {
  /** Who asks: of each only some wait at a time. */
  readonly by: string;
  /** Names the file's content: what was drawn of it just now need not be drawn again. */
  readonly key: string;
  readonly file: SourceFile;
  readonly page: number;
};

/**
 * Draws a page as a JPEG of at most 256 KB, one after the other.
 *
 * Throws "bad-request" with a sentence for one that cannot be drawn, "rate-limited" where too many wait, "unavailable"
 * where what draws has ended by itself, and the reason of `signal`.
 */
export type DrawPage = (page: PageToDraw, signal: AbortSignal) => Promise<Uint8Array>;

/** What LlamaCloud calls the picture of a page. */
export const pictureName = (page: number): string => `screenshots/page_${page}.jpg`;

/** The page that a picture of this name shows; null: nothing is called so. */
export function pageOfPicture(name: string): number | null {
  const [, page] = /^screenshots\/page_([1-9]\d{0,5})\.jpg$/u.exec(name) ?? [];
  return page === undefined ? null : Number(page);
}
