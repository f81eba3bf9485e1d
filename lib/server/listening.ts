import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { onRequest } from "./on-request.ts";

const LOOK_MS = 20;

const servers = new Set<Server>();
let open = 0;

/**
 * Knows from now on which HTTP servers this process has, and how many requests they have not answered. Once is enough.
 */
export function noteServers(): void {
  onRequest(({ server, response }) => {
    servers.add(server);
    open++;
    response.once("close", () => open--);
  });
}

/**
 * Takes no more connections, so that whoever asks from now on is sent to another instance by what stands in front, and
 * waits up to `waitMs` for the answers that are under way. Call it before what they need is closed.
 */
export async function stopListening(waitMs: number): Promise<void> {
  for (const server of servers) server.close();
  for (const until = Date.now() + waitMs; open > 0 && Date.now() < until; await sleep(LOOK_MS)) {
    // A connection that has its answer may bring another request.
    for (const server of servers) server.closeIdleConnections();
  }
  for (const server of servers) server.closeIdleConnections();
}
