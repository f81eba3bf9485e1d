import { Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { refusal } from "./refusal.ts";

/** A file in a ZIP archive, and where its bytes are. */
type Entry = { readonly method: number; readonly packed: number; readonly size: number; readonly at: number };

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The record at the end, with the longest comment that it may have (APPNOTE.TXT, 4.3.16). */
const END_SIZE = 22;
const LONGEST_END = END_SIZE + 0xffff;
const MOST_ENTRIES = 10_000;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

export type Archive = {
  readonly has: (name: string) => boolean;
  /**
   * A file of the archive bit by bit, nothing where there is none. Throws a sentence where it has more bytes than
   * `most`.
   */
  readonly read: (name: string, most: number) => AsyncGenerator<Uint8Array, void>;
};

/**
 * Opens a ZIP archive by the list at its end (APPNOTE.TXT, 4.3). Nothing is unpacked before it is read, and nothing
 * further than it may be, whatever the archive says of its size. Throws a sentence where it is damaged or encrypted.
 */
export function openArchive(bytes: Uint8Array): Archive {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const entries = entriesOf(whole);
    return {
      has: (name) => entries.has(name),
      async *read(name, most) {
        const entry = entries.get(name);
        if (entry) yield* unpacked(whole, entry, most);
      },
    };
  } catch (thrown) {
    throw thrown instanceof RangeError ? damaged(thrown) : thrown;
  }
}

const damaged = (cause?: unknown) => refusal("The file is damaged: it cannot be unpacked.", cause);
const tooBig = () => refusal("The file unpacks to more than a document can be.");

function entriesOf(whole: Buffer): ReadonlyMap<string, Entry> {
  const end = endOf(whole);
  const count = whole.readUInt16LE(end + 10);
  if (count > MOST_ENTRIES) throw refusal(`The file is an archive of more than ${MOST_ENTRIES} files.`);
  const entries = new Map<string, Entry>();
  let at = whole.readUInt32LE(end + 16);
  for (let n = 0; n < count; n++) {
    if (whole.readUInt32LE(at) !== CENTRAL) throw damaged();
    if ((whole.readUInt16LE(at + 8) & ENCRYPTED) !== 0)
      throw refusal("The file is encrypted. Save it without a password.");
    const nameEnd = at + 46 + whole.readUInt16LE(at + 28);
    const entry: Entry = {
      method: whole.readUInt16LE(at + 10),
      packed: whole.readUInt32LE(at + 20),
      size: whole.readUInt32LE(at + 24),
      at: whole.readUInt32LE(at + 42),
    };
    entries.set(whole.toString("utf8", at + 46, nameEnd).replaceAll("\\", "/"), entry);
    at = nameEnd + whole.readUInt16LE(at + 30) + whole.readUInt16LE(at + 32);
  }
  return entries;
}

function endOf(whole: Buffer): number {
  for (let at = whole.length - END_SIZE; at >= Math.max(0, whole.length - LONGEST_END); at--) {
    if (whole.readUInt32LE(at) === END) return at;
  }
  throw damaged();
}

async function* unpacked(
  whole: Buffer,
  { method, packed, size, at }: Entry,
  most: number,
): AsyncGenerator<Uint8Array, void> {
  if (size > most) throw tooBig();
  if (at + 30 > whole.length || whole.readUInt32LE(at) !== LOCAL) throw damaged();
  const from = at + 30 + whole.readUInt16LE(at + 26) + whole.readUInt16LE(at + 28);
  const bytes = whole.subarray(from, from + packed);
  if (method === STORED) return yield bytes;
  if (method !== DEFLATED) throw damaged();
  let length = 0;
  try {
    for await (const piece of Readable.from([bytes]).compose(createInflateRaw())) {
      length += piece.length;
      // More than it says is the work of somebody who means no good.
      if (length > Math.min(most, size)) throw tooBig();
      yield piece;
    }
  } catch (thrown) {
    // Of the unpacking, by its codes: Z_DATA_ERROR, Z_BUF_ERROR …
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    throw code.startsWith("Z_") ? damaged(thrown) : thrown;
  }
}
