// Reads one document, or draws a page of it, in a process of its own, which may read the program's files and do nothing
// else: a file that breaks a reader, fills the memory or never ends takes this process with it and no other. The file
// comes on the standard input behind a line that says what it is; what comes of it goes out line by line, as fast as it
// is taken.
import { setPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { ChatError } from "../domain/errors.ts";
import type { DocPiece } from "../domain/extraction.ts";
import { extract } from "./extract.ts";
import type { Said } from "./said.ts";

/** Behind the server, and yet not without end on a busy machine. */
const PRIORITY = 10;
const PIECES_AT_ONCE = 40;
const CHARACTERS_AT_ONCE = 100_000;
/** Where a document has pages, reading them takes nearly all of the time: so much of the whole. */
const PAGES_SHARE = 0.9;
/** How far the pages are is told in such steps. */
const TOLD_STEP = 0.02;

setPriority(PRIORITY);
new Worker(new URL("./watch.ts", import.meta.url), {
  workerData: { parent: process.ppid, draws: process.argv[2] === "draw" },
}).unref();
try {
  await work();
} catch (thrown) {
  const isTold = thrown instanceof ChatError;
  await say(isTold ? { type: "refused", sentence: thrown.message } : { type: "failed", reason: reasonOf(thrown) });
}
process.exit();

async function work(): Promise<void> {
  const { bytes, page, ...source } = await input();
  if (page !== undefined) return drawn(bytes, page);
  let told = 0;
  let fromPages = 0;
  const tell = (done: number, all: number): void => {
    fromPages = PAGES_SHARE * (done / all);
    if (fromPages - told < TOLD_STEP) return;
    told = fromPages;
    // It goes out in its order, before the pieces.
    say({ type: "pieces", pieces: [], progress: told }).catch(() => {});
  };
  const { text, pages, emptyPages, pieces } = await extract(bytes, source, tell);
  let some: DocPiece[] = [];
  let characters = 0;
  const flush = async (): Promise<void> => {
    const last = some.at(-1);
    if (last) {
      const progress = fromPages + (1 - fromPages) * (last.endChar / text.length);
      await say({ type: "pieces", pieces: some, progress });
    }
    [some, characters] = [[], 0];
  };
  for (const piece of pieces()) {
    some.push(piece);
    characters += piece.content.length;
    if (some.length >= PIECES_AT_ONCE || characters > CHARACTERS_AT_ONCE) await flush();
  }
  await flush();
  await say({ type: "end", characters: text.length, pages: pages?.length ?? null, emptyPages });
}

async function drawn(bytes: Uint8Array, page: number): Promise<void> {
  const { drawPage } = await import("./draw-page.ts");
  const picture = await drawPage(bytes, page);
  await say({ type: "picture", jpeg: Buffer.from(picture).toString("base64") });
}

type Header = { readonly name: string; readonly mediaType: string; readonly size: number; readonly page?: number };

/** The file, in memory once. */
async function input(): Promise<Header & { readonly bytes: Uint8Array }> {
  let head = Buffer.alloc(0);
  let header: Header | null = null;
  let bytes = new Uint8Array();
  let at = 0;
  for await (const piece of process.stdin) {
    let rest: Buffer = piece;
    if (header === null) {
      head = Buffer.concat([head, rest]);
      const end = head.indexOf("\n");
      if (end < 0) continue;
      header = JSON.parse(head.toString("utf8", 0, end)) as Header; // the parent's own words
      bytes = new Uint8Array(header.size);
      rest = head.subarray(end + 1);
    }
    bytes.set(rest, at);
    at += rest.length;
  }
  if (header === null || at !== header.size) throw new Error(`The file came to an end after ${at} bytes`);
  return { ...header, bytes };
}

/** Resolves when there is room for more. */
function say(said: Said): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${JSON.stringify(said)}\n`, (failed) => (failed ? reject(failed) : resolve()));
  });
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}`.slice(0, 500) : String(thrown).slice(0, 500);
}
