import { Agent, request as open } from "node:http";

/** A request, so that it can be repeated. */
export type Attack = {
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
};

/** What came of it. `text` is its body up to 128 KB; null: the connection ended without an answer. */
export type Outcome = {
  readonly status: number;
  readonly type: string;
  readonly bytes: number;
  readonly text: string;
  readonly ms: number;
} | null;

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const LONGEST_MS = 30_000;
const STREAM_MS = 1000;
const KEPT_BYTES = 128 * 1024;

/** Sends a request and reads its answer; a stream is left after a second. Throws where no answer comes in 30 seconds. */
export function send(url: string, { method, path, headers, body }: Attack): Promise<Outcome> {
  const { hostname, port } = new URL(url);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { "content-length": String(body.length) };
    const outgoing = open({ agent, hostname, port, method, path, headers: { ...headers, ...length } });
    const timer = setTimeout(() => {
      outgoing.destroy();
      reject(new Error(`no answer in ${LONGEST_MS / 1000} s`));
    }, LONGEST_MS);
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    outgoing.on("error", () => end(null));
    outgoing.on("response", (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      const type = response.headers["content-type"]?.split(";")[0] ?? "";
      const done = () => {
        const text = Buffer.concat(pieces).toString();
        end({ status: response.statusCode ?? 0, type, bytes, text, ms: performance.now() - startedAt });
      };
      if (type === "text/event-stream") setTimeout(() => response.destroy(), STREAM_MS);
      response.on("data", (piece: Buffer) => {
        if (bytes < KEPT_BYTES) pieces.push(piece);
        bytes += piece.length;
      });
      response.on("close", done);
      response.on("error", done);
    });
    outgoing.end(body ?? undefined);
  });
}

export const closeConnections = (): void => agent.destroy();
