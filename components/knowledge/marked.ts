/** A stretch of an excerpt, and whether it is one of the words that were asked for. */
export type Stretch = { readonly text: string; readonly isMarked: boolean };

/** Scripts that write no spaces: what was asked in them is looked for two signs at a time. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
/** Words of so many letters say what is asked for; shorter ones only where there are no longer ones. */
const TELLING = 4;
/** So much of a question is looked at, and so many of its words. */
const MOST_ASKED = 2000;
const MOST_WORDS = 64;

/**
 * The stretches of an excerpt, in order and without a gap: its words that begin like a word of the question are marked.
 * Case does not count.
 */
export function marked(excerpt: string, question: string): readonly Stretch[] {
  const { words, pairs } = askedFor(question);
  if (words.length === 0 && pairs.size === 0) return [{ text: excerpt, isMarked: false }];
  const stretches: Stretch[] = [];
  let at = 0;
  const put = (upto: number, isMarked: boolean) => {
    const last = stretches.at(-1);
    if (upto <= at) return;
    const text = excerpt.slice(at, upto);
    if (last && last.isMarked === isMarked) stretches[stretches.length - 1] = { text: last.text + text, isMarked };
    else stretches.push({ text, isMarked });
    at = upto;
  };
  for (const { 0: word, index } of excerpt.matchAll(WORD)) {
    put(index, false);
    if (UNSPACED.test(word)) {
      const isAsked = askedSigns(word, pairs);
      for (const [n, is] of isAsked.entries()) put(index + n + 1, is);
    } else put(index + word.length, begins(word.toLowerCase(), words));
  }
  put(excerpt.length, false);
  return stretches;
}

/**
 * A stretch of a text of about `length` characters that has its first word of the question in it, with "…" where it is
 * cut.
 */
export function excerptFor(text: string, question: string, length: number): string {
  if (text.length <= length) return text;
  let before = 0;
  for (const { text: stretch, isMarked } of marked(text, question)) {
    if (isMarked) break;
    before += stretch.length;
  }
  // Some of what stands before it is kept, from the beginning of a word on.
  const wanted =
    before >= text.length ? 0 : Math.min(Math.max(0, before - Math.floor(length / 3)), text.length - length);
  const space = wanted === 0 ? -1 : text.slice(wanted, wanted + 30).search(/\s/u);
  const from = wanted + space + 1;
  const upto = from + length;
  return `${from > 0 ? "…" : ""}${text.slice(from, upto).toWellFormed()}${upto < text.length ? "…" : ""}`;
}

function askedFor(question: string): { readonly words: readonly string[]; readonly pairs: ReadonlySet<string> } {
  const all = (question.slice(0, MOST_ASKED).toLowerCase().match(WORD) ?? []).slice(0, MOST_WORDS);
  const unspaced = all.filter((word) => UNSPACED.test(word));
  const spaced = all.filter((word) => !UNSPACED.test(word));
  const telling = spaced.filter((word) => word.length >= TELLING);
  const pairs = unspaced.flatMap((word) => Array.from({ length: word.length - 1 }, (_, n) => word.slice(n, n + 2)));
  return { words: telling.length > 0 || unspaced.length > 0 ? telling : spaced, pairs: new Set(pairs) };
}

const begins = (word: string, asked: readonly string[]): boolean =>
  asked.some((one) => word === one || (one.length >= TELLING && word.startsWith(one)));

/** For each unit of a word without spaces, whether it is in a pair that was asked for. */
function askedSigns(word: string, pairs: ReadonlySet<string>): readonly boolean[] {
  const is = new Array<boolean>(word.length).fill(false);
  for (let n = 0; n + 1 < word.length; n++) if (pairs.has(word.slice(n, n + 2).toLowerCase())) is[n] = is[n + 1] = true;
  return is;
}
