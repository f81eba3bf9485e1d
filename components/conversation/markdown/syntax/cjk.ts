import type { Options } from "mdast-util-from-markdown";
import { attention } from "micromark-core-commonmark";
import { gfm } from "micromark-extension-gfm";
import { unicodePunctuation, unicodeWhitespace } from "micromark-util-character";

export type Syntax = Exclude<NonNullable<Options["extensions"]>[number], readonly unknown[]>;
type Construct = typeof attention;
type Tokenize = Construct["tokenize"];
type Effects = Parameters<Tokenize>[0];
type Code = Parameters<Parameters<Tokenize>[1]>[0];

const UNDERSCORE = 95;
const TILDE = 126;

/** Han, kana, hangul and bopomofo; a character outside the basic plane is known by its first half. */
const LETTER =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\ud840-\ud888]/u;
/** The signs that those scripts set within words without spaces: their own punctuation, and its wide forms. */
const SIGN = /[\u3000-\u303f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/u;

const isSpace = (code: Code): boolean => code === null || code < 0 || code === 32 || unicodeWhitespace(code);
const isSign = (code: Code): boolean => code !== null && code > 0 && SIGN.test(String.fromCharCode(code));
const isCjk = (code: Code): boolean =>
  isSign(code) || (code !== null && code > 0 && LETTER.test(String.fromCharCode(code)));
const isPunctuation = (code: Code): boolean => unicodePunctuation(code);

/** Whether a run of marks may stand at the beginning of what it marks, by the characters on its two sides. */
function mayOpen(before: Code, after: Code): boolean {
  if (isSpace(after)) return false;
  if (!isPunctuation(after) || isSign(after) || after === TILDE) return true;
  return isSpace(before) || isPunctuation(before) || isCjk(before);
}

/**
 * Marks emphasis beside the signs of Chinese, Japanese and Korean, which have no spaces where CommonMark looks for
 * them.
 */
function relaxed(construct: Construct): Construct {
  const tokenize: Tokenize = function relaxedTokenize(effects, ok, nok) {
    const before = this.previous;
    let marker: Code = null;
    let token: ReturnType<Effects["exit"]> | undefined;
    const watching: Effects = {
      ...effects,
      exit(type) {
        token = effects.exit(type);
        return token;
      },
    };
    const start = construct.tokenize.call(
      this,
      watching,
      (after) => {
        const opens = mayOpen(before, after);
        const closes = mayOpen(after, before);
        const isWord = marker === UNDERSCORE;
        if (token) {
          token._open = opens && (!isWord || !closes || isSpace(before) || isPunctuation(before));
          token._close = closes && (!isWord || !opens || isSpace(after) || isPunctuation(after));
        }
        return ok(after);
      },
      nok,
    );
    return (code) => {
      marker = code;
      return start(code);
    };
  };
  return { ...construct, tokenize };
}

const github = gfm({ singleTilde: false });
const at = (code: number): Construct[] => [github.text?.[code] ?? []].flat();

/** What GitHub adds to CommonMark, but for addresses in words; only two tildes strike, and emphasis knows CJK. */
export const WORDS: Syntax = {
  ...github,
  // Of what stands within words, boxes of tasks and notes; addresses are found later.
  text: {
    42: relaxed(attention),
    91: at(91),
    93: at(93),
    95: relaxed(attention),
    [TILDE]: at(TILDE).map(relaxed),
  },
};
