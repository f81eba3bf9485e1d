// A model server whose words say when they were said, so that whoever reads one knows how long it took. Speaks OpenAI's
// streamed chat completions; the model's name is the pace: milliseconds between two words, and how many there are, as
// "300x40". A prompt comes back in "asked", in the order of the calls.
import { createServer } from "node:http";

const MODELS = ["50x40", "50x400", "300x30", "20x300", "100x100", "500x60", "20x5", "20x50", "title"];

export type StampedModel = {
  readonly port: number;
  /** The last message of each call, oldest first. */
  readonly asked: readonly string[];
  readonly close: () => void;
};

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: "b", object: "chat.completion.chunk", created: 1, model: "b", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** Milliseconds since 1970, finer than whole ones; the same clock in every process of a machine. */
export const stamp = (): number => performance.timeOrigin + performance.now();

export async function startStampedModel(): Promise<StampedModel> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.method !== "POST") return void response.end(JSON.stringify({ data: MODELS.map((id) => ({ id })) }));
    const { model, stream, messages } = JSON.parse(await textOf(request));
    if (!stream) return void response.end(JSON.stringify({ choices: [{ message: { content: "Title" } }] }));
    response.writeHead(200, { "content-type": "text/event-stream" });
    const [, everyMs, count] = /^(\d+)x(\d+)$/u.exec(model) ?? [];
    if (everyMs === undefined || count === undefined) {
      return void response.end(`${chunk({ content: "Title" })}${chunk({}, "stop")}data: [DONE]\n\n`);
    }
    asked.push(String(messages.at(-1)?.content));
    for (let n = 0; n < Number(count) && !response.destroyed; n++) {
      response.write(chunk({ content: ` at${stamp().toFixed(2)}` }));
      await new Promise((resolve) => setTimeout(resolve, Number(everyMs)));
    }
    response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    asked,
    close: () => server.close(),
  };
}

async function textOf(request: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
