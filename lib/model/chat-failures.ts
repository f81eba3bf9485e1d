import type { ChatError } from "../domain/errors.ts";
import { reasonIn } from "./finish-reason.ts";
import { streamFailure } from "./provider-error.ts";
import { allWords, numberAsStatus, plainWords, statusOf } from "./provider-words.ts";
import { fields, isObject, items, text } from "./shapes.ts";

type Chunk = Readonly<Record<string, unknown>>;

/** The failure that a chunk of a stream or a body tells, in the provider's words; null where it tells none. */
export function failureOf(chunk: Chunk, event: string): ChatError | null {
  const { error, choices, x_groq, base_resp } = chunk;
  const list = items(choices);
  if (error && !isBlank(error, list.length > 0)) return failed(error, chunk);
  if (event !== "" && /error|exception|fail/u.test(event)) return failed(chunk);
  if (x_groq !== undefined) {
    const own = fields<"error">(x_groq).error;
    if (own && !isBlank(own, true)) return failed(own);
  }
  if (base_resp !== undefined && isMinimaxFailure(base_resp)) return failed(chunk);
  for (const choice of list) {
    const {
      error: own,
      error_message,
      message,
      delta,
    } = fields<"error" | "error_message" | "message" | "delta">(choice);
    const within = own || error_message || fields<"error">(delta ?? message).error;
    if (within && !isBlank(within, true)) return failed(within);
  }
  if (list.length > 0 && !list.every(saysNothing)) return null;
  return saysThatItFailed(chunk) ? failed(exceptionIn(chunk) ?? chunk) : null;
}

/** Some servers send an error of nothing with each chunk. */
function isBlank(error: unknown, hasChoices: boolean): boolean {
  if (!hasChoices && isObject(error)) {
    return Object.keys(error).length > 0 && Object.values(error).every((value) => value == null || value === "");
  }
  if (typeof error === "string") return /^(?:null|none|)$/iu.test(error.trim());
  return (
    typeof error === "object" &&
    error !== null &&
    Object.values(error).every((value) => [null, undefined, "", 0, "0", false, "null"].includes(value))
  );
}

/** Whether a choice holds neither words nor a reason to end. */
function saysNothing(choice: unknown): boolean {
  const { delta, message, text: words } = fields<"delta" | "message" | "text">(choice);
  const said = delta ?? message;
  if (words || reasonIn(choice) !== "") return false;
  return !isObject(said) || Object.entries(said).every(([name, value]) => name === "role" || !value);
}

const WORDS = [
  "detail",
  "errors",
  "message",
  "msg",
  "error_message",
  "error_msg",
  "errorMessage",
  "errorDescription",
  "error_description",
  "Message",
  "fault",
] as const;
/** What is no failure though it has words: signs of life, and how far the server is. */
const STATE =
  /(?<![a-z])(?:ping|heartbeat|keep[a-z_-]*|status|progress|queued?|loading|info|pending|processing|start(?:ing|ed)?|connect(?:ing|ed))(?![a-z])/u;
const WELL = /^(?:ok|okay|success\w*|succeeded|done|complete[d]?|accepted|finished|null|none)\W*$/iu;

/**
 * A chunk that says nothing else: whether it is one of vLLM, FastAPI, MiniMax, a gateway … that says in its way that it
 * failed.
 */
function saysThatItFailed(chunk: Chunk): boolean {
  const kind = `${text(chunk.object)} ${text(chunk.type)} ${text(chunk.status)}`.toLowerCase();
  if (/(?:\b|_)(?:error|failed|failure|exception)\b/u.test(kind)) return true;
  if (chunk.success === false || numberAsStatus(chunk) !== undefined || exceptionIn(chunk) !== undefined) return true;
  if (isObject(chunk.usage) || isAnswer(chunk.message)) return false;
  if (STATE.test(kind)) return false;
  return WORDS.some((name) => {
    const said = chunk[name];
    if (typeof said === "string") return said !== "" && !WELL.test(said.trim());
    return Array.isArray(said)
      ? said.length > 0
      : isObject(said) && (name === "errors" ? !isBlank(said, true) : plainWords(said) !== "");
  });
}

/** Ollama's own protocol has its answer here. */
const isAnswer = (message: unknown): boolean => isObject(message) && ("content" in message || "role" in message);

/** Bedrock's failures are called by their kind. */
const exceptionIn = (chunk: Chunk): unknown =>
  Object.entries(chunk).find(([name, value]) => name.endsWith("Exception") && isObject(value))?.[1];

const isMinimaxFailure = (base: unknown): boolean => {
  const { status_code: code } = fields<"status_code">(base);
  return (typeof code === "number" || typeof code === "string") && Number(code) > 0;
};

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
