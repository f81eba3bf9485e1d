// Whole numbers that JavaScript's cannot hold, in JSON that is somebody else's: they pass as they were written.

/** Stands before the digits of such a number, which is a text here. No text of anybody begins with it. */
const MARK = "\uF8F0";
const MARKED = new RegExp(`^${MARK}-?\\d{16,400}$`, "u");
const MARKED_JSON = new RegExp(`"${MARK}(-?\\d{16,400})"`, "gu");
/** The fewest digits of such a number. */
const LONG_RUN = 16;
const INTEGER = /^-?\d{16,400}$/u;

// What TypeScript's library does not know yet: "JSON.parse source text access".
type Context = { readonly source?: string };
type Reviver = (this: unknown, key: string, value: unknown, context?: Context) => unknown;
const { parse, rawJSON } = JSON as unknown as {
  readonly parse: (text: string, reviver: Reviver) => unknown;
  readonly rawJSON?: (text: string) => unknown;
};

const isExact = (value: number, source: string): boolean => Number.isSafeInteger(value) || !INTEGER.test(source);

/**
 * The value of a JSON text, in which each whole number that would be rounded is a marked text: it can be copied, stored
 * and compared like any other. `exactJson` writes it as the number again. Throws as `JSON.parse` does.
 */
export function parseExact(json: string): unknown {
  if (!hasLongRun(json)) return JSON.parse(json);
  return parse(json, (_, value, context) => {
    const source = context?.source;
    return typeof value === "number" && source !== undefined && !isExact(value, source) ? MARK + source : value;
  });
}

/**
 * Whether a text has so many digits in a row. Every token of an answer is asked: of such a run one stands where it
 * looks, and the rest it need not see.
 */
function hasLongRun(text: string): boolean {
  for (let at = LONG_RUN - 1; at < text.length; at += LONG_RUN) {
    if (!isDigit(text, at)) continue;
    let [first, last] = [at, at];
    while (isDigit(text, first - 1)) first--;
    while (last - first + 1 < LONG_RUN && isDigit(text, last + 1)) last++;
    if (last - first + 1 >= LONG_RUN) return true;
  }
  return false;
}

/** Whether a digit stands there; nothing stands outside of a text. */
function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** What was rounded in a value that `parseNoting` has read: by its holder and key, as it was written. */
const noted = new WeakMap<object, Map<string, string>>();

/**
 * The value of a JSON text as `JSON.parse` gives it. What it had to round is noted, so that `markNoted` can give it
 * back where the text is a caller's own, and no schema of ours asks for a number. Throws as `JSON.parse` does.
 */
export function parseNoting(json: string): unknown {
  if (!hasLongRun(json)) return JSON.parse(json);
  return parse(json, function (key, value, context) {
    const source = context?.source;
    if (typeof value === "number" && source !== undefined && !isExact(value, source) && isHolder(this)) {
      const own = noted.get(this) ?? new Map<string, string>();
      noted.set(this, own.set(key, source));
    }
    return value;
  });
}

const isHolder = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Notes of one object what is noted of another of which it is a copy. */
export function renote(from: object, copy: unknown): void {
  const own = noted.get(from);
  if (own && isHolder(copy)) noted.set(copy, own);
}

/** A copy of a value of `parseNoting` with what was rounded as marked texts; the value itself where nothing was. */
export function markNoted(value: unknown): unknown {
  if (!isHolder(value)) return value;
  const own = noted.get(value);
  const marked = (key: string, one: unknown): unknown => {
    const source = own?.get(key);
    return source === undefined ? markNoted(one) : MARK + source;
  };
  if (Array.isArray(value)) {
    const items = value.map((one, n) => marked(String(n), one));
    return items.some((one, n) => one !== value[n]) ? items : value;
  }
  const entries = Object.entries(value).map(([key, one]) => [key, one, marked(key, one)] as const);
  if (entries.every(([, one, next]) => one === next)) return value;
  return Object.fromEntries(entries.map(([key, , next]) => [key, next]));
}

/** Whether a value stands for a number that JavaScript's cannot hold. */
export const isMarked = (value: unknown): value is string =>
  typeof value === "string" && value.startsWith(MARK) && MARKED.test(value);

/** JSON with the numbers of `parseExact` as they were written. Of what is no JSON: "null". */
export function exactJson(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  return json.includes(MARK) ? json.replace(MARKED_JSON, "$1") : json;
}

/**
 * A copy of a value for somebody who will write it as JSON, with the numbers as they were written; the value itself
 * where it has none.
 */
export const exactValue = <T>(value: T): T => exact(value) as T; // of the same shape, for whoever writes it as JSON

function exact(value: unknown): unknown {
  if (isMarked(value)) return rawJSON?.(value.slice(MARK.length)) ?? Number(value.slice(MARK.length));
  if (Array.isArray(value)) {
    const items = value.map(exact);
    return items.some((item, n) => item !== value[n]) ? items : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const next = entries.map(([key, one]) => [key, exact(one)] as const);
  return next.some(([, one], n) => one !== entries[n]?.[1]) ? Object.fromEntries(next) : value;
}

/** A value for somebody who reads it as text, such as a template: the digits of its marked numbers as texts. */
export const digitsValue = <T>(value: T): T => digits(value) as T; // of the same shape: texts stay texts

function digits(value: unknown): unknown {
  if (isMarked(value)) return value.slice(MARK.length);
  if (Array.isArray(value)) return value.map(digits);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, digits(one)]));
}
