import type { z } from "zod";
import { ChatError, type ErrorCode, type ErrorDetails, type Issue } from "../../domain/errors.ts";
import { excerpt } from "../../domain/excerpt.ts";
import { MOST_ISSUES } from "../bounds.ts";

const SHAPE: Record<ErrorCode, readonly [status: number, code: string]> = {
  unauthenticated: [403, "http_403"],
  forbidden: [403, "http_403"],
  invalid: [422, "validation_error"],
  "bad-request": [400, "http_400"],
  "not-found": [404, "http_404"],
  "wrong-host": [421, "http_421"],
  busy: [429, "http_429"],
  conflict: [409, "http_409"],
  method: [405, "http_405"],
  "too-large": [413, "http_413"],
  "rate-limited": [429, "http_429"],
  "prompt-too-big": [400, "prompt_too_big"],
  "model-refused": [400, "llm_bad_request"],
  "model-failed": [502, "llm_api_error"],
  "no-model": [502, "llm_api_error"],
  cancelled: [502, "llm_api_error"],
  interrupted: [502, "llm_api_error"],
  draining: [503, "http_503"],
  unavailable: [503, "http_503"],
  internal: [500, "internal_error"],
};

/** The body of an error: the contract, 1.5. The SDK makes its exception's text from the outer `message`. */
export function errorBody(error: ChatError) {
  const [, code] = SHAPE[error.code];
  const message = wording(error);
  const type = code.startsWith("http_") ? "http_error" : code;
  const details = error.details.issues?.map(detail);
  return { error: { message, code, type, ...(details ? { details } : {}) }, message };
}

/** What the core says of a noun or a field, in the names that callers know: by the code, the noun and the field. */
const WORDS: ReadonlyMap<string, (details: ErrorDetails) => string> = new Map(
  Object.entries<(details: ErrorDetails) => string>({
    "conflict agent canonicalName": () => "Another agent has this canonical_name",
    "conflict project canonicalName": () => "Another project has this canonical_name",
    "bad-request tool toolChoice": ({ id }) => `tool_choice names "${id}", which is not among the tools`,
    "bad-request agent": () => "The session has no agent. Add one with POST /sessions/{id}.",
  }),
);

function wording({ code, message, details }: ChatError): string {
  if (code === "unauthenticated") return "Could not validate API KEY";
  if (code === "invalid") return "Validation error";
  const words = WORDS.get([code, details.noun, details.field].filter(Boolean).join(" "));
  return words ? words(details) : message;
}

/** An error as a response. The SDK is not to send again what a repeat cannot mend (the contract, 1.6). */
export function julepFailure(error: ChatError): Response {
  const { retryAfterSeconds } = error.details;
  const headers = new Headers();
  if (error.code === "conflict") headers.set("x-should-retry", "false");
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(Math.ceil(retryAfterSeconds)));
  else if (error.code === "busy" || error.code === "rate-limited") headers.set("retry-after", "5");
  return Response.json(errorBody(error), { status: SHAPE[error.code][0], headers });
}

/**
 * The error of a body that does not fit once it is merged with what is stored. `path` leads to the part that was
 * merged.
 */
export function invalidBody(error: z.ZodError, input: unknown, path: readonly string[] = []): ChatError {
  const issues = error.issues.slice(0, MOST_ISSUES).map((issue) => ({
    path: ["body", ...path, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))],
    type: "value_error",
    message: issue.message,
    input,
  }));
  return new ChatError("invalid", "Validation error", { issues });
}

const detail = ({ path, type, message, input }: Issue) => ({
  type,
  msg: message,
  loc: type === "json_invalid" ? "body" : location(path),
  fix: fix(path, type, message),
  received: excerpt(input, EXCERPT_LIMIT),
});

/** A place as `messages[0].role`: without "body" in front, but with "path" and "query". */
export function location(path: Issue["path"]): string {
  const inside = path[0] === "body" ? path.slice(1) : path;
  const text = inside.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return text.replace(/^\./u, "") || "body";
}

function fix(path: Issue["path"], type: string, message: string): string {
  if (type === "missing") return `Add "${path.at(-1) ?? "body"}"`;
  if (type === "json_invalid") return "Send a body that is valid JSON";
  const wanted =
    /^(?:Input|String|List) should (be|have) (.*?)(?: after validation, not \d+|, got .*|, unable .*)?$/u.exec(message);
  const [, verb, rest = ""] = wanted ?? [];
  if (verb === undefined) return "Change the value as the message says";
  if (verb === "have") return `Send a value that has ${rest}`;
  return /^(?:less|greater)/u.test(rest) ? `Send a value ${rest}` : `Send ${rest}`;
}

const EXCERPT_LIMIT = 100;
