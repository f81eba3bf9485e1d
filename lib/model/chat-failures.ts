import type { ChatError } from "../domain/errors.ts";
import { streamFailure } from "./provider-error.ts";
import { allWords, plainWords, statusOf } from "./provider-words.ts";
import { fields, isObject, items, text } from "./shapes.ts";

type Chunk = Readonly<Record<string, unknown>>;

/** The failure that a chunk of a stream or a body tells, in the provider's words; null where it tells none. */
export function failureOf(chunk: Chunk, event: string): ChatError | null {
  const { error, choices } = chunk;
  if (error && !isBlank(error)) return failed(error, chunk);
  if (event === "error" || event === "exception") return failed(chunk);
  const list = items(choices);
  if (list.length > 0) {
    const { error: own, message, delta } = fields<"error" | "message" | "delta">(list[0]);
    if (own && !isBlank(own)) return failed(own);
    const within = fields<"error">(delta ?? message).error;
    return within && !isBlank(within) ? failed(within) : null;
  }
  return saysThatItFailed(chunk) ? failed(chunk) : null;
}

/** Some servers send an error of nothing with each chunk. */
const isBlank = (error: unknown): boolean =>
  isObject(error) &&
  Object.keys(error).length > 0 &&
  Object.values(error).every((value) => value == null || value === "");

/** A chunk without choices: whether it is one of vLLM, FastAPI, MiniMax, a gateway … that says in its way that it failed. */
function saysThatItFailed(chunk: Chunk): boolean {
  const kind = `${text(chunk.object)} ${text(chunk.type)} ${text(chunk.status)}`.toLowerCase();
  if (/\b(?:error|failed|failure|exception)\b/u.test(kind)) return true;
  const base = fields<"status_code">(chunk.base_resp).status_code;
  if (typeof base === "number" && base !== 0) return true;
  if (chunk.success === false) return true;
  if (isObject(chunk.usage) || isObject(chunk.message)) return false;
  if (/ping|heartbeat|keep/u.test(kind)) return false;
  return ["detail", "errors", "message", "msg", "error_message", "error_msg"].some((name) => {
    const said = chunk[name];
    return (typeof said === "string" && said !== "") || (Array.isArray(said) && said.length > 0);
  });
}

/** What `error` says; `beside`: what stands around it, where it says nothing itself. */
function failed(error: unknown, beside: Chunk = {}): ChatError {
  const { base_resp: base } = fields<"base_resp">(error);
  const status = statusOf(error, beside) ?? minimaxStatus(fields<"status_code">(base).status_code);
  const source = plainWords(error) === "" && base !== undefined ? base : error;
  const words = plainWords(source) || plainWords({ ...beside, error: null });
  return streamFailure(words, `${allWords(error)} ${allWords(beside)}`, status);
}

/** MiniMax, "Error codes": 1008 is an empty account, 1002 a rate limit, 1004 a refused key, 2013 a bad parameter. */
const minimaxStatus = (code: unknown): number | undefined =>
  ({ 1002: 429, 1004: 401, 1008: 402, 1039: 429, 2013: 400 })[typeof code === "number" ? code : 0];
