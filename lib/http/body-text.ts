import { ChatError } from "../domain/errors.ts";

/** An upload has so long for all of its bytes. */
const TIME_LIMIT_MS = 60_000;
const FIRST_BYTES = 64 * 1024;
/** Of what is announced one part of so many must have come. */
const TRUSTED_PART = 8;
const UTF8_NAMES: readonly string[] = ["utf-8", "utf8", "us-ascii", "ascii"];

/**
 * The bytes of a request's body, at most `limitBytes`; none for a request without one.
 *
 * Throws "too-large", and "bad-request" for one that says it is in another charset than UTF-8, that is not there after
 * a minute, or that breaks off.
 */
export async function readBody(request: Request, limitBytes: number, timeLimitMs = TIME_LIMIT_MS): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limitBytes) throw tooLarge(limitBytes);
  if (request.body === null) return new Uint8Array();
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/iu.exec(request.headers.get("content-type") ?? "")?.[1];
  if (charset !== undefined && !UTF8_NAMES.includes(charset.toLowerCase())) throw notUtf8();
  return readBytes(request.body, announced, limitBytes, timeLimitMs);
}

/** The text that bytes are. Throws "bad-request" where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8();
  }
}

const tooLarge = (limitBytes: number): ChatError =>
  new ChatError("too-large", `Request body too large: the limit is ${Math.floor(limitBytes / 1024)} KiB`);
const notUtf8 = (): ChatError => new ChatError("bad-request", "The body is not valid UTF-8");

async function readBytes(
  body: ReadableStream<Uint8Array>,
  announced: number,
  limitBytes: number,
  timeLimitMs: number,
): Promise<Uint8Array> {
  const reader = body.getReader();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    leave(reader);
  }, timeLimitMs);
  // Not as much as is announced, which costs its sender nothing, before a part of it is there.
  let bytes = new Uint8Array(Math.min(FIRST_BYTES, limitBytes));
  let size = 0;
  try {
    for (;;) {
      // A reader that is left says that it is done.
      const { done, value } = await reader.read();
      if (isLate) throw new ChatError("bad-request", `The body did not come within ${timeLimitMs / 1000} seconds`);
      if (done) return bytes.subarray(0, size);
      if (size + value.byteLength > limitBytes) {
        leave(reader);
        throw tooLarge(limitBytes);
      }
      if (size + value.byteLength > bytes.length) {
        const wanted = size > announced / TRUSTED_PART ? announced : 0;
        bytes = grown(bytes, Math.max(wanted, size + value.byteLength), limitBytes);
      }
      bytes.set(value, size);
      size += value.byteLength;
    }
  } catch (thrown) {
    throw thrown instanceof ChatError ? thrown : new ChatError("bad-request", "The body broke off");
  } finally {
    clearTimeout(timer);
  }
}

function leave(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  // A stream that cannot be left ends by itself.
  reader.cancel().catch(() => {});
}

function grown(bytes: Uint8Array, atLeast: number, atMost: number): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(Math.min(atMost, Math.max(atLeast, bytes.length * 2)));
  next.set(bytes);
  return next;
}
