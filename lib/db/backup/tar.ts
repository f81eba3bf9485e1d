import { constants, createReadStream } from "node:fs";
import { mkdir, open, readdir, stat } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";

// The format is POSIX's "ustar" (pax, "ustar Interchange Format"): heads of 512 bytes, contents filled up to 512 bytes,
// two empty heads at the end. Any tar reads it.
const BLOCK = 512;
const PIECE = 1024 * 1024;
const LONGEST_NAME = 100;
const FILE = "0";
const FOLDER = "5";

/** Something to pack. A folder is packed with all that is in it. */
export type Packed = { readonly name: string } & ({ readonly text: string } | { readonly path: string });

/** The bytes of an archive of these, in their order. Nothing of them may change meanwhile. */
export async function* packTar(entries: readonly Packed[]): AsyncGenerator<Buffer, void> {
  for (const entry of entries) {
    if ("text" in entry) {
      const text = Buffer.from(entry.text);
      yield head(entry.name, FILE, text.length);
      yield filled(text);
    } else {
      yield* packPath(entry.name, entry.path);
    }
  }
  yield Buffer.alloc(2 * BLOCK);
}

async function* packPath(name: string, path: string): AsyncGenerator<Buffer, void> {
  const found = await stat(path);
  if (found.isDirectory()) {
    yield head(`${name}/`, FOLDER, 0);
    for (const inner of (await readdir(path)).sort()) yield* packPath(`${name}/${inner}`, join(path, inner));
    return;
  }
  yield head(name, FILE, found.size);
  let size = 0;
  for await (const piece of createReadStream(path, { highWaterMark: PIECE })) {
    size += piece.length;
    yield piece;
  }
  if (size !== found.size) throw new Error(`${path} changed while it was packed`);
  yield Buffer.alloc(padding(size));
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;
const filled = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(padding(bytes.length))]);

function head(name: string, type: string, size: number): Buffer {
  if (Buffer.byteLength(name) > LONGEST_NAME) throw new Error(`${name} is too long a name for an archive`);
  const bytes = Buffer.alloc(BLOCK);
  bytes.write(name, 0);
  bytes.write(type === FOLDER ? "0000700\0" : "0000600\0", 100);
  bytes.write("0000000\0", 108);
  bytes.write("0000000\0", 116);
  bytes.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  bytes.write("00000000000\0", 136);
  bytes.write(type, 156);
  bytes.write("ustar\x0000", 257);
  bytes.write(`${checksum(bytes).toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}

/** The sum of a head's bytes, in which its own eight count as spaces. */
function checksum(bytes: Buffer): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of bytes.entries()) sum += at >= 148 && at < 156 ? 0 : byte;
  return sum;
}

/**
 * Unpacks an archive into a folder that exists. A file of the name `textOf` is not written: its text is the result, or
 * null where there is none. Throws where the archive is damaged, ends too early, or names a place outside the folder.
 */
export async function unpackTar(bytes: AsyncIterable<Buffer>, folder: string, textOf: string): Promise<string | null> {
  const take = taker(bytes);
  let text: string | null = null;
  for (;;) {
    const block = await take(BLOCK);
    if (block.every((byte) => byte === 0)) return text;
    const { name, type, size } = readHead(block);
    const path = within(folder, name);
    if (type === FOLDER) await mkdir(path, { recursive: true, mode: 0o700 });
    else if (name === textOf) text = (await take(size)).toString();
    else await write(path, size, take);
    await take(padding(size));
  }
}

/** The text of the first file of an archive, which has to be of this name; null where it is another. */
export async function firstText(bytes: AsyncIterable<Buffer>, name: string): Promise<string | null> {
  const take = taker(bytes);
  const first = readHead(await take(BLOCK));
  return first.name === name ? (await take(first.size)).toString() : null;
}

type Take = (size: number) => Promise<Buffer>;

async function write(path: string, size: number, take: Take): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    for (let left = size; left > 0; left -= PIECE) await file.write(await take(Math.min(left, PIECE)));
  } finally {
    await file.close();
  }
}

function readHead(bytes: Buffer) {
  const text = (from: number, length: number) => bytes.toString("utf8", from, from + length).split("\0")[0] ?? "";
  const told = Number.parseInt(text(148, 8), 8);
  if (told !== checksum(bytes) || text(257, 5) !== "ustar") throw new Error("The archive is damaged");
  return { name: text(0, LONGEST_NAME), type: text(156, 1), size: Number.parseInt(text(124, 12), 8) };
}

function within(folder: string, name: string): string {
  const path = normalize(name);
  if (path.startsWith("/") || path.split("/").includes("..")) throw new Error(`The archive names ${name}`);
  return join(folder, path);
}

/** Gives so many bytes of a stream, one call after the other. */
function taker(bytes: AsyncIterable<Buffer>): Take {
  const source = bytes[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  return async (size) => {
    const pieces = [rest];
    let has = rest.length;
    while (has < size) {
      const next = await source.next();
      if (next.done) throw new Error("The archive ends too early");
      pieces.push(next.value);
      has += next.value.length;
    }
    const all = pieces.length === 1 ? rest : Buffer.concat(pieces);
    rest = all.subarray(size);
    return all.subarray(0, size);
  };
}
