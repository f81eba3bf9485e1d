import { Agent as HttpAgent, request as sendHttp } from "node:http";
import { Agent as HttpsAgent, request as sendHttps } from "node:https";
import type { LookupFunction } from "node:net";
import type { Readable } from "node:stream";
import { ChatError } from "../domain/errors.ts";
import { exactJson } from "../domain/exact-numbers.ts";
import type { CallModel, ModelEvent } from "../domain/model.ts";
import { type AdaptationLog, adapting } from "./adapting.ts";
import { chatChunkReader } from "./chat-chunks.ts";
import { endingClock, type Incoming, packets } from "./chat-packets.ts";
import type { ChatBody } from "./chat-request.ts";
import { endpointUrl, keyHeaders, modelFamily, providerName } from "./endpoint-url.ts";
import { framePace } from "./frame-pace.ts";
import { type Lessons, lessons } from "./lessons.ts";
import { refusedRequest, unreachable } from "./provider-error.ts";
import { unpacked } from "./unpacked.ts";
import { WAITS, type Waits, type Watch, watch } from "./waits.ts";

const KEEP_ALIVE = {
  keepAlive: true,
  keepAliveMsecs: 15_000,
  maxFreeSockets: 256,
  // What comes while a socket is paused stays in the kernel, and is then read in one go.
  readableHighWaterMark: 1,
};
const agents = { "http:": new HttpAgent(KEEP_ALIVE), "https:": new HttpsAgent(KEEP_ALIVE) };
const ERROR_BODY_CHARACTERS = 64 * 1024;

export type ChatServer = {
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly waits?: Waits;
  /**
   * What its models turned out not to take; absent: nothing is known, and what is learned is forgotten with the caller.
   */
  readonly lessons?: Lessons;
  readonly log?: AdaptationLog;
  /** Looks up an address that a person gave; absent: the address is the server's own setting. */
  readonly lookup?: CheckedLookup;
};

/** Looks up an address once it is checked. Throws a sentence for one that may not be reached. */
export type CheckedLookup = (url: URL, signal: AbortSignal) => Promise<LookupFunction>;

/**
 * Calls a server that speaks OpenAI's chat completions, and reads its answer by hand (`chat-chunks.ts`).
 *
 * A batch is what came within a frame (`framePace`), so a token costs no promise, no web stream and no schema; that is
 * less than a third of what the provider package costs (`docs/decisions.md`). Redirects are not followed: the key goes
 * to the configured origin. An answer of more than 8 MB fails.
 *
 * What the server refuses and `adaptations.ts` knows is sent another way at once, and from then on; a "notice" tells
 * it.
 */
export function callChatCompletions(server: ChatServer): CallModel {
  const { baseUrl, waits = WAITS, lessons: known = lessons(), log } = server;
  const url = endpointUrl(baseUrl, "chat/completions");
  const name = providerName(url);
  return async function* (request) {
    const from = `${name} ${modelFamily(request.model)}`;
    const adapted = adapting(request, from, known, log);
    const told = new Set<string>();
    for (;;) {
      const watching = watch(request.signal, waits);
      let hasSaid = false;
      try {
        const lookup = await checked(server.lookup, url, watching.signal);
        const headers = keyHeaders(url, request.apiKey ?? server.apiKey);
        const incoming = await open(url, adapted.body(), { headers, lookup }, watching);
        const notices = adapted.notices().filter((text) => !told.has(text));
        for (const text of notices) told.add(text);
        yield [{ type: "start" }, ...notices.map((text) => ({ type: "notice" as const, text }))];
        const reader = chatChunkReader(from);
        const pace = framePace();
        const ending = endingClock(reader);
        for await (const text of packets(incoming, watching, { reader, pace, ending })) {
          const events: readonly ModelEvent[] = reader.read(text);
          ending.noted(events.length > 0);
          if (events.length > 0) {
            watching.begun();
            hasSaid = true;
            yield events;
            pace.shown();
          }
          if (reader.isDone()) break;
        }
        const last = reader.end();
        adapted.taken();
        yield last;
        return;
      } catch (thrown) {
        request.signal.throwIfAborted();
        if (hasSaid || !adapted.refused(thrown)) throw thrown;
      } finally {
        watching.end();
      }
    }
  };
}

/** The look-up of an address that is held to what may be reached. */
async function checked(lookup: CheckedLookup | undefined, url: URL, signal: AbortSignal) {
  try {
    return await lookup?.(url, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    const why = thrown instanceof Error ? thrown.message : "The address may not be reached.";
    throw new ChatError("model-failed", why, { providerStatus: 400 });
  }
}

type Sending = { readonly headers: Record<string, string>; readonly lookup: LookupFunction | undefined };

function open(url: URL, body: ChatBody, { headers, lookup }: Sending, watching: Watch): Promise<Incoming> {
  const { signal } = watching;
  const bytes = Buffer.from(exactJson(body));
  const isHttps = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    const outgoing = (isHttps ? sendHttps : sendHttp)(url, {
      method: "POST",
      // A connection of before may lead to where its address pointed then.
      ...(lookup ? { agent: false, lookup } : { agent: isHttps ? agents["https:"] : agents["http:"] }),
      signal,
      headers: {
        "content-type": "application/json",
        "content-length": bytes.length,
        accept: "text/event-stream",
        // Nothing is gained by packing pieces of some bytes, and much is lost by holding them back for it.
        "accept-encoding": "identity",
        ...headers,
      },
    });
    outgoing.on("error", (thrown) => reject(signal.aborted ? signal.reason : unreachable(thrown)));
    outgoing.on("response", (response) => {
      const body = unpacked(response);
      watching.heard();
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return resolve({ response, body });
      errorText(body).then((text) => reject(refusedRequest(status, response.headers, text)));
    });
    outgoing.end(bytes);
  });
}

async function errorText(body: Readable): Promise<string> {
  let text = "";
  try {
    for await (const part of body) {
      text += part;
      if (text.length > ERROR_BODY_CHARACTERS) break;
    }
  } catch {
    // What has come is enough.
  }
  return text;
}
