import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** A request that an HTTP server of this process has just read the head of, and has not handed over yet. */
type BegunRequest = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
};

/** Calls a listener for each request to an HTTP server of this process from now on, whoever has made the server. */
export function onRequest(listener: (begun: BegunRequest) => void): void {
  // What comes there is documented by Node, "Built-in channels".
  subscribe("http.server.request.start", (message) => listener(message as BegunRequest));
}
