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
 * The text of a document, whatever it is, and its pieces. `tell` hears how many of its pages are read, where it has
 * pages. What reads a format is loaded with the first document that has it.
 *
 * Throws "bad-request" with a sentence for a file that no text can be had from; anything else thrown is a fault of a
 * reader.
 */
export async function extract(
  bytes: Uint8Array,
  { name, mediaType }: { readonly name: string; readonly mediaType: string },
  tell: (done: number, all: number) => void = () => {},
): Promise<Extraction> {
  if (bytes.byteLength === 0) throw hasNoText();
  const kind = kindOf(bytes, name, mediaType);
  const { emptyPages = null, ...found } = await read(bytes, kind, mediaType, tell);
  const { text, pages } = composed(found.text, found.pages ?? null);
  if (text.length > MOST_CHARACTERS) throw tooLong();
  if (text.trim() === "") throw hasNoText();
  return { kind, text, pages, emptyPages, pieces: () => piecesOf(text, blocksOf(kind, text, pages ?? []), pages) };
}

/**
 * A text whose letters are put together, as a question has them (Unicode's form NFC): some programs write an accent, or
 * each part of a Korean syllable, as a character of its own. Pages begin where they did.
 */
function composed(text: string, pages: readonly number[] | null): Pick<Extraction, "text" | "pages"> {
  const whole = text.normalize("NFC");
  if (whole === text || pages === null) return { text: whole, pages };
  const told = pages.map((from, n) => text.slice(from, pages[n + 1] ?? text.length).normalize("NFC"));
  let at = 0;
  const places = told.map((page) => {
    at += page.length;
    return at - page.length;
  });
  return { text: told.join(""), pages: places };
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
