import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import * as zlib from "node:zlib";

/** How answers are packed, and what unpacks them as they come: what has come of a stream is given at once. */
const UNPACKED: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createUnzip({ flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH }),
  br: () =>
    zlib.createBrotliDecompress({
      flush: zlib.constants.BROTLI_OPERATION_FLUSH,
      finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
    }),
  // Node has it from version 22 on.
  ...("createZstdDecompress" in zlib ? { zstd: () => zlib.createZstdDecompress() } : {}),
};

/**
 * The text of a response, unpacked where a proxy has packed it though nobody asked for that: gzip, deflate, br, zstd
 * where this Node knows it. Another coding is given as it is.
 */
export function unpacked(response: IncomingMessage): Readable {
  const coding = (response.headers["content-encoding"] ?? "").trim().toLowerCase().replace(/^x-/u, "");
  const made = UNPACKED[coding === "deflate" ? "gzip" : coding]?.();
  // A failure of either reaches who reads the body.
  const body = made === undefined ? response : pipeline(response, made, () => {});
  return body.setEncoding("utf8");
}
