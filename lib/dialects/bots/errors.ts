import type { ChatError, ErrorCode, Issue } from "../../domain/errors.ts";
import { jsonFault } from "./faults/json-fault.ts";

const STATUS: Record<ErrorCode, number> = {
  unauthenticated: 401,
  forbidden: 403,
  invalid: 422,
  "bad-request": 422,
  "not-found": 404,
  "wrong-host": 421,
  busy: 409,
  conflict: 409,
  method: 405,
  "too-large": 413,
  "rate-limited": 429,
  "prompt-too-big": 400,
  "model-refused": 502,
  "model-failed": 502,
  "no-model": 503,
  cancelled: 502,
  interrupted: 502,
  draining: 503,
  unavailable: 503,
  internal: 500,
};

/** An error as `{"detail": …}`: a sentence, or for 422 the list of faults (the contract, section 5). */
export function botFailure(error: ChatError): Response {
  const { retryAfterSeconds } = error.details;
  const headers = new Headers();
  if (error.code === "unauthenticated") headers.set("www-authenticate", "Bearer");
  if (error.code === "conflict") headers.set("x-should-retry", "false");
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(Math.ceil(retryAfterSeconds)));
  return Response.json({ detail: detailOf(error) }, { status: STATUS[error.code], headers });
}

function detailOf(error: ChatError): unknown {
  const { issues, noun } = error.details;
  if (issues) return issues.map(item);
  switch (error.code) {
    case "bad-request":
      return [{ loc: ["body", "__root__"], msg: rootFault(error), type: "value_error" }];
    case "unauthenticated":
      return noun === "credentials" ? "Not authenticated" : error.message;
    case "too-large":
      return "Request body too large";
    case "rate-limited":
      return "Rate limit exceeded";
    case "model-refused":
    case "model-failed":
    case "interrupted":
    case "cancelled":
      return "Model backend failed";
    case "no-model":
      return "No model configured";
    default:
      return error.message;
  }
}

const rootFault = ({ message, details: { noun, field } }: ChatError): string =>
  noun === "bot" && field === "slug" ? '"bot_uid" and "bot_slug" refer to different bots' : message;

function item({ path, type, message, context, source }: Issue) {
  if (type === "missing") return { loc: path, msg: "field required", type: "value_error.missing" };
  if (type === "json_invalid") return jsonItem(path, message, source ?? "");
  return { loc: path, msg: message, type, ...(context ? { ctx: context } : {}) };
}

/** So much of a body that is no JSON is shown. */
const DOC_CHARACTERS = 200;

/**
 * A body that is no JSON, with the place where reading it failed: lines and columns from 1, offsets from 0. Of a long
 * one the beginning is shown.
 */
function jsonItem(path: Issue["path"], message: string, text: string) {
  const fault = jsonFault(text) ?? { reason: message, offset: text.length };
  let [pos, lineno, colno] = [0, 1, 1];
  // Offsets count characters, not units of UTF-16.
  for (let at = 0; at < fault.offset; pos++) {
    const code = text.codePointAt(at) ?? 0;
    at += code > 0xffff ? 2 : 1;
    colno++;
    if (code === 0x0a) [lineno, colno] = [lineno + 1, 1];
  }
  const doc = text.length > DOC_CHARACTERS ? `${text.slice(0, DOC_CHARACTERS).toWellFormed()}…` : text;
  return {
    loc: [...path.slice(0, -1), pos],
    msg: `${fault.reason}: line ${lineno} column ${colno} (char ${pos})`,
    type: "value_error.jsondecode",
    ctx: { msg: fault.reason, doc, pos, lineno, colno },
  };
}
