import { type DocPiece, MOST_CHARACTERS } from "../domain/extraction.ts";
import { type Block, codeBlocks, markdownBlocks, pageBlocks, proseBlocks, rowBlocks } from "./blocks.ts";
import { decodeText } from "./decode-text.ts";
import { type Kind, kindOf } from "./kind.ts";
import { piecesOf } from "./pieces.ts";
import { hasNoText, tooLong } from "./refusal.ts";

/** A UTF-16 unit takes no more in any encoding that is read, but for a mark before all. */
const BYTES_OF_CHARACTER = 3;

export type Extraction = {
  readonly kind: Kind;
  readonly text: string;
  /** Where pages begin in the text; null where it has none. */
  readonly pages: readonly number[] | null;
  /** How many of the pages have no text; null where nobody has counted. */
  readonly emptyPages: number | null;
  /** The text in pieces, in order, made as they are asked for. */
  readonly pieces: () => Generator<DocPiece, void>;
};

/**
 * The text of a document, whatever it is, and its pieces. `tell` hears how many of its pages are read, where it has pages.
 * What reads a format is loaded with the first document that has it.
 *
 * Throws "bad-request" with a sentence for a file that no text can be had from; anything else thrown is a fault of a reader.
 */
export async function extract(
  bytes: Uint8Array,
  { name, mediaType }: { readonly name: string; readonly mediaType: string },
  tell: (done: number, all: number) => void = () => {},
): Promise<Extraction> {
  if (bytes.byteLength === 0) throw hasNoText();
  const kind = kindOf(bytes, name, mediaType);
  const { text, pages = null, emptyPages = null } = await read(bytes, kind, mediaType, tell);
  if (text.length > MOST_CHARACTERS) throw tooLong();
  if (text.trim() === "") throw hasNoText();
  return { kind, text, pages, emptyPages, pieces: () => piecesOf(text, blocksOf(kind, text, pages ?? []), pages) };
}

async function read(
  bytes: Uint8Array,
  kind: Kind,
  mediaType: string,
  tell: (done: number, all: number) => void,
): Promise<{ readonly text: string } & Partial<Pick<Extraction, "pages" | "emptyPages">>> {
  switch (kind) {
    case "pdf": {
      const { pdfToText } = await import("./pdf.ts");
      return pdfToText(bytes, tell);
    }
    case "docx": {
      const { docxToMarkdown } = await import("./docx.ts");
      return docxToMarkdown(bytes);
    }
    case "html": {
      const { htmlToMarkdown } = await import("./html.ts");
      return { text: htmlToMarkdown(decodeText(bytes, mediaType)) };
    }
    default:
      if (bytes.byteLength > BYTES_OF_CHARACTER * MOST_CHARACTERS + BYTES_OF_CHARACTER) throw tooLong();
      return { text: decodeText(bytes, mediaType) };
  }
}

function blocksOf(kind: Kind, text: string, pages: readonly number[]): Generator<Block> {
  switch (kind) {
    case "pdf":
      return pageBlocks(text, pages);
    case "csv":
      return rowBlocks(text);
    case "code":
      return codeBlocks(text);
    case "text":
      return proseBlocks(text);
    default:
      return markdownBlocks(text);
  }
}
