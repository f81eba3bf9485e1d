/** More than any model reads or writes in one call. */
const MOST_TOKENS = 20_000_000;

/** A provider's count of tokens as one that can be reckoned with: whole, not negative; null for what is none. */
export function tokenCount(value: unknown): number | null {
  if (typeof value !== "number" || !(value >= 0 && value <= MOST_TOKENS)) return null;
  return Math.round(value);
}
