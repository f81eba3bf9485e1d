import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestOverHttp } from "node:http";
import { request as requestOverHttps } from "node:https";
import { isIPv6, type LookupFunction, type Socket } from "node:net";
import type { Outbound, OutboundRequest, OutboundResponse } from "../domain/outbound.ts";
import { firstMessage, type Message, redirected } from "./outbound-message.ts";
import { checkedAddresses, type Guard, type Resolver } from "./outbound-target.ts";
import { sameAddress } from "./public-address.ts";

const REDIRECT_LIMIT = 5;
const TIME_LIMIT_MS = 30_000;
const BODY_LIMIT_BYTES = 1_000_000;
const TEXT_TYPE = /^(?:text\/[\w.+-]+|application\/(?:(?:[\w.-]+\+)?(?:json|xml)|x-www-form-urlencoded|javascript))$/u;

type Options = {
  readonly allow: readonly string[];
  /** Whether private addresses may be reached as well; for who runs the server alone. */
  readonly isOpen?: boolean;
  readonly resolve?: Resolver;
};

/**
 * The one way to request an address that somebody else chose: it reaches the public internet and what `allow` names.
 *
 * Each host is resolved once, all its addresses are checked, and the connection goes to one of these; so it is for each
 * of at most 5 redirects. `timeoutMs` is for the whole exchange; more than 30 seconds count as 30. The body of an
 * answer is text of at most 1 MB, not packed; names of headers are in lower case, their values joined by commas.
 * `allow` has `host` or `host:port` entries as URLs spell them. Throws an Error of one sentence, which never tells a
 * private address, or the reason of `signal` when that aborts.
 */
export function safeFetch({ allow, isOpen, resolve = lookUp }: Options): Outbound {
  const guard: Guard = { allow, isOpen, resolve };
  return async (request, signal) => {
    const timeMs = timeOf(request);
    const timeout = AbortSignal.timeout(timeMs);
    let message = firstMessage(request);
    try {
      const either = AbortSignal.any([signal, timeout]);
      for (let redirects = 0; ; redirects++) {
        const response = await exchange(message, await checkedAddresses(message.url, guard, either), either);
        const { status, location } = { status: response.statusCode ?? 0, location: response.headers.location };
        const next = request.followRedirects ? redirected(message, status, location) : null;
        if (next === null) return await read(response);
        response.destroy();
        if (redirects === REDIRECT_LIMIT) throw new Error(`More than ${REDIRECT_LIMIT} redirects are not followed.`);
        message = next;
      }
    } catch (thrown) {
      signal.throwIfAborted();
      if (timeout.aborted) throw new Error(`The request to ${message.url.host} took longer than ${timeMs / 1000} s.`);
      throw hasCode(thrown) ? new Error(`The request to ${message.url.host} failed (${thrown.code}).`) : thrown;
    }
  };
}

/**
 * A look-up for a connection to an address that somebody else chose, held to the same: it knows the addresses that were
 * checked, and no other. Throws as `safeFetch` does.
 */
export function checkedLookup({ allow, isOpen, resolve = lookUp }: Options) {
  const guard: Guard = { allow, isOpen, resolve };
  return async (url: URL, signal: AbortSignal): Promise<LookupFunction> =>
    pinnedTo(await checkedAddresses(url, guard, signal));
}

const lookUp: Resolver = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** Failures of sockets, TLS and HTTP have a code; their messages may tell addresses. */
const hasCode = (thrown: unknown): thrown is Error & { readonly code: unknown } =>
  thrown instanceof Error && "code" in thrown;

function timeOf({ timeoutMs }: OutboundRequest): number {
  if (!(timeoutMs > 0)) throw new Error("The time limit of a request must be more than 0 ms.");
  return Math.min(timeoutMs, TIME_LIMIT_MS);
}

/**
 * Sends one message to one of `addresses`, over a connection of its own; `signal` ends it, the answer's body included.
 */
function exchange(
  { method, url, headers, body }: Message,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? requestOverHttps : requestOverHttp;
    const length = body === null ? {} : { "content-length": String(body.byteLength) };
    const request = send(url, {
      method,
      headers: { ...headers, ...length },
      signal,
      agent: false,
      lookup: pinnedTo(addresses),
    });
    request.on("error", reject);
    request.once("response", resolve);
    // The one sign of an answer that switches to another protocol.
    request.once("close", () => reject(new Error(`The request to ${url.host} ended without an answer.`)));
    request.once("socket", (socket: Socket) => {
      socket.once("connect", () => {
        // Nothing is sent before this, should the connection ever go round the look-up.
        if (addresses.some((address) => sameAddress(address, socket.remoteAddress))) request.end(body);
        else request.destroy(new Error(`The connection to ${url.host} went to an address that was not checked.`));
      });
    });
  });
}

/** A look-up that knows these addresses alone, whichever name it is asked for. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_, { all: wantsAll }, done) => {
    if (wantsAll) done(null, all);
    else done(null, all[0]?.address ?? "", all[0]?.family);
  };
}

async function read(response: IncomingMessage): Promise<OutboundResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (size === 0) assertText(response);
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) throw new Error(`The answer has more than ${BODY_LIMIT_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(", ")]);
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: decoderFor(response.headers["content-type"]).decode(Buffer.concat(chunks)),
  };
}

function assertText({ headers }: IncomingMessage): void {
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  const encoding = headers["content-encoding"]?.trim().toLowerCase() || "identity";
  if (encoding !== "identity") throw new Error(`The answer is packed (${encoding}), and only plain ones are read.`);
  if (type === "") throw new Error("The answer does not say what type it has, and only text, JSON and XML are read.");
  if (!TEXT_TYPE.test(type)) throw new Error(`The answer has the type ${type}, and only text, JSON and XML are read.`);
}

function decoderFor(contentType = ""): TextDecoder {
  const charset = /;\s*charset="?([\w:.-]+)/iu.exec(contentType)?.[1];
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
