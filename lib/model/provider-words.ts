import { isObject, items, text } from "./shapes.ts";

// What an error of a provider says, wherever it stands in it.

const WORDS_CHARACTERS = 2000;
const MOST_WORDS = 40;
/** Names under which errors hold words, the plainest first. */
const NAMES = [
  "message",
  "msg",
  "detail",
  "details",
  "error",
  "errors",
  "error_message",
  "error_msg",
  "errorMessage",
  "errormsg",
  "errorDescription",
  "error_description",
  "Message",
  "fault",
  "faultstring",
  "status_msg",
  "reason",
  "description",
  "title",
  "raw",
  "metadata",
  "upstreamResponse",
] as const;
/** Names of what tells a kind or a place: for who looks for the cause, and not for who reads the error. */
const MARKS = [
  "code",
  "type",
  "param",
  "status",
  "loc",
  "field",
  "n_ctx",
  "n_prompt_tokens",
  "retryDelay",
  "retry_after",
] as const;
/** Marks whose numbers say nothing without their names. */
const NAMED: ReadonlySet<string> = new Set(["n_ctx", "n_prompt_tokens", "retry_after"]);

/**
 * What an error says: its plainest words, at most 300 characters; "" where it says nothing. Errors may be a text, an
 * object, a list, or JSON within a text.
 */
export const plainWords = (error: unknown): string => (collected(error, NAMES, 0)[0] ?? "").slice(0, 300);

/**
 * All that an error says, its marks too, for whoever looks for the cause in it. What it quotes of the request is left
 * out.
 */
export const allWords = (error: unknown): string =>
  collected(error, [...NAMES, ...MARKS], 0)
    .slice(0, MOST_WORDS)
    .join(" \n ")
    .slice(0, WORDS_CHARACTERS);

function collected(value: unknown, names: readonly string[], depth: number): string[] {
  if (depth > 6) return [];
  if (typeof value === "number") return [String(value)];
  if (typeof value === "string") return inText(value, names, depth);
  if (Array.isArray(value)) {
    // Where a fault is: `["body", "stream_options"]`.
    if (value.length > 0 && value.every((one) => typeof one === "string" || typeof one === "number")) {
      return [value.join(".")];
    }
    return value.slice(0, MOST_WORDS).flatMap((one) => collected(one, names, depth + 1));
  }
  if (!isObject(value)) return [];
  return names.flatMap((name) => {
    const one = value[name];
    if (one == null) return [];
    return NAMED.has(name) ? [`${name}: ${String(one)}`] : collected(one, names, depth + 1);
  });
}

/** Gateways hand on the errors of others as JSON in their own words. */
function inText(value: string, names: readonly string[], depth: number): string[] {
  const trimmed = value.trim();
  if (trimmed === "" || trimmed.startsWith("<")) return [];
  const start = trimmed.search(/[[{]/u);
  if (start >= 0 && /[\]}]$/u.test(trimmed) && trimmed.length < 64 * 1024) {
    try {
      const inner = collected(JSON.parse(trimmed.slice(start)), names, depth + 1);
      if (inner.length > 0) return start === 0 ? inner : [trimmed.slice(0, start).trim(), ...inner];
    } catch {
      // Words with a bracket at their end.
    }
  }
  return [trimmed];
}

/** The HTTP status of a failure that a chunk names by its number; undefined: it names none. */
export function numberAsStatus(chunk: Readonly<Record<string, unknown>>): number | undefined {
  const { code, status, status_code, statusCode } = chunk;
  const numbers = [code, status, status_code, statusCode].map((one) =>
    Number(typeof one === "string" ? one : (one ?? 0)),
  );
  return numbers.find((one) => Number.isInteger(one) && one >= 400 && one <= 599);
}

/** The HTTP status that an error names in its code, its status or its kind; undefined: it names none. */
export function statusOf(...errors: readonly unknown[]): number | undefined {
  for (const error of errors) {
    if (!isObject(error)) continue;
    for (const name of ["code", "status", "status_code", "statusCode", "http_status", "type", "error_type"]) {
      const status = asStatus(error[name]);
      if (status !== undefined) return status;
    }
  }
  return undefined;
}

function asStatus(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{3}$/u.test(value) ? Number(value) : value;
  if (typeof number === "number")
    return Number.isInteger(number) && number >= 400 && number <= 599 ? number : undefined;
  const word = text(value).toLowerCase();
  return KINDS.find(([pattern]) => pattern.test(word))?.[1];
}

const KINDS: readonly (readonly [pattern: RegExp, status: number])[] = [
  [/insufficient_quota|billing|payment|insufficient_(?:balance|credits?|funds)/u, 402],
  [/rate_?limit|resource_exhausted|too_many_requests/u, 429],
  [/invalid_api_key|authentication|unauthori[sz]ed|unauthenticated/u, 401],
  [/permission|forbidden/u, 403],
  [/context_(?:length|size|window)|exceed_context|invalid_request|invalid_argument|bad_?request|unprocessable/u, 400],
  [/not_found/u, 404],
];

/** The first that is an object, of a list or by itself. */
export const firstObject = (value: unknown): unknown => (Array.isArray(value) ? items(value).find(isObject) : value);
