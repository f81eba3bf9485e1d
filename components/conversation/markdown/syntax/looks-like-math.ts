/** Words between dollars or escaped brackets are words, unless something in them is only written in formulas. */
export function looksLikeMath(content: string): boolean {
  const bare = content.trim();
  if (bare === "") return false;
  if (/[\\^_{}=<>≤≥≈∈×·√∑∫]/u.test(bare)) return true;
  // Prices, lists and asides: two words in a row, or a sentence's punctuation.
  if (/\p{L}{2,}[\s,;.:]+\p{L}|\p{L}[\s,;:]+\p{L}{2,}|[.,;:!?]$/u.test(bare) || /^[\d\s.,–-]+\p{L}{2,}/u.test(bare))
    return false;
  return /[+*/|()!'−-]/u.test(bare)
    ? !/\p{L}{4,}/u.test(bare)
    : /^(?:\p{L}{1,2}|[\d.,\s]*\p{L}?|\p{L}\d+)$/u.test(bare);
}
