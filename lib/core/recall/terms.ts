const MAX_TERMS = 64;
/** A longer run of letters is no word; PostgreSQL takes none of 2,047 bytes in a condition. */
const LONGEST_WORD = 200;
/** Beginnings are looked up in everybody's words: each costs as much as there are words that begin so. */
const MAX_BEGINNINGS = 8;
const LEAST_OF_BEGINNING = 3;

// What is written without spaces between words, and what is written in long words: Thai, Lao, Tibetan, Burmese, Hangul,
// Khmer, Chinese, Japanese. The migration that makes "searchVector" has the same ranges.
const UNSPACED = String.raw`\u{0e01}-\u{0e3e}\u{0e40}-\u{0fff}\u{1000}-\u{109f}\u{1100}-\u{11ff}\u{1780}-\u{17ff}\u{3005}-\u{3007}\u{3041}-\u{309f}\u{30a1}-\u{30fa}\u{30fc}-\u{312f}\u{31f0}-\u{31ff}\u{3400}-\u{4dbf}\u{4e00}-\u{9fff}\u{ac00}-\u{d7af}\u{f900}-\u{faff}\u{ff66}-\u{ff9f}\u{20000}-\u{2fa1f}`;
const SPLIT = new RegExp(String.raw`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\p{L}\p{N}\p{M}])+\*?`, "gu");
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
/** Whether a run of letters, or what was made of one, is written without spaces. */
export const isUnspaced = (run: string): boolean => IS_UNSPACED.test(run);
const QUOTED = /"([^"]{2,200})"|“([^”]{2,200})”|„([^“”]{2,200})[“”]|«([^»]{2,200})»|「([^」]{2,200})」/gu;
/** Endings and particles of Japanese, which stand in each sentence. */
const HIRAGANA = /^[\u{3041}-\u{309f}]+$/u;

/** What a question looks for. A piece that has any of it is found. */
export type Terms = {
  /** Words in lower case, of which the stem is looked for. */
  readonly words: readonly string[];
  /** Conditions in the language of PostgreSQL's text search: phrases, beginnings of words, pairs of characters. */
  readonly exact: readonly string[];
};

/**
 * The first 64 terms of a text, each once: its words, what stands in quotation marks as phrases, `begin*` as
 * beginnings, and of runs without spaces the pairs of neighbouring characters. Letters are put together, as those of
 * documents are. At most 8 beginnings; one of fewer than 3 letters is a word.
 */
export function termsOf(text: string): Terms {
  const words = new Set<string>();
  const exact = new Set<string>();
  let beginnings = 0;
  const isFull = () => words.size + exact.size >= MAX_TERMS;
  const add = (condition: string) => {
    const isBeginning = condition.includes(":*");
    if (isFull() || (isBeginning && !exact.has(condition) && beginnings >= MAX_BEGINNINGS)) return;
    if (isBeginning && !exact.has(condition)) beginnings++;
    exact.add(condition);
  };
  const rest = text
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(QUOTED, (_, ...groups: readonly unknown[]) => {
      const said = groups.find((group, n) => n < 5 && typeof group === "string");
      const phrase = phraseOf(`${said}`);
      if (phrase !== null) add(phrase);
      return " ";
    });
  for (const [run] of rest.matchAll(SPLIT)) {
    if (isFull()) break;
    if (isUnspaced(run)) {
      for (const pair of pairsOf(run)) add(pair);
      continue;
    }
    const word = run.replace("*", "");
    if (word.length > LONGEST_WORD) continue;
    if (word !== run && word.length >= LEAST_OF_BEGINNING) add(`${quoted(word)}:*`);
    else words.add(word);
  }
  return { words: [...words], exact: [...exact] };
}

/**
 * What is said in one go: words one behind the other, and the same of each run without spaces; null: there are none.
 */
function phraseOf(text: string): string | null {
  const runs = Array.from(text.matchAll(SPLIT), ([run]) => run);
  const words = runs.filter((run) => !isUnspaced(run)).map((run) => quoted(run.replace("*", "")));
  const unspaced = runs.filter((run) => isUnspaced(run)).map(neighbours);
  const parts = [words, ...unspaced].filter((part) => part.length > 0);
  // Words and pairs are counted apart from each other.
  return parts.length === 0 ? null : parts.map((part) => `(${part.join(" <-> ")})`).join(" & ");
}

/** The pairs of a run as conditions; of a single character, what begins with it. */
function pairsOf(run: string): string[] {
  if ([...run].length === 1) return [`${quoted(run)}:*`];
  const pairs = neighbours(run);
  const telling = pairs.filter((pair) => !HIRAGANA.test(pair.slice(1, -1)));
  return telling.length > 0 ? telling : pairs;
}

function neighbours(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return [`${quoted(run)}:*`];
  return characters.slice(1).map((one, n) => quoted(`${characters[n]}${one}`));
}

/** Nothing that stands in it can be a quotation mark or a backslash. */
const quoted = (lexeme: string): string => `'${lexeme}'`;
