import type { IncomingHttpHeaders } from "node:http";
import { APICallError } from "@ai-sdk/provider";
import { ChatError } from "../domain/errors.ts";
import type { CallModel, ModelRequest } from "../domain/model.ts";
import { hiding, withoutSecretShapes } from "../domain/secrets.ts";
import { allWords, firstObject, plainWords } from "./provider-words.ts";
import { durationSeconds, waitIn } from "./told-wait.ts";

// What a provider did, as errors of ours: in words, without keys and without the conversation.

const REFUSED = new Set([400, 404, 405, 409, 413, 415, 422]);
const LONGEST_BODY = 64 * 1024;
const LONGEST_PLAIN = 300;
/** An account without money is not asked again: waiting does not help. */
const NO_MONEY =
  /insufficient[_ -]?(?:quota|balance|credits?|funds)|exceeded your current quota|billing|payment[_ ]required|out of credits|credit balance|account balance|no credits|spent all|spending limit|arrears|余额不足|欠费/iu;
/** Said of an empty account alone; the others are said of limits that pass, too. */
const SURELY_NO_MONEY = /insufficient[_ -]?(?:quota|balance|credits?|funds)|payment[_ ]required|余额不足|欠费/iu;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

// Kept beside the errors: words may quote a conversation, and what is in an error is logged.
const said = new WeakMap<ChatError, string>();

/**
 * All that a provider said when it refused, its marks too, for whoever looks for the cause; "" where it said nothing.
 */
export const refusalWords = (error: ChatError): string => said.get(error) ?? "";

function saying(error: ChatError, words: string): ChatError {
  said.set(error, words);
  return error;
}

/** An answer that is not 200. Where the provider refused the request, with what it said. */
export function refusedRequest(status: number, headers: Headers | IncomingHttpHeaders, body: string): ChatError {
  const json = asJson(body);
  const text = body.trimStart().startsWith("<") ? "" : body.slice(0, 2000).trim();
  const told = firstObject(json) ?? json ?? text;
  // One word says nothing to who reads it.
  const plain = json !== undefined ? plainWords(told) : /\S\s\S/u.test(text) ? text.slice(0, LONGEST_PLAIN) : "";
  const words = json === undefined ? text : allWords(told);
  return saying(errorOf(status, { plain, words, cause: { statusCode: status } }, headers), words);
}

/**
 * A failure that was told within an answer. `words`: what it said, `marks`: all that stood around it; `status`: what it
 * names as its own.
 */
export function streamFailure(words: string, marks: string, status: number | undefined): ChatError {
  const known = status ?? (NO_MONEY.test(marks) ? (isEmptyAccount(marks, waitIn(marks)) ? 402 : 429) : undefined);
  const isKind = known !== undefined && (known < 500 || NO_MONEY.test(marks));
  const error = isKind
    ? errorOf(known, { plain: words, words: marks }, {})
    : new ChatError("model-failed", `The model provider reported an error${words === "" ? "" : `: ${words}`}`, {
        ...(known === undefined ? {} : { providerStatus: known }),
      });
  return saying(error, marks);
}

type Told = { readonly plain: string; readonly words: string; readonly cause?: unknown };

function errorOf(status: number, { plain, words, cause }: Told, headers: Headers | IncomingHttpHeaders): ChatError {
  const details = { providerStatus: status, cause };
  const reason = plain === "" ? "" : `: ${plain}`;
  const wait = retryAfter(headers) ?? waitIn(words) ?? (status === 429 ? resetIn(headers) : undefined);
  if (status === 402 || ((status === 429 || status === 403) && isEmptyAccount(words, wait))) {
    const message = `The account at the model provider has no credit left (${status})${reason}`;
    return new ChatError("model-failed", message, { ...details, isFinal: true });
  }
  if (status === 401) return new ChatError("model-failed", `The model provider refused the API key (401)`, details);
  // A key without the right, and also what is not allowed in a place or of a content.
  if (status === 403) {
    return new ChatError("model-failed", `The model provider refused the API key (403)${reason}`, details);
  }
  if (status >= 300 && status < 400) return new ChatError("model-failed", redirected(status, headers), details);
  if (REFUSED.has(status)) {
    return new ChatError("model-refused", `The model provider refused the request (${status})${reason}`, details);
  }
  const what = status === 429 ? "'s rate limit is reached (429)" : ` failed (${status})`;
  return new ChatError("model-failed", `The model provider${what}${reason}`, {
    ...details,
    retryAfterSeconds: wait,
  });
}

/** Whether words are about an account without money, and not about a limit that passes: Gemini says both alike. */
const isEmptyAccount = (words: string, wait: number | undefined): boolean =>
  NO_MONEY.test(words) && (wait === undefined || SURELY_NO_MONEY.test(words));

/**
 * Redirects are not followed, since the key goes to the address that is set: where they lead is told, without its
 * query.
 */
function redirected(status: number, headers: Headers): string {
  const { location } = headers;
  const target = typeof location === "string" ? location.replace(/[?#].*$/su, "").replace(/\/\/[^/@]*@/u, "//") : "";
  const address = target.replace(/\/chat\/completions$/u, "").slice(0, LONGEST_PLAIN);
  if (address === "") return `The model provider redirects (${status}) and does not say where to`;
  return `The model provider redirects (${status}) to ${address}. Set the address that answers itself as the base URL`;
}

function asJson(body: string): unknown {
  // No message is as long, and what is would be parsed for nothing.
  if (body.length > LONGEST_BODY) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
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
  const { statusCode, responseHeaders = {}, responseBody = "" } = thrown;
  return refusedRequest(statusCode, responseHeaders, statusCode >= 500 ? "" : responseBody);
}

/**
 * A model's calls, whose errors tell no key: neither the server's own nor one that came with the request. `onRefused`
 * hears of each error first.
 */
export function withoutKeys(
  call: CallModel,
  ownKey: string | undefined,
  onRefused: (request: ModelRequest, thrown: unknown) => void = () => {},
): CallModel {
  return async function* (request) {
    try {
      yield* call(request);
    } catch (thrown) {
      onRefused(request, thrown);
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
  return saying(
    new ChatError(thrown.code, message, { ...thrown.details, cause: tells ? undefined : cause }),
    refusalWords(thrown),
  );
}

function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  const source = thrown.cause instanceof Error ? thrown.cause : thrown;
  if ("code" in source && typeof source.code === "string") return source.code;
  // The words of others may quote an address or a header whole.
  return source.name;
}

/**
 * Seconds of `retry-after-ms` or `retry-after`, which holds seconds or a date (RFC 9110, 10.2.3), or of what OpenAI and
 * those like it say of a limit.
 */
function retryAfter(headers: Headers): number | undefined {
  const told = headers["retry-after-ms"];
  const milliseconds = typeof told === "string" && told.trim() !== "" ? Number(told) : Number.NaN;
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds / 1000;
  const text = headers["retry-after"];
  if (typeof text === "string") {
    const seconds = Number.isFinite(Number(text)) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
    if (Number.isFinite(seconds)) return Math.max(0, seconds);
    return durationSeconds(text);
  }
  // Of these the limit that is reached has nothing left.
  for (const kind of ["requests", "tokens"]) {
    const reset = headers[`x-ratelimit-reset-${kind}`];
    if (headers[`x-ratelimit-remaining-${kind}`] === "0" && typeof reset === "string") return durationSeconds(reset);
  }
  return undefined;
}

/**
 * Seconds until a limit is reset: told as seconds from now, or as a moment in seconds or milliseconds since 1970;
 * undefined where nobody says, or it is over.
 */
function resetIn(headers: Headers): number | undefined {
  const names = ["x-ratelimit-reset-after", "ratelimit-reset", "x-ratelimit-reset"];
  const told = names.map((name) => headers[name]).find((one) => typeof one === "string" && one.trim() !== "");
  if (typeof told !== "string") return undefined;
  const number = Number(told);
  if (!Number.isFinite(number)) return durationSeconds(told);
  const at = number > 1e12 ? number / 1000 : number;
  const seconds = at > 1e9 ? at - Date.now() / 1000 : at;
  return seconds > 0 ? seconds : undefined;
}
