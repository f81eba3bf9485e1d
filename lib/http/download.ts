import { ChatError } from "../domain/errors.ts";
import { type FileInfo, isSafeImage } from "../domain/file.ts";
import { mayHaveMore } from "./still-in.ts";

/** Part of a file: the first byte, and the one behind the last. */
export type Stretch = { readonly from: number; readonly upto: number };

/** Nothing of a file is run, framed or loads anything, wherever it is opened. */
const POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/**
 * Answers with a file: an image that every browser shows safely as itself, anything else as bytes to be saved. `read`
 * gives the bytes of a stretch; it is asked as fast as they are taken, and not before.
 *
 * One range is answered by 206, one that lies outside by 416, and a browser that has the file by 304 (RFC 9110, 13 and
 * 14).
 */
export function fileResponse(
  request: Request,
  file: FileInfo,
  read: (stretch: Stretch) => AsyncIterator<Uint8Array, void>,
): Response {
  const isImage = isSafeImage(file.mediaType);
  const headers = new Headers({
    "accept-ranges": "bytes",
    // A browser may keep it, and asks each time: what is deleted is shown to nobody.
    "cache-control": "private, no-cache",
    "content-disposition": disposition(isImage ? "inline" : "attachment", file.name),
    "content-security-policy": POLICY,
    etag: `"${file.hash}"`,
  });
  if (request.headers.get("if-none-match")?.includes(file.hash)) return new Response(null, { status: 304, headers });
  const range = rangeOf(request.headers.get("range"), file.size);
  if (range === "outside") {
    headers.set("content-range", `bytes */${file.size}`);
    return new Response(null, { status: 416, headers });
  }
  const { from, upto } = range ?? { from: 0, upto: file.size };
  headers.set("content-type", isImage ? file.mediaType : "application/octet-stream");
  headers.set("content-length", String(upto - from));
  if (range) headers.set("content-range", `bytes ${from}-${upto - 1}/${file.size}`);
  return new Response(streamOf(read({ from, upto })), { status: range ? 206 : 200, headers });
}

/**
 * Answers with a file that is made while it is taken: nothing of it is made before it is asked for, and nothing is
 * kept. Where making it fails the connection breaks, so that nobody takes a part for the whole; so it does within 15 s
 * of when `isStillIn` says that who takes it may not any more.
 */
export function madeFile(
  { name, mediaType }: { readonly name: string; readonly mediaType: string },
  texts: AsyncIterator<string, void>,
  isStillIn?: () => Promise<boolean>,
): Response {
  const encoder = new TextEncoder();
  const mayGoOn = mayHaveMore(isStillIn);
  const bytes: AsyncIterator<Uint8Array, void> = {
    async next() {
      if (!(await mayGoOn())) {
        await texts.return?.();
        throw new ChatError("unauthenticated", "Who asked for this file is not signed in any more");
      }
      const { done, value } = await texts.next();
      return done ? { done, value } : { done: false, value: encoder.encode(value) };
    },
    async return() {
      await texts.return?.();
      return { done: true, value: undefined };
    },
  };
  return new Response(streamOf(bytes), {
    headers: {
      "cache-control": "private, no-store",
      "content-disposition": disposition("attachment", name),
      "content-security-policy": POLICY,
      "content-type": mediaType,
    },
  });
}

function streamOf(bytes: AsyncIterator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await bytes.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await bytes.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The one range that is asked for; null: the whole file, also where what is asked for is no single range. */
function rangeOf(asked: string | null, size: number): Stretch | "outside" | null {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/u.exec(asked?.trim() ?? "") ?? [];
  if (first === "" && last === "") return null;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count === 0 ? "outside" : { from: size - count, upto: size };
  }
  const [from, upto] = [Number(first), last === "" ? size : Math.min(Number(last) + 1, size)];
  if (from >= size) return "outside";
  return from < upto ? { from, upto } : null;
}

/** How a file is to be called: for clients of now by RFC 5987, for others in plain letters. */
function disposition(kind: "inline" | "attachment", name: string): string {
  const plain = name.replaceAll(/[^\w. -]/gu, "_");
  const exact = encodeURIComponent(name).replaceAll(
    /['()*!]/gu,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`;
}
