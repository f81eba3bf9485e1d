import { storable } from "../domain/text.ts";
import { refusal } from "./refusal.ts";

/** A declaration of a file's own stands near its beginning. */
const HEAD = 1024;
const SAMPLE = 64 * 1024;
/** A text of a western language has fewer characters beyond ASCII. */
const WESTERN = 0.3;

/**
 * The text of bytes, with what the database cannot hold replaced unit by unit. A mark of byte order decides and is no
 * part of the text; then what the file or its media type says of its encoding; then UTF-8. What is no UTF-8 and says
 * nothing is read as windows-1252 where that is likely. Throws a sentence for what is no text.
 */
export function decodeText(bytes: Uint8Array, mediaType: string): string {
  const encoding = encodingOf(bytes, mediaType);
  const text = decoded(bytes, encoding);
  if (text === null) throw refusal("The file is no text, or in an encoding that it does not name. Save it as UTF-8.");
  return storable(text);
}

function decoded(bytes: Uint8Array, encoding: string | null): string | null {
  if (encoding !== null) return new TextDecoder(encoding).decode(bytes);
  if (isBinary(bytes)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return isWestern(bytes) ? new TextDecoder("windows-1252").decode(bytes) : null;
  }
}

/** The encoding by mark or declaration, as a label that TextDecoder knows; null: nothing is said. */
function encodingOf(bytes: Uint8Array, mediaType: string): string | null {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const unmarked = unmarkedUtf16(bytes);
  if (unmarked !== null) return unmarked;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEAD)).toString("latin1");
  const said =
    /charset\s*=\s*["']?([\w.:-]+)/iu.exec(mediaType)?.[1] ??
    /<meta[^>]+charset\s*=\s*["']?([\w.:-]+)/iu.exec(head)?.[1] ??
    /^\s*<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)/iu.exec(head)?.[1] ??
    /^(?:[^\n]*\n)?\s*(?:#|\/\/|\/\*|;|--|").*?coding[:=]\s*([\w.-]+)/u.exec(head)?.[1];
  return said === undefined || isBinary(bytes) ? null : known(said);
}

/** A label that TextDecoder knows; null for others, and for UTF-16, which no declaration in ASCII can be in. */
function known(label: string): string | null {
  try {
    const { encoding } = new TextDecoder(label.replace(/^iso-?latin-?1.*|^latin-1$/iu, "latin1"));
    return encoding === "utf-8" || encoding.startsWith("utf-16") ? null : encoding;
  } catch {
    return null;
  }
}

/** UTF-16 without a mark: in each pair of bytes the same one is mostly zero. */
function unmarkedUtf16(bytes: Uint8Array): string | null {
  const size = Math.min(bytes.length, HEAD) & ~1;
  if (size < 4) return null;
  let even = 0;
  let odd = 0;
  for (let n = 0; n < size; n += 2) {
    if (bytes[n] === 0) even++;
    if (bytes[n + 1] === 0) odd++;
  }
  const pairs = size / 2;
  if (odd > 0.7 * pairs && even === 0) return "utf-16le";
  if (even > 0.7 * pairs && odd === 0) return "utf-16be";
  return null;
}

/** Whether there are bytes at the beginning that no text has: zeros, and many control characters. */
function isBinary(bytes: Uint8Array): boolean {
  const size = Math.min(bytes.length, SAMPLE);
  let controls = 0;
  for (let n = 0; n < size; n++) {
    const byte = bytes[n] ?? 0;
    if (byte === 0) return true;
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) controls++;
  }
  return controls > size / 50;
}

function isWestern(bytes: Uint8Array): boolean {
  const size = Math.min(bytes.length, SAMPLE);
  let high = 0;
  for (let n = 0; n < size; n++) if ((bytes[n] ?? 0) > 127) high++;
  return high < WESTERN * size;
}
