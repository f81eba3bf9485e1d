/** A stretch of a document's text that a search finds. */
export type DocPiece = {
  /** From 0 on, in the order of the text. */
  readonly position: number;
  /** The text from `startChar` to before `endChar`, exactly. Both count UTF-16 units, as JavaScript's `slice` does. */
  readonly content: string;
  readonly startChar: number;
  readonly endChar: number;
  /** From 1 on; null where the document has no pages. */
  readonly pageFrom: number | null;
  readonly pageTo: number | null;
  /** The headings over it, the outermost first; for rows of a table of values its first row. */
  readonly headings: readonly string[];
  /** Guessed. */
  readonly tokens: number;
};

/** What comes of a document bit by bit: pieces in their order, and at the end how much it was. */
export type Extracted =
  | { readonly type: "pieces"; readonly pieces: readonly DocPiece[]; readonly progress: number }
  | ({ readonly type: "end"; readonly characters: number } & PageCounts);

/** Null where a document has no pages. `emptyPages`: how many of them have no text. */
export type PageCounts = { readonly pages: number | null; readonly emptyPages: number | null };

export type SourceFile = {
  readonly name: string;
  readonly mediaType: string;
  /** In bytes. */
  readonly size: number;
  readonly bytes: AsyncIterable<Uint8Array>;
};

/**
 * Makes pieces of a file. `progress` is a share from 0 to 1. The same file gives the same pieces.
 *
 * Throws "bad-request" with a sentence for a person where nothing can be made of the file, "rate-limited" where too
 * many wait, and the reason of `signal`.
 */
export type ExtractFile = (file: SourceFile, signal: AbortSignal) => AsyncIterable<Extracted>;

/** A file may have so many bytes. */
export const MOST_FILE_BYTES = 50 * 1024 * 1024;
/** A document may have so many characters of text. */
export const MOST_CHARACTERS = 5_000_000;
