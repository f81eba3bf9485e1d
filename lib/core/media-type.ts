import { textTypeOf } from "../domain/file.ts";

/** So many bytes of a file's beginning say what it is. */
const HEAD_BYTES = 16;
const BINARY = "application/octet-stream";

const ascii = (bytes: Uint8Array, from: number, text: string): boolean =>
  [...text].every((letter, n) => bytes[from + n] === letter.charCodeAt(0));

/**
 * The kinds that are known by their first bytes (their specifications; for images also the MIME Sniffing Standard,
 * 6.1).
 */
function bySignature(head: Uint8Array): string | null {
  if (head[0] === 0x89 && ascii(head, 1, "PNG\r\n\u001a\n")) return "image/png";
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "image/jpeg";
  if (ascii(head, 0, "GIF87a") || ascii(head, 0, "GIF89a")) return "image/gif";
  if (ascii(head, 0, "RIFF") && ascii(head, 8, "WEBP")) return "image/webp";
  if (ascii(head, 0, "%PDF-")) return "application/pdf";
  return null;
}

/** What a file may be told to be without anybody believing more than a word: nothing that a browser runs or shows. */
const TELLABLE = /^(?:application|audio|video|font|model)\/[\w.+-]{1,100}$/iu;
const RUNNABLE = /html|[/+]xml\b|script|wasm|flash/iu;

/** What a file turns out to be, told of its bytes as they pass. */
export type Judge = {
  readonly see: (bytes: Uint8Array) => void;
  /** The media type. `name` and `declared` are asked only where the bytes leave it open. */
  readonly say: (name: string, declared: string) => string;
};

/**
 * Judges a file by its bytes: PNG, JPEG, GIF and WebP by their signature, text by being UTF-8 without NUL, all else as
 * what it is declared to be. SVG and HTML are text.
 */
export function judge(): Judge {
  const head = new Uint8Array(HEAD_BYTES);
  let length = 0;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let isText = true;
  const read = (bytes: Uint8Array | undefined) => {
    if (!isText) return;
    try {
      decoder.decode(bytes, { stream: bytes !== undefined });
      if (bytes?.includes(0)) isText = false;
    } catch {
      isText = false;
    }
  };
  return {
    see(bytes) {
      if (length < HEAD_BYTES) {
        const first = bytes.subarray(0, HEAD_BYTES - length);
        head.set(first, length);
        length += first.length;
      }
      read(bytes);
    },
    say(name, declared) {
      const known = bySignature(head.subarray(0, length));
      if (known !== null) return known;
      read(undefined);
      if (isText) return textTypeOf(name);
      const word = declared.split(";", 1)[0]?.trim().toLowerCase() ?? "";
      return TELLABLE.test(word) && !RUNNABLE.test(word) ? word : BINARY;
    },
  };
}
