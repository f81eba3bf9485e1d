import { onRequest } from "./on-request.ts";

/** Somewhat longer than the longest upload (`lib/http/upload.ts`), so that its own end is the one that is told. */
const LONGEST_MS = 16 * 60_000;

/**
 * Lets requests to this process's HTTP servers take as long as the longest upload: by its own choice Node closes a
 * connection whose request has not come whole after five minutes, without a word, and 50 MB over a slow line take
 * longer. Who reads a body has a time of its own for it; for the head Node's minute holds.
 */
export function giveUploadsTime(longestMs = LONGEST_MS): void {
  onRequest(({ server }) => {
    // Node looks at it with each of its looks at open connections. 0 is no limit.
    if (server.requestTimeout !== 0 && server.requestTimeout < longestMs) server.requestTimeout = longestMs;
  });
}
