import type { IncomingHttpHeaders } from "node:http";
import { APICallError } from "@ai-sdk/provider";
import { z } from "zod";
import { ChatError } from "../domain/errors.ts";
import type { CallModel } from "../domain/model.ts";
import { hiding, withoutSecretShapes } from "../domain/secrets.ts";

// What a provider did, as errors of ours: in words, without keys and without the conversation.

const REFUSED = new Set([400, 404, 405, 409, 413, 415, 422]);
const LONGEST_BODY = 64 * 1024;
const Body = z.object({ error: z.object({ message: z.string() }) });

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** An answer that is not 200. Where the provider refused the request, with what it said. */
export function refusedRequest(status: number, headers: Headers | IncomingHttpHeaders, body: string): ChatError {
  const details = { providerStatus: status, cause: { statusCode: status } };
  if (status === 401 || status === 403) {
    return new ChatError("model-failed", `The model provider refused the API key (${status})`, details);
  }
  if (REFUSED.has(status)) {
    const said = providerMessage(body);
    return new ChatError("model-refused", `The model provider refused the request (${status})${said}`, details);
  }
  const what = status === 429 ? "'s rate limit is reached (429)" : ` failed (${status})`;
  return new ChatError("model-failed", `The model provider${what}`, {
    ...details,
    retryAfterSeconds: retryAfter(headers),
  });
}

export const unreachable = (thrown: unknown): ChatError =>
  new ChatError("model-failed", `The model provider could not be reached (${reason(thrown)})`, { cause: thrown });

export const closedConnection = (thrown: unknown): ChatError =>
  new ChatError("model-failed", `The model provider closed the connection (${reason(thrown)})`, { cause: thrown });

/** An answer whose end did not come. */
export const endedEarly = (): ChatError =>
  closedConnection(Object.assign(new Error("The answer has no end"), { code: "ended early" }));

/** What a provider package threw. Its own error holds the request's body and headers, and is not passed on. */
export function toProviderError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  // What our own reading of the answer threw, in the package's wrapping.
  if (thrown instanceof Error && thrown.cause instanceof ChatError) return thrown.cause;
  if (!APICallError.isInstance(thrown)) return closedConnection(thrown);
  if (thrown.statusCode === undefined) return unreachable(thrown.cause);
  return refusedRequest(thrown.statusCode, thrown.responseHeaders ?? {}, thrown.responseBody ?? "");
}

/** A model's calls, whose errors tell no key: neither the server's own nor one that came with the request. */
export function withoutKeys(call: CallModel, ownKey: string | undefined): CallModel {
  return async function* (request) {
    try {
      yield* call(request);
    } catch (thrown) {
      throw withoutKey(thrown, [ownKey, request.apiKey]);
    }
  };
}

/**
 * An error of a provider without `keys` in its words: providers say which key they were sent. A cause that names one is
 * dropped, since a cause is logged.
 */
export function withoutKey(thrown: unknown, keys: readonly (string | undefined)[]): unknown {
  if (!(thrown instanceof ChatError)) return thrown;
  const hide = hiding(keys);
  const message = withoutSecretShapes(hide(thrown.message));
  const { cause } = thrown.details;
  const tells = cause instanceof Error && hide(cause.message) !== cause.message;
  if (message === thrown.message && !tells) return thrown;
  return new ChatError(thrown.code, message, { ...thrown.details, cause: tells ? undefined : cause });
}

function providerMessage(body: string): string {
  // No message is as long, and what is would be parsed for nothing.
  if (body.length > LONGEST_BODY) return "";
  try {
    return `: ${Body.parse(JSON.parse(body)).error.message.slice(0, 300)}`;
  } catch {
    return "";
  }
}

function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  const source = thrown.cause instanceof Error ? thrown.cause : thrown;
  if ("code" in source && typeof source.code === "string") return source.code;
  // The words of others may quote an address or a header whole.
  return source.name;
}

/** Seconds of `retry-after-ms` or `retry-after`, which holds seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const milliseconds = Number(headers["retry-after-ms"]);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds / 1000;
  const text = headers["retry-after"];
  if (typeof text !== "string") return undefined;
  const seconds = Number.isFinite(Number(text)) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
