import { placeOf } from "./token-guess.ts";

/** Behind the end of a sentence, where the next one begins. */
const SENTENCE_END = /[.!?…]["'”’»)\]]*\s+|[。！？]/gu;

/** Where a stretch that is too big is cut best: at most `most` tokens behind `from`, and not before `least` of them. */
export function cutOf(text: string, from: number, to: number, least: number, most: number, byLines: boolean): number {
  const end = placeOf(text, from, to, most);
  if (end >= to) return to;
  const earliest = placeOf(text, from, end, least);
  const window = text.slice(earliest, end);
  const paragraph = window.lastIndexOf("\n\n");
  if (!byLines && paragraph >= 0) return earliest + paragraph + 2;
  const sentence = byLines ? -1 : lastEnd(window, SENTENCE_END);
  if (sentence > 0) return earliest + sentence;
  const line = window.lastIndexOf("\n");
  if (line >= 0) return earliest + line + 1;
  const word = lastEnd(window, /\s/gu);
  return word > 0 ? earliest + word : whole(text, end);
}

/**
 * Where what is said again at the beginning of the next piece begins: with a sentence or else a word; `end`: nowhere.
 */
export function overlapOf(text: string, from: number, end: number, tokens: number): number {
  // No text has fewer characters than tokens.
  const earliest = Math.max(from, end - 4 * tokens);
  const start = Math.max(earliest, end - (placeOf(text, earliest, end, tokens) - earliest));
  if (start <= from) return end;
  const window = text.slice(start, end);
  const sentence = firstEnd(window, SENTENCE_END);
  if (sentence > 0 && sentence < window.trimEnd().length) return start + sentence;
  const word = firstEnd(window, /\s+/gu);
  return word > 0 && word < window.trimEnd().length ? start + word : end;
}

function lastEnd(window: string, pattern: RegExp): number {
  let end = -1;
  for (const match of window.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}

function firstEnd(window: string, pattern: RegExp): number {
  for (const match of window.matchAll(pattern)) return match.index + match[0].length;
  return -1;
}

/** Not between the halves of a character, nor between the parts of a line break. */
function whole(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  const isHalf = unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
  return isHalf || (unit === 0x0a && before === 0x0d) ? at + 1 : at;
}
