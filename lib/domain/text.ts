const NUL = String.fromCharCode(0);
const REPLACEMENT = "\uFFFD";
const LONG = 10_000;

/**
 * The text as PostgreSQL can hold it: NUL and lone surrogates become U+FFFD.
 *
 * PostgreSQL refuses both in `text` and `jsonb` ("\u0000 cannot be converted to text").
 */
export const storable = (text: string): string => {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  if (!whole.includes(NUL)) return whole;
  return whole.length > LONG ? withoutNul(whole) : whole.replaceAll(NUL, REPLACEMENT);
};

/** As `replaceAll` in a fraction of its time where there are very many. */
function withoutNul(text: string): string {
  const bytes = Buffer.from(text, "utf16le");
  for (let n = 0; n < bytes.length; n += 2) {
    if (bytes[n] === 0 && bytes[n + 1] === 0) bytes.writeUInt16LE(REPLACEMENT.charCodeAt(0), n);
  }
  return bytes.toString("utf16le");
}

/** `storable` for every text in a JSON value, keys included. Gives the same object when nothing changed. */
export function storableJson<T>(value: T): T {
  return clean(value) as T; // `clean` keeps the shape and changes characters only.
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return storable(value);
  if (Array.isArray(value)) {
    const next = value.map(clean);
    return next.some((item, n) => item !== value[n]) ? next : value;
  }
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value);
    const next = entries.map(([key, item]) => [storable(key), clean(item)] as const);
    return next.some(([key, item], n) => key !== entries[n]?.[0] || item !== entries[n]?.[1])
      ? Object.fromEntries(next)
      : value;
  }
  return value;
}

/**
 * Cleans a text that arrives in pieces, keeping a pair of surrogates that two pieces share.
 *
 * `push` gives what is whole so far; `rest` gives what is left when no more comes.
 */
export function storablePieces(): { push: (piece: string) => string; rest: () => string } {
  let held = "";
  return {
    push(piece) {
      const text = held + piece;
      const last = text.charCodeAt(text.length - 1);
      const isHigh = last >= 0xd800 && last <= 0xdbff;
      held = isHigh ? text.slice(-1) : "";
      return storable(isHigh ? text.slice(0, -1) : text);
    },
    rest() {
      const text = storable(held);
      held = "";
      return text;
    },
  };
}

/** Cuts at a word border to at most `max` characters; a cut text ends in `ending`. */
export function cutWords(text: string, max: number, ending: string): string {
  // What stands far behind is cut off in any case.
  const line = text
    .trimStart()
    .slice(0, 20 * max + 1000)
    .replace(/\s+/gu, " ")
    .trim();
  if (line.length <= max) return line;
  const cut = line.slice(0, max - ending.length + 1);
  const border = cut.lastIndexOf(" ");
  const head = border > max / 3 ? cut.slice(0, border) : line.slice(0, max - ending.length);
  return (
    head
      .toWellFormed()
      .replace(/\uFFFD$/u, "")
      .trimEnd() + ending
  );
}
