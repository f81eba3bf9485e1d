import type { ServerResponse } from "node:http";
import { onRequest } from "./on-request.ts";

/**
 * An answer is looked at so often, and is left once nothing of it was taken for so long while something of it waited.
 * The largest piece that is written at once has 256 KB: who takes one kilobyte a second gets all of it.
 */
const WAITS = { everyMs: 15_000, idleMs: 5 * 60_000 };

type Waiting = { readonly taken: number; readonly since: number };

/**
 * Closes connections whose reader takes nothing more, from now on and of all HTTP servers of this process: what waits
 * for such a reader stays in memory, and Node waits without end. An answer of which nothing waits may be silent as long
 * as it likes. Once is enough.
 */
export function leaveUnreadAnswers({ everyMs, idleMs } = WAITS): void {
  const open = new Map<ServerResponse, Waiting>();
  onRequest(({ response }) => {
    open.set(response, { taken: 0, since: Date.now() });
    response.once("close", () => open.delete(response));
  });
  setInterval(() => {
    for (const [response, { taken, since }] of open) {
      const { socket } = response;
      if (socket === null) continue;
      const waits = socket.writableLength > 0;
      const now = socket.bytesWritten - socket.writableLength;
      if (!waits || now !== taken) open.set(response, { taken: now, since: Date.now() });
      else if (Date.now() - since >= idleMs) socket.destroy();
    }
  }, everyMs).unref();
}
