import { Agent as HttpAgent, type IncomingMessage, request as sendHttp } from "node:http";
import { Agent as HttpsAgent, request as sendHttps } from "node:https";
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import { ChatError } from "../domain/errors.ts";
import type { CallModel, ModelEvent, ModelRequest } from "../domain/model.ts";
import { chatChunkReader } from "./chat-chunks.ts";
import { chatRequestBody } from "./chat-request.ts";
import { framePace, type Pace } from "./frame-pace.ts";
import { ANSWER_LIMIT_BYTES, tooLongAnswer } from "./limited-text.ts";
import { closedConnection, endedEarly, refusedRequest, unreachable } from "./provider-error.ts";

const KEEP_ALIVE = {
  keepAlive: true,
  keepAliveMsecs: 15_000,
  maxFreeSockets: 256,
  // What comes while a socket is paused stays in the kernel, and is then read in one go.
  readableHighWaterMark: 1,
};
const agents = { "http:": new HttpAgent(KEEP_ALIVE), "https:": new HttpsAgent(KEEP_ALIVE) };
const DRAIN_MS = 1000;
const ERROR_BODY_CHARACTERS = 64 * 1024;

/**
 * Calls a server that speaks OpenAI's chat completions, and reads its stream by hand.
 *
 * A batch is what came within a frame (`framePace`), so a token costs no promise, no web stream and no schema; that is
 * less than a third of what the provider package costs (`docs/decisions.md`). Redirects are not followed: the key goes to
 * the configured origin. An answer of more than 8 MB fails.
 */
export function callChatCompletions(settings: { readonly baseUrl: string; readonly apiKey?: string }): CallModel {
  const url = new URL(`${settings.baseUrl.replace(/\/+$/u, "")}/chat/completions`);
  return async function* (request) {
    const response = await open(url, request, request.apiKey ?? settings.apiKey);
    yield [{ type: "start" }];
    const { read, end, isDone } = chatChunkReader();
    const pace = framePace();
    for await (const text of packets(response, request.signal, isDone, pace)) {
      const events: readonly ModelEvent[] = read(text);
      if (events.length > 0) {
        yield events;
        pace.shown();
      }
      if (isDone()) break;
    }
    yield end();
  };
}

function open(url: URL, request: ModelRequest, apiKey: string | undefined): Promise<IncomingMessage> {
  const body = Buffer.from(JSON.stringify(chatRequestBody(request)));
  const isHttps = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    const outgoing = (isHttps ? sendHttps : sendHttp)(url, {
      method: "POST",
      agent: isHttps ? agents["https:"] : agents["http:"],
      signal: request.signal,
      headers: {
        "content-type": "application/json",
        "content-length": body.length,
        accept: "text/event-stream",
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
    });
    outgoing.on("error", (thrown) => reject(request.signal.aborted ? request.signal.reason : unreachable(thrown)));
    outgoing.on("response", (response) => {
      response.setEncoding("utf8");
      if (response.statusCode === 200) return resolve(response);
      errorText(response).then((text) => reject(refusedRequest(response.statusCode ?? 0, response.headers, text)));
    });
    outgoing.end(body);
  });
}

async function errorText(response: IncomingMessage): Promise<string> {
  let text = "";
  try {
    for await (const part of response) {
      text += part;
      if (text.length > ERROR_BODY_CHARACTERS) break;
    }
  } catch {
    // What has come is enough.
  }
  return text;
}

/** Lets the end of an answer come in, so that its connection serves the next call; it has a second for that. */
function leaveOpen(response: IncomingMessage): void {
  const timer = setTimeout(() => response.destroy(), DRAIN_MS);
  timer.unref();
  response.once("close", () => clearTimeout(timer));
  response.resume();
}

/**
 * The texts of a response as they come in, those of a held time joined. Leaving early closes the connection.
 *
 * A held connection is not read: a token that came alone would cost a read of its own, which is more than all the rest
 * of its way.
 */
async function* packets(
  response: IncomingMessage,
  signal: AbortSignal,
  isDone: () => boolean,
  pace: Pace,
): AsyncGenerator<string, void> {
  let waiting: string[] = [];
  let failure: unknown = null;
  let isOver = false;
  let arrived = Promise.withResolvers<void>();
  const settle = (thrown: unknown) => {
    failure ??= thrown;
    isOver = true;
    arrived.resolve();
  };
  let size = 0;
  response.on("data", (text: string) => {
    size += text.length;
    if (size > ANSWER_LIMIT_BYTES) {
      settle(tooLongAnswer(ANSWER_LIMIT_BYTES));
      response.destroy();
      return;
    }
    waiting.push(text);
    arrived.resolve();
  });
  response.on("end", () => settle(null));
  response.on("error", (thrown) => settle(signal.aborted ? signal.reason : closedConnection(thrown)));
  response.on("close", () => {
    if (!response.complete) settle(signal.aborted ? signal.reason : endedEarly());
  });
  const { socket } = response;
  try {
    while (waiting.length > 0 || !isOver) {
      const holdMs = isOver ? 0 : pace.holdMs();
      if (holdMs > 0) {
        socket.pause();
        await sleep(holdMs);
        socket.resume();
        // The event loop reads what waits before it comes to this.
        await immediate();
      }
      if (waiting.length === 0 && !isOver) {
        arrived = Promise.withResolvers();
        await arrived.promise;
      }
      const text = waiting.join("");
      waiting = [];
      if (text !== "") yield text;
    }
    if (failure) throw failure instanceof ChatError ? failure : closedConnection(failure);
  } finally {
    if (isDone()) leaveOpen(response);
    else response.destroy();
  }
}
