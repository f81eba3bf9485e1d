import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { onRequest } from "./on-request.ts";
import { pagesInLine } from "./page-line.ts";

/** So many requests begin in one turn of the event loop. */
const AT_ONCE = 8;

const lined = new WeakSet<Server>();

/**
 * Lets the requests of this process's HTTP servers begin a few at a time, in the order in which they came, so that
 * those that are under way go on in between, and pages two at a time. Once is enough.
 *
 * Node hands over all that has come in at once, and routing a request takes Next a millisecond: of a hundred turns that
 * begin together the first would see what its database answered only when the last is routed.
 */
export function lineUpRequests(): void {
  onRequest(({ server }) => {
    if (lined.has(server)) return;
    lined.add(server);
    // This comes before the server tells anybody of its first request.
    const listeners = server.listeners("request") as RequestListener[]; // what listens to this event
    server.removeAllListeners("request");
    const begin = pagesInLine((...begun) => {
      for (const listener of listeners) listener.apply(server, begun);
    });
    server.on("request", inLine(begin));
  });
}

/** A listener that calls another for at most `AT_ONCE` requests in one turn of the event loop. */
export function inLine(listener: (request: IncomingMessage, response: ServerResponse) => void): RequestListener {
  const line: Parameters<RequestListener>[] = [];

  function begin(): void {
    for (const begun of line.splice(0, AT_ONCE)) listener(...begun);
    // An immediate that is asked for by an immediate comes in the next turn.
    if (line.length > 0) setImmediate(begin);
  }

  return (...begun) => {
    if (line.length === 0) setImmediate(begin);
    line.push(begun);
  };
}
