import type { ChatError, ErrorCode } from "../../domain/errors.ts";

const STATUS: Record<ErrorCode, number> = {
  unauthenticated: 401,
  forbidden: 403,
  invalid: 422,
  "bad-request": 400,
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
  cancelled: 409,
  interrupted: 503,
  draining: 503,
  unavailable: 503,
  internal: 500,
};

/** An error as `{"detail": …}`: a sentence, or for 422 the list of faults (the contract, section 7). */
export function llamacloudFailure(error: ChatError): Response {
  const { issues, retryAfterSeconds, noun, id } = error.details;
  const headers = new Headers();
  if (error.code === "unauthenticated") headers.set("www-authenticate", "Bearer");
  // The official client repeats 409 and 5xx up to five times; these stay as they are.
  if (error.code === "conflict" || error.code === "busy") headers.set("x-should-retry", "false");
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(Math.ceil(retryAfterSeconds)));
  const detail = issues
    ? issues.map(({ path, type, message, input, context }) => ({
        type,
        loc: path,
        msg: message,
        input,
        ...(context ? { ctx: context } : {}),
      }))
    : error.code === "not-found" && noun === "index"
      ? `${error.message}: ${id}`
      : error.message;
  return Response.json({ detail }, { status: STATUS[error.code], headers });
}
