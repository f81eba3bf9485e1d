import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createIsomorphicCanvasFactory, type getDocumentProxy } from "unpdf";
import { folderOfReader, openPdf } from "./pdf.ts";
import { refusal } from "./refusal.ts";

/** The longer side in pixels: the first whose picture is small enough is taken. */
const SIDES = [1400, 1000, 700, 400] as const;
const MOST_BYTES = 256 * 1024;
const QUALITY = 80;
/** Of an image on the page, in pixels: a larger one is left out. A page of a scanner has nine million. */
const MOST_IMAGE_PIXELS = 12 * 1024 * 1024;
/** Of what is drawn aside, such as a pattern. */
const MOST_ASIDE_BYTES = 32 * 1024 * 1024;

/** Pictures of scanners and faxes that `unpdf` does not unpack, as the objects of a PDF name them. */
const PACKINGS = ["JPXDecode", "JBIG2Decode", "CCITTFaxDecode"] as const;

/**
 * Draws a page of a PDF, from 1 on, as a JPEG of at most 256 KB. Letters of fonts that are not in the file are drawn by
 * those that PDF.js comes with, or by those of the machine. Throws a sentence for a file that is no PDF that can be
 * opened, and for a page that it has not.
 */
export async function drawPage(bytes: Uint8Array, number: number): Promise<Uint8Array> {
  const canvases = await import("@napi-rs/canvas");
  const CanvasFactory = await createIsomorphicCanvasFactory(async () => canvases);
  const limits = { maxImageSize: MOST_IMAGE_PIXELS, canvasMaxAreaInBytes: MOST_ASIDE_BYTES };
  const standardFontDataUrl = folderOfReader("standard_fonts");
  const options = { ...limits, standardFontDataUrl };
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pdf = PACKINGS.some((name) => whole.includes(name))
    ? await openPdf(bytes, { ...options, wasmUrl: folderOfReader("wasm") }, await wholeReader())
    : await openPdf(bytes, { ...options, CanvasFactory });
  if (number > pdf.numPages) throw refusal(`The PDF has no page ${number}.`);
  const page = await pdf.getPage(number);
  const { width: across, height: down } = page.getViewport({ scale: 1 });
  const longest = Math.max(across, down, 1);
  for (const side of SIDES) {
    const viewport = page.getViewport({ scale: side / longest });
    const [width, height] = [viewport.width, viewport.height].map((length) => Math.max(1, Math.round(length)));
    const canvas = canvases.createCanvas(width ?? 1, height ?? 1);
    // It draws on any canvas that has a browser's methods, and its types know those of browsers alone.
    const drawn = canvas as unknown as HTMLCanvasElement;
    await page.render({ canvas: drawn, viewport, background: "white" }).promise;
    const picture = await canvas.encode("jpeg", QUALITY);
    if (picture.byteLength <= MOST_BYTES) return picture;
  }
  throw refusal("The page has too much in it to be drawn.");
}

type Open = typeof getDocumentProxy;
/** What is used of PDF.js. */
type Pdfjs = {
  readonly getDocument: (given: Parameters<Open>[1]) => { readonly promise: ReturnType<Open> };
};

/**
 * PDF.js itself, which is what `unpdf` is made of, but that it unpacks all pictures, by WebAssembly, and takes some
 * more memory. It is named by its path, so that an image, in which nothing draws, does not get it.
 */
async function wholeReader(): Promise<Open> {
  const path = join(folderOfReader("legacy/build"), "pdf.mjs");
  const { getDocument }: Pdfjs = await import(pathToFileURL(path).href);
  return (data, options) => getDocument({ ...options, data }).promise;
}
