// What is hidden of a text that others read: secrets that are known, and what looks like one.

/** What stands where a secret stood. */
export const HIDDEN = "[hidden]";

/** So many characters of a secret, in a row, give it away. */
const PIECE = 12;
/** A shorter secret is a word that other texts hold too. */
const SHORTEST = 8;
/** What a key is written with, in any of its forms: what touches a piece of one belongs to it. */
const OF_KEY = /[\w+/=.~%-]/u;

/** Hides secrets in a text. */
export type Hide = (text: string) => string;

/**
 * Hides each of `secrets` in a text, and each piece of one that has 12 characters or more, as it stands or as it is
 * written in a URL, in JSON, in hex or in base64; with the rest of the word that it is found in. Secrets of less than 8
 * characters are passed over.
 */
export function hiding(secrets: Iterable<string | null | undefined>): Hide {
  const pieces = new Set<string>();
  const short: string[] = [];
  for (const secret of new Set(secrets)) {
    if (secret == null || secret.length < SHORTEST) continue;
    for (const form of formsOf(secret)) {
      if (form.length < PIECE) short.push(form);
      for (let at = 0; at + PIECE <= form.length; at++) pieces.add(form.slice(at, at + PIECE));
    }
  }
  return (text) => {
    const whole = pieces.size === 0 ? text : withoutPieces(text, pieces);
    return short.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), whole);
  };
}

function withoutPieces(text: string, pieces: ReadonlySet<string>): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = 0; at + PIECE <= text.length; at++) {
    if (!pieces.has(text.slice(at, at + PIECE))) continue;
    let [start, end] = [at, at + PIECE];
    while (end < text.length && pieces.has(text.slice(end - PIECE + 1, end + 1))) end++;
    while (start > from && OF_KEY.test(text.charAt(start - 1))) start--;
    while (end < text.length && OF_KEY.test(text.charAt(end))) end++;
    kept.push(text.slice(from, start), HIDDEN);
    from = end;
    at = end - 1;
  }
  return kept.length === 0 ? text : kept.join("") + text.slice(from);
}

/** A secret as it stands, and as others write it. In base64 it may begin at any of three places of a group. */
function formsOf(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const packed = [0, 1, 2].flatMap((shift) => {
    const text = btoa(`${"\0".repeat(shift)}${String.fromCharCode(...bytes)}`);
    // The first and the last group depend on what stands beside it.
    const inner = text.slice(shift === 0 ? 0 : 4, -4);
    return inner.length < PIECE ? [] : [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const json = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, encodeURIComponent(secret.toWellFormed()), json, hex, hex.toUpperCase(), ...packed])];
}

const NAME = String.raw`[\w-]{0,40}(?:key|token|secret|passw(?:or)?d|passphrase|authorization|cookie|credentials?|signature)`;
const SECRET_NAME = new RegExp(`^${NAME}s?$`, "iu");
/** Parts of a tool or a request all of whose values may be secret, whatever their names. */
const SECRET_PART = /^(?:headers|cookies|setup|secrets)$/iu;
/** Names that end like a secret's and count something. */
const COUNT = /tokens$/iu;

/** Whether what stands under a name is a secret, as far as names tell: "currentPassword", "x-api-key", "setup". */
export const isSecretName = (name: string): boolean =>
  SECRET_PART.test(name) || (SECRET_NAME.test(name) && !COUNT.test(name));

/** What looks like a secret. All of them read a text once: what may repeat has an end. */
const SHAPES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // JSON Web Tokens, signed or encrypted.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/gu, HIDDEN],
  [/\b(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abprs]|AIza)[-_]?[\w-]{16,}/gu, HIDDEN],
  [/\b(Bearer|Basic)(\s{1,4})[\w+/=.~-]{8,}/giu, `$1$2${HIDDEN}`],
  // A user's name and password in front of a host.
  [/(:\/\/)[^\s/@"'<>\\]{1,512}@/gu, `$1${HIDDEN}@`],
  [new RegExp(`([?&](?:${NAME}|code|state|sig|auth)=)[^\\s&"'<>\\\\]+`, "giu"), `$1${HIDDEN}`],
];

/** Hides what looks like a secret in a text: tokens, `Bearer …`, a URL's password and the secrets of its query. */
export const withoutSecretShapes: Hide = (text) =>
  SHAPES.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);

/** Hides every word of 20 characters or more: of what somebody else says, who may quote any token. */
export const withoutLongWords: Hide = (text) => text.replace(/[\w+/=.~%-]{20,}/gu, HIDDEN);

/** So many values and characters of a value are looked at. */
const MOST = 2000;

/**
 * A copy of a JSON value without what stands under the names of secrets, and without what looks like one in its texts.
 * What is past the first 2,000 values and characters of a large one is left out.
 */
export function withoutSecrets(value: unknown): unknown {
  let left = MOST;

  function shown(one: unknown): unknown {
    left--;
    if (typeof one === "string") {
      const text = one.slice(0, Math.max(0, left));
      left -= one.length;
      return withoutSecretShapes(text.length < one.length ? `${text.toWellFormed()}…` : text);
    }
    if (typeof one !== "object" || one === null) return one;
    // Not past what is looked at: a list may have millions.
    if (Array.isArray(one)) return one.slice(0, Math.max(0, left)).flatMap((inner) => (left > 0 ? [shown(inner)] : []));
    const entries: [string, unknown][] = [];
    for (const name in one) {
      if (left <= 0) break;
      const inner: unknown = Reflect.get(one, name);
      entries.push([name, inner !== null && isSecretName(name) ? HIDDEN : shown(inner)]);
    }
    return Object.fromEntries(entries);
  }

  return shown(value);
}

const DEPTH = 50;

const MEMBER = new RegExp(`("${NAME}s?"\\s{0,9}:\\s{0,9}")([^"\\\\]*)`, "giu");

/**
 * A text that was to be JSON, with stars for the values under the names of secrets: each place in it stays what it was.
 */
export const starred: Hide = (text) =>
  text.replace(MEMBER, (_, before: string, secret: string) => before + "*".repeat(secret.length));

/** The texts in a JSON value that stand under names of secrets, however deep; all of them where `isSecret`. */
export function secretTexts(value: unknown, isSecret = false, depth = 0): string[] {
  if (typeof value === "string") return isSecret ? [value] : [];
  if (typeof value !== "object" || value === null || depth > DEPTH) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    secretTexts(inner, isSecret || (!Array.isArray(value) && isSecretName(name)), depth + 1),
  );
}
