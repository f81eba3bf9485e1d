import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

const DIMENSIONS = 256;

/**
 * A model server that says one word at once, whatever it is asked; it lists one model, "attacked", which embeds as
 * well.
 */
export async function startModel(): Promise<{ readonly url: string; readonly close: () => void }> {
  const chunk = JSON.stringify({ choices: [{ delta: { content: "Yes." }, finish_reason: "stop" }] });
  const answering = createServer(async (request, response) => {
    if (request.url?.endsWith("/embeddings")) return void response.end(JSON.stringify(embedded(await json(request))));
    // What answers before it has read would cut off a long prompt.
    request.resume().once("end", () => {
      if (request.method === "GET") return void response.end(JSON.stringify({ data: [{ id: "attacked" }] }));
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`data: ${chunk}\n\ndata: [DONE]\n\n`);
    });
  });
  await new Promise<void>((resolve) => answering.listen(0, "127.0.0.1", resolve));
  const { port } = answering.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close() {
      answering.closeAllConnections();
      answering.close();
    },
  };
}

/** One and the same vector for each text. */
function embedded(body: unknown): object {
  const input = body instanceof Object && "input" in body && Array.isArray(body.input) ? body.input : [""];
  const embedding = Array.from({ length: DIMENSIONS }, (_, n) => (n === 0 ? 1 : 0));
  return { data: input.map((_, index) => ({ index, embedding })) };
}
