import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of models, as somebody has one at home. */
export type ModelBox = {
  /** The base URL. */
  readonly url: string;
  /** The requests that came with the right key. */
  readonly calls: readonly { readonly path: string; readonly key: string | undefined }[];
  readonly close: () => Promise<unknown>;
};

/** One that tells much of itself; of the other only the name is known. */
const LLAMA = {
  id: "llama",
  display_name: "Llama of the box",
  context_window: 8192,
  supports_tools: true,
  input_modalities: ["text"],
  pricing: { prompt: "0.0000002", completion: "0.0000006" },
};

/**
 * Starts one that wants this key, lists two models for chats and one for embeddings, and answers with the name of the
 * model. `more`: so many other models for chats stand behind them.
 */
export async function startModelBox(key: string, more = 0): Promise<ModelBox> {
  const calls: { path: string; key: string | undefined }[] = [];
  const server: Server = createServer(async (request, response) => {
    const { url: path = "", headers } = request;
    if (headers.authorization !== `Bearer ${key}`) {
      response.writeHead(401, { "content-type": "application/json" });
      return void response.end(JSON.stringify({ error: { message: `No such key: ${headers.authorization}` } }));
    }
    calls.push({ path, key: headers.authorization });
    if (path === "/v1/models") {
      const others = Array.from({ length: more }, (_, n) => ({
        ...LLAMA,
        id: `maker/model-${n}`,
        display_name: undefined,
      }));
      const data = [LLAMA, { id: "vendor/qwen" }, { id: "nomic-embed-text" }, ...others];
      response.writeHead(200, { "content-type": "application/json" });
      return void response.end(JSON.stringify({ object: "list", data }));
    }
    const { model } = JSON.parse(await textOf(request));
    response.writeHead(200, { "content-type": "text/event-stream" });
    const delta = { content: `the box answers as ${model}` };
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`);
    const usage = { prompt_tokens: 3, completion_tokens: 5 };
    const last = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage };
    response.end(`data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    calls,
    url: `http://127.0.0.1:${port}/v1`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
