import { Agent, request as open } from "node:http";

/** A request, so that it can be repeated. */
export type Attack = {
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** What it says its length is, where that is another. */
  readonly length?: number;
};

/** What came of it. `text` is its body up to 128 KB; null: it was left before its end. */
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
/** So long what announces more than it sends waits before it hangs up. */
const LEAVE_MS = 300;
const KEPT_BYTES = 128 * 1024;

/**
 * Sends a request and reads its answer; a stream is left after a second. Throws where no answer comes in 30 seconds,
 * and where the server hangs up without one.
 */
export async function send(url: string, attack: Attack): Promise<Outcome> {
  try {
    return await sendOn(url, attack, attack.length === undefined ? agent : false);
  } catch (thrown) {
    // The server ends a kept connection after some seconds without a request, and this one came just then.
    if (!(thrown instanceof StaleConnection)) throw thrown;
    return sendOn(url, attack, false);
  }
}

class StaleConnection extends Error {}

function sendOn(url: string, attack: Attack, on: Agent | false): Promise<Outcome> {
  const { method, path, headers, body, length = body?.length } = attack;
  const { hostname, port } = new URL(url);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const announced = length === undefined ? {} : { "content-length": String(length) };
    const outgoing = open({ agent: on, hostname, port, method, path, headers: { ...headers, ...announced } });
    const isShort = length !== undefined && body !== null && length > body.length;
    let isAnswered = false;
    let isLeft = false;
    const timer = setTimeout(() => {
      outgoing.destroy();
      reject(new Error(`no answer in ${LONGEST_MS / 1000} s`));
    }, LONGEST_MS);
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    outgoing.on("error", (thrown) => {
      if (isAnswered) return;
      clearTimeout(timer);
      if (isLeft) return end(null);
      if (outgoing.reusedSocket) reject(new StaleConnection(thrown.message));
      else reject(new Error(`the server hung up: ${thrown.message}`));
    });
    outgoing.on("response", (response) => {
      isAnswered = true;
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
    if (!isShort) return void outgoing.end(body ?? undefined);
    outgoing.write(body);
    setTimeout(() => {
      isLeft = true;
      if (!isAnswered) outgoing.destroy();
    }, LEAVE_MS);
  });
}

export const closeConnections = (): void => agent.destroy();
