import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { getDocumentProxy } from "unpdf";
import { MOST_CHARACTERS } from "../domain/extraction.ts";
import { storable } from "../domain/text.ts";
import { readingOrder } from "./reading-order.ts";
import { refusal, tooLong } from "./refusal.ts";

const MOST_PAGES = 5000;
/** The reader keeps what it has seen: after so many pages it begins anew. */
const PAGES_KEPT = 2000;
const BETWEEN_PAGES = "\n\n";

export type PagedText = {
  readonly text: string;
  /** Where the pages begin in the text. */
  readonly pages: readonly number[];
  /** How many of them have none of it. */
  readonly emptyPages: number;
};

/** What PDF.js gives of a page's text: runs of characters, each with where it stands, and marks without text. */
type Item = {
  readonly type?: string;
  readonly str?: string;
  readonly hasEOL?: boolean;
  readonly transform?: readonly number[];
  readonly height?: number;
};

/**
 * The text of a PDF page by page, with an empty line where there is a gap between lines. `tell` hears how many pages
 * are read. Throws a sentence for one that is encrypted, damaged, has too many pages, or has no text at all.
 */
export async function pdfToText(bytes: Uint8Array, tell: (done: number, all: number) => void): Promise<PagedText> {
  let pdf = await openPdf(bytes, FOR_TEXT);
  if (pdf.numPages > MOST_PAGES)
    throw refusal(`The PDF has more than ${MOST_PAGES} pages. Split it into smaller files.`);
  const pieces: string[] = [];
  const pages: number[] = [];
  let length = 0;
  let unread = 0;
  let emptyPages = 0;
  for (let n = 1; n <= pdf.numPages; n++) {
    pages.push(length);
    if (n % PAGES_KEPT === 0) {
      await pdf.loadingTask.destroy();
      pdf = await openPdf(bytes, FOR_TEXT);
    }
    const text = await pageText(pdf, n).catch(() => null);
    if (text === null) unread++;
    const own = storable(text ?? "");
    if (own.trim() === "") emptyPages++;
    const piece = own + (n < pdf.numPages ? BETWEEN_PAGES : "");
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_CHARACTERS) throw tooLong();
    tell(n, pdf.numPages);
  }
  if (unread === pdf.numPages) throw refusal("The PDF is damaged: none of its pages can be read.");
  const text = pieces.join("");
  if (text.trim() === "") {
    throw refusal(
      "The PDF has no text: its pages are pictures, as of a scanner. Have the text recognised (OCR) first.",
    );
  }
  return { text, pages, emptyPages };
}

type Options = NonNullable<Parameters<typeof getDocumentProxy>[1]>;
const FOR_TEXT: Options = { maxImageSize: 1024 * 1024 };

/** A folder of what PDF.js comes with, for its options: the reader wants a path that ends so, and no address. */
export const folderOfReader = (name: "cmaps" | "standard_fonts" | "wasm" | "legacy/build"): string =>
  join(dirname(fileURLToPath(import.meta.resolve("pdfjs-dist/package.json"))), name, "/");

/** Opens a PDF, by `open` where another reader is wanted. Throws a sentence for one that is encrypted or damaged. */
export async function openPdf(bytes: Uint8Array, options: Options, open: typeof getDocumentProxy = getDocumentProxy) {
  // Old fonts of Chinese, Japanese and Korean name tables of Adobe's for their letters, and bring none.
  const tables = { cMapUrl: folderOfReader("cmaps"), cMapPacked: true };
  try {
    // A copy: the reader takes the memory of what it is given.
    return await open(bytes.slice(), {
      disableFontFace: true,
      useSystemFonts: false,
      enableXfa: false,
      verbosity: 0,
      ...tables,
      ...options,
    });
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : "";
    if (name === "PasswordException") throw refusal("The PDF is encrypted. Save it without a password.", thrown);
    throw refusal("The PDF is damaged and cannot be opened.", thrown);
  }
}

async function pageText(pdf: Awaited<ReturnType<typeof openPdf>>, n: number): Promise<string> {
  const page = await pdf.getPage(n);
  try {
    const { items } = await page.getTextContent();
    return joined(items);
  } finally {
    page.cleanup();
  }
}

/** A line that begins so much lower than the one before it begins a paragraph. */
const PARAGRAPH_GAP = 1.6;

function joined(items: readonly Item[]): string {
  let text = "";
  let lastY: number | null = null;
  let height = 0;
  for (const line of linesOf(items)) {
    const first = line.find(({ str = "", transform }) => str.trim() !== "" && transform !== undefined);
    if (first?.transform) {
      const [, , , , , y = 0] = first.transform;
      const own = first.height ?? 0;
      if (lastY !== null && height > 0 && lastY - y > PARAGRAPH_GAP * Math.max(height, own)) text += "\n";
      [lastY, height] = [y, own];
    }
    const runs = line.map(({ str = "", transform }) => ({ text: str, x: transform?.[4] ?? 0 }));
    text += readingOrder(runs).trimEnd();
    if (line.at(-1)?.hasEOL) text += "\n";
  }
  return text.replaceAll(/\n{3,}/gu, "\n\n").trim();
}

/** Items line by line. */
function linesOf(items: readonly Item[]): Item[][] {
  const lines: Item[][] = [[]];
  for (const item of items) {
    lines.at(-1)?.push(item);
    if (item.hasEOL) lines.push([]);
  }
  return lines;
}
