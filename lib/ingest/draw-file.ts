import { join } from "node:path";
import { ChatError } from "../domain/errors.ts";
import type { DrawPage, PageToDraw } from "../domain/page-picture.ts";
import { type Log, readBy } from "./reader.ts";
import { refusal } from "./refusal.ts";

/** So many wait, and so many of one who asks. */
const MOST_WAITING = 12;
const MOST_OF_ONE = 4;
/** So many pictures are kept, of 256 KB at the most, and for so long: what was deleted anywhere is not to stay. */
const MOST_KEPT = 40;
const KEPT_MS = 5 * 60_000;

// Asked for at run time: a bundler would look for what is there when it builds.
const files = () => process.getBuiltinModule("node:fs");

/** Whether what draws is installed for this kind of machine: it is an optional package. */
function hasCanvas(root: string): boolean {
  try {
    return files()
      .readdirSync(join(root, "node_modules/@napi-rs"))
      .some((name) => name.startsWith("canvas-"));
  } catch {
    return false;
  }
}

/**
 * Draws pages of PDFs, each in a process of its own as `openExtraction` reads documents, which is ended after 15 s of
 * the processor. Null where nothing is installed that draws. `root`: the folder of package.json.
 */
export function openDrawing(root: string, log: Log): DrawPage | null {
  if (!hasCanvas(root)) return null;
  const kept = new Map<string, Uint8Array>();
  const waiting = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();

  const drawn = async (asked: PageToDraw, signal: AbortSignal): Promise<Uint8Array> => {
    signal.throwIfAborted();
    const key = `${asked.key} ${asked.page}`;
    const known = kept.get(key);
    const picture = known ?? (await draw(root, log, asked, signal));
    if (!known) setTimeout(() => kept.delete(key), KEPT_MS).unref();
    // The one that was asked for last stands last, and goes last.
    kept.delete(key);
    kept.set(key, picture);
    for (const [first] of kept) if (kept.size > MOST_KEPT) kept.delete(first);
    return picture;
  };

  return async (asked, signal) => {
    const all = [...waiting.values()].reduce((sum, count) => sum + count, 0);
    const own = waiting.get(asked.by) ?? 0;
    if (all >= MOST_WAITING || own >= MOST_OF_ONE) {
      throw new ChatError("rate-limited", "Too many pages wait to be drawn", { retryAfterSeconds: 5 });
    }
    waiting.set(asked.by, own + 1);
    const turn = last.then(() => drawn(asked, signal));
    last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      const left = (waiting.get(asked.by) ?? 1) - 1;
      if (left === 0) waiting.delete(asked.by);
      else waiting.set(asked.by, left);
    }
  };
}

async function draw(root: string, log: Log, { file, page }: PageToDraw, signal: AbortSignal): Promise<Uint8Array> {
  for await (const said of readBy(root, file, log, signal, page)) {
    if (said.type === "picture") return Buffer.from(said.jpeg, "base64");
  }
  throw refusal("The page cannot be drawn.");
}
