import type { ChatError, ErrorCode } from "../../domain/errors.ts";

type Shape = readonly [status: number, type: string, code: string];

const INVALID = "invalid_request_error";
const SHAPE: Record<ErrorCode, Shape> = {
  unauthenticated: [401, "authentication_error", "invalid_api_key"],
  forbidden: [403, "permission_error", "insufficient_scope"],
  invalid: [422, INVALID, "validation_error"],
  "bad-request": [400, INVALID, "bad_request"],
  "not-found": [404, INVALID, "not_found"],
  "wrong-host": [421, INVALID, "wrong_host"],
  busy: [409, INVALID, "session_busy"],
  conflict: [409, INVALID, "conflict"],
  method: [405, INVALID, "method_not_allowed"],
  "too-large": [413, INVALID, "body_too_large"],
  "rate-limited": [429, "rate_limit_error", "rate_limit_exceeded"],
  "prompt-too-big": [400, INVALID, "context_length_exceeded"],
  "model-refused": [400, INVALID, "upstream_rejected"],
  "model-failed": [502, "upstream_error", "upstream_error"],
  "no-model": [503, "upstream_error", "no_model"],
  cancelled: [503, "upstream_error", "cancelled"],
  interrupted: [503, "upstream_error", "interrupted"],
  draining: [503, "server_error", "draining"],
  unavailable: [503, "server_error", "unavailable"],
  internal: [500, "server_error", "internal_error"],
};

/** What the contract calls an error of one code by what it is about: section 7. */
type Named = { readonly code: string; readonly detail?: string; readonly param: string };
const NAMED: ReadonlyMap<string, Named> = new Map(
  Object.entries<Named>({
    "bad-request role": { code: "unsupported_role", param: "messages" },
    "bad-request model": { code: "unexpected_model", param: "model" },
    "not-found agent": {
      code: "agent_not_found",
      detail: "No agent found with the specified ID",
      param: "agent_id",
    },
    "not-found session": {
      code: "session_not_found",
      detail: "No session found with the specified ID",
      param: "store_in_session",
    },
    "busy session": { code: "session_busy", detail: "Session is busy", param: "store_in_session" },
  }),
);

const DETAIL: Partial<Record<ErrorCode, string>> = {
  "too-large": "Request body too large",
  "rate-limited": "Rate limit exceeded",
  "model-failed": "Model backend failed",
  "no-model": "No model configured",
};

/** The `error` part of a body, which the official client reads. */
export function errorPart(error: ChatError) {
  const [, type, code] = SHAPE[error.code];
  const named = NAMED.get(`${error.code} ${error.details.noun ?? ""}`);
  const [first] = error.details.issues ?? [];
  const message = first?.message ?? named?.detail ?? DETAIL[error.code] ?? error.message;
  const param = first ? location(first.path) : (error.details.field ?? named?.param ?? null);
  return { message, type, param, code: named?.code ?? code };
}

/**
 * An error with both parts: `detail` as the document has it, `error` as the official client reads it (the contract,
 * section 7). Clients repeat 409 and 5xx unless they are told not to.
 */
export function assistantsFailure(error: ChatError): Response {
  const { issues, retryAfterSeconds } = error.details;
  const part = errorPart(error);
  const detail = issues
    ? issues.map(({ path, type, message, input, context }) => ({
        loc: path,
        msg: message,
        type,
        input,
        ...(context ? { ctx: context } : {}),
      }))
    : part.message;
  const headers = new Headers();
  if (error.code === "unauthenticated") headers.set("www-authenticate", "Bearer");
  if (error.code === "busy" || error.code === "conflict") headers.set("x-should-retry", "false");
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(Math.ceil(retryAfterSeconds)));
  return Response.json({ detail, error: part }, { status: SHAPE[error.code][0], headers });
}

/** A place as `messages[0].role`; null for the body as a whole. */
function location(path: readonly (string | number)[]): string | null {
  const inside = path[0] === "body" ? path.slice(1) : path;
  const text = inside.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return text.replace(/^\./u, "") || null;
}
