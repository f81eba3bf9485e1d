// Opens streams and measures them, in a process of its own. Its input is one JSON line, its output another.
import { Agent, request as send } from "node:http";

export type LoadRequest = {
  readonly port: number;
  /** One for each stream. */
  readonly paths: readonly string[];
  readonly body: string;
  readonly key: string;
  /** Streams at a time. */
  readonly concurrency: number;
  readonly words: number;
};
export type LoadResult = {
  /** Milliseconds from the request to the first word, for each stream. */
  readonly ttft: readonly number[];
  readonly wallMs: number;
  readonly words: number;
  /** Streams whose text was not what the model said. */
  readonly wrong: number;
};

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const WORD = / word(\d+)/g;

function one(load: LoadRequest, path: string): Promise<{ ttft: number; words: number; isRight: boolean }> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let ttft = 0;
    const parts: string[] = [];
    const headers = {
      authorization: `Bearer ${load.key}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(load.body),
    };
    const request = send({ port: load.port, host: "127.0.0.1", path, method: "POST", headers, agent }, (response) => {
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        if (ttft === 0 && part.includes("word0")) ttft = performance.now() - startedAt;
        parts.push(part);
      });
      response.on("end", () => {
        const said = spoken(parts.join(""));
        resolve({ ttft, words: said.length, isRight: said.length === load.words && said.every((n, at) => n === at) });
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(load.body);
  });
}

/** The numbers of the words in the deltas of either format; whole texts are passed over. */
function spoken(stream: string): number[] {
  return stream.split("\n").flatMap((line) => {
    if (!line.startsWith("data: {") || line.includes('"type":"text"') || line.includes('"user_input"')) return [];
    return [...line.matchAll(WORD)].map((match) => Number(match[1]));
  });
}

process.stdin.once("data", async (input) => {
  const load: LoadRequest = JSON.parse(String(input));
  const startedAt = performance.now();
  const results: Awaited<ReturnType<typeof one>>[] = [];
  const paths = [...load.paths];
  const worker = async () => {
    for (let path = paths.shift(); path !== undefined; path = paths.shift()) results.push(await one(load, path));
  };
  await Promise.all(Array.from({ length: load.concurrency }, worker));
  const result: LoadResult = {
    ttft: results.map((one) => one.ttft),
    wallMs: performance.now() - startedAt,
    words: results.reduce((sum, one) => sum + one.words, 0),
    wrong: results.filter((one) => !one.isRight).length,
  };
  console.log(JSON.stringify(result));
  process.exit(0);
});
