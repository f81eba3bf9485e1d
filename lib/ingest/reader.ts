import type { ChildProcess } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { ChatError } from "../domain/errors.ts";
import { MOST_FILE_BYTES, type SourceFile } from "../domain/extraction.ts";
import { refusal } from "./refusal.ts";
import { Said } from "./said.ts";

// Asked for at run time: a bundler would pack the process's file.
const processes = () => process.getBuiltinModule("node:child_process");

/** Of the process's own objects; its watch looks at all of its memory. */
const HEAP_MEGABYTES = 192;
/** Of young objects, three times beside the heap: V8's own choice may fill it faster than the watch looks. */
const YOUNG_MEGABYTES = 8;
const LONGEST_LINE = 4 * 1024 * 1024;
const SENTENCES: Readonly<Record<string, string>> = {
  memory: "The document takes too much memory to be read. Split it into smaller files, or save it in another format.",
  time: "The document takes too long to be read. Split it into smaller files, or save it in another format.",
};
const BROKEN = "The file cannot be read: it may be damaged. Save it anew, or in another format.";

export type Log = { readonly warn: (fields: object, message: string) => void };
/** What such a process says of a file that it can do something with. */
export type Told = Exclude<Said, { readonly type: "refused" | "failed" }>;

/**
 * What the process says that reads a file or, with `page`, draws that page of it: all but complaints, which are thrown
 * as `ExtractFile` throws. It sees no settings, writes nothing, and is ended when it takes more than 260 MB, 60 s of
 * the processor (15 s to draw), or when `signal` is aborted. `root`: the folder of package.json.
 */
export async function* readBy(
  root: string,
  file: SourceFile,
  log: Log,
  signal: AbortSignal,
  page?: number,
): AsyncGenerator<Told, void> {
  signal.throwIfAborted();
  const child = start(root, page !== undefined);
  const stop = () => void child.kill("SIGKILL");
  signal.addEventListener("abort", stop);
  try {
    yield* answers(child, file, log, signal, page);
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

type Reader = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable };

function start(root: string, draws: boolean): Reader {
  const seen = ["lib/ingest", "lib/domain", "node_modules", "package.json"].flatMap((name) => placesOf(root, name));
  return processes().spawn(
    process.execPath,
    [
      "--permission",
      // A thread that watches the other one.
      "--allow-worker",
      // What draws is no JavaScript.
      ...(draws ? ["--allow-addons"] : []),
      ...seen.map((path) => `--allow-fs-read=${path}`),
      `--max-old-space-size=${HEAP_MEGABYTES}`,
      `--max-semi-space-size=${YOUNG_MEGABYTES}`,
      "--no-warnings",
      join(root, "lib/ingest/child.ts"),
      ...(draws ? ["draw"] : []),
    ],
    // No secrets: it needs no settings.
    { cwd: root, stdio: ["pipe", "pipe", "pipe"], env: { NODE_ENV: process.env.NODE_ENV } },
  );
}

/** Where a name is, and where it leads if it is a link, as node_modules may be. */
function placesOf(root: string, name: string): string[] {
  // Told of every file here, the build would take all of the project into what it traces.
  const path = join(/* turbopackIgnore: true */ root, name);
  return existsSync(path) ? [...new Set([path, realpathSync(path)])] : [path];
}

async function* answers(
  child: Reader,
  file: SourceFile,
  log: Log,
  signal: AbortSignal,
  page: number | undefined,
): AsyncGenerator<Told, void> {
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  let complaint = "";
  child.stderr.on("data", (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-2000);
  });
  // The first fault of what feeds it; that it does not take the rest is none.
  let fault: unknown = null;
  void feed(child.stdin, file, page).catch((thrown) => {
    fault = thrown;
    child.kill("SIGKILL");
  });
  for await (const line of linesOf(child.stdout)) {
    const said = Said.parse(JSON.parse(line));
    if (said.type === "pieces") {
      yield said;
      continue;
    }
    if (said.type === "end" || said.type === "picture") return yield said;
    if (said.type === "refused") throw refusal(said.sentence);
    log.warn({ reason: said.reason }, "A document broke its reader");
    throw refusal(BROKEN);
  }
  await ended;
  signal.throwIfAborted();
  if (fault !== null) throw fault;
  const limit = SENTENCES[complaint.trim().split("\n").at(-1) ?? ""];
  const isOutOfHeap = complaint.includes("heap out of memory") || complaint.includes("ERR_WORKER_OUT_OF_MEMORY");
  const sentence = limit ?? (isOutOfHeap ? SENTENCES.memory : undefined);
  if (sentence !== undefined) throw refusal(sentence);
  log.warn({ code: child.exitCode, signal: child.signalCode, complaint }, "The reader of a document ended");
  // Its process may have been ended by the machine: it is worth another try.
  throw new ChatError("unavailable", BROKEN);
}

/** Gives a file to the process, piece by piece as it takes them. Throws a sentence for one that is too big. */
async function feed(
  stdin: Writable,
  { name, mediaType, size, bytes }: SourceFile,
  page: number | undefined,
): Promise<void> {
  let isGone = false;
  stdin.on("error", () => {
    isGone = true;
  });
  const put = (piece: Uint8Array | string): Promise<void> =>
    new Promise((resolve) => stdin.write(piece, () => resolve()));
  if (size > MOST_FILE_BYTES) throw refusal(`The file has more than ${MOST_FILE_BYTES / 1024 / 1024} MB.`);
  await put(`${JSON.stringify({ name, mediaType, size, page })}\n`);
  for await (const piece of bytes) {
    if (isGone) return;
    await put(piece);
  }
  stdin.end();
}

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw refusal(BROKEN);
    yield* lines;
  }
}
