import type { Options } from "mdast-util-from-markdown";
import type { attention } from "micromark-core-commonmark";
import type { Syntax } from "./cjk";

type Tokenize = (typeof attention)["tokenize"];
type State = ReturnType<Tokenize>;
type Code = Parameters<State>[0];
type FromMarkdown = Exclude<NonNullable<Options["mdastExtensions"]>[number], readonly unknown[]>;

declare module "micromark-util-types" {
  interface TokenTypeMap {
    mathText: "mathText";
    mathTextData: "mathTextData";
    mathTextFence: "mathTextFence";
  }
}

const DOLLAR = 36;
const OPEN = 40;
const BACKSLASH = 92;
const BRACKET = 91;
/** A formula in a line of words is shorter. */
const MAX_CHARACTERS = 5000;

/** Where a formula was looked for to the end and not found: the same is not looked for again before there. */
const searched = new WeakMap<object, Map<string, number>>();

const isBreak = (code: Code): boolean => code !== null && code < -2;
const isSpace = (code: Code): boolean => code === null || code < 0 || code === 32;
const isWord = (code: Code): boolean => code !== null && code > 0 && /[\p{L}\p{N}]/u.test(String.fromCharCode(code));

/** Words between dollars or escaped brackets are words, unless something in them is only written in formulas. */
function looksLikeMath(content: string): boolean {
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

const tokenizeMath: Tokenize = function tokenizeMath(effects, ok, nok) {
  const context = this;
  const before = this.previous;
  const from = this.now().offset;
  const marks = searched.get(context) ?? new Map<string, number>();
  searched.set(context, marks);
  let fence = "";
  let content = "";
  let last: Code = null;

  /** Looked through to here without an end. */
  function giveUp(code: Code): ReturnType<State> {
    marks.set(fence, Math.max(marks.get(fence) ?? 0, context.now().offset));
    return nok(code);
  }

  function start(code: Code): ReturnType<State> {
    // "US$5": a sign after a word is money, and "$$$" is three of them.
    if (code === DOLLAR && (before === DOLLAR || before === BACKSLASH || isWord(before))) return nok(code);
    effects.enter("mathText");
    effects.enter("mathTextFence");
    effects.consume(code);
    return code === DOLLAR ? afterDollar : afterBackslash;
  }

  function afterDollar(code: Code): ReturnType<State> {
    if (code !== DOLLAR) return opened("$", code);
    effects.consume(code);
    return (next) => (next === DOLLAR ? nok(next) : opened("$$", next));
  }

  function afterBackslash(code: Code): ReturnType<State> {
    if (code !== OPEN && code !== BRACKET) return nok(code);
    effects.consume(code);
    return (next) => opened(code === OPEN ? "\\(" : "\\[", next);
  }

  function opened(kind: string, code: Code): ReturnType<State> {
    fence = kind;
    effects.exit("mathTextFence");
    if (from < (marks.get(kind) ?? 0)) return nok(code);
    if (kind === "$" && isSpace(code)) return nok(code);
    return between(code);
  }

  function between(code: Code): ReturnType<State> {
    if (code === null || content.length > MAX_CHARACTERS) return giveUp(code);
    if (isBreak(code)) {
      if (fence === "$") return nok(code);
      effects.enter("lineEnding");
      effects.consume(code);
      effects.exit("lineEnding");
      content += "\n";
      last = code;
      return between;
    }
    if (closesAt(code)) return closing(code);
    effects.enter("mathTextData");
    return data(code);
  }

  const closesAt = (code: Code): boolean => code === (fence.startsWith("$") ? DOLLAR : BACKSLASH);

  function data(code: Code): ReturnType<State> {
    if (code === null || isBreak(code) || closesAt(code) || content.length > MAX_CHARACTERS) {
      effects.exit("mathTextData");
      return between(code);
    }
    effects.consume(code);
    content += code < 0 ? " " : String.fromCharCode(code);
    last = code;
    return code === BACKSLASH ? escaped : data;
  }

  /** What a backslash makes ordinary ends nothing. */
  function escaped(code: Code): ReturnType<State> {
    if (code === null || isBreak(code)) return data(code);
    effects.consume(code);
    content += code < 0 ? " " : String.fromCharCode(code);
    last = code;
    return data;
  }

  function closing(code: Code): ReturnType<State> {
    // "$5 and $6": a dollar after a space begins something.
    if (fence === "$" && isSpace(last)) return nok(code);
    return effects.attempt({ tokenize: tokenizeEnd, partial: true }, finished, notYet)(code);
  }

  const tokenizeEnd: Tokenize = (inner, done, not) => {
    function first(code: Code): ReturnType<State> {
      inner.enter("mathTextFence");
      inner.consume(code);
      return fence === "$" ? end : second;
    }
    function second(code: Code): ReturnType<State> {
      const wanted = fence === "$$" ? DOLLAR : fence.charCodeAt(1) + (fence === "\\(" ? 1 : 2);
      if (code !== wanted) return not(code);
      inner.consume(code);
      return end;
    }
    function end(code: Code): ReturnType<State> {
      inner.exit("mathTextFence");
      if (fence === "$" && (code === DOLLAR || isWord(code))) return not(code);
      return done(code);
    }
    return first;
  };

  function finished(code: Code): ReturnType<State> {
    const isMath = fence === "$$" ? content.trim() !== "" : looksLikeMath(content);
    if (!isMath) return nok(code);
    effects.exit("mathText");
    return ok(code);
  }

  /** A sign that could end a formula and does not is a part of it; but a second dollar says that these are no formulas. */
  function notYet(code: Code): ReturnType<State> {
    if (fence === "$") return nok(code);
    effects.enter("mathTextData");
    effects.consume(code);
    content += String.fromCharCode(code ?? 32);
    last = code;
    return code === BACKSLASH ? escaped : data;
  }

  return start;
};

const construct = { name: "mathText", tokenize: tokenizeMath };

/** Formulas in lines of words: between `$`, `$$`, `\(` and `\)`, or `\[` and `\]`. */
export const MATH: Syntax = { text: { [DOLLAR]: construct, [BACKSLASH]: construct } };

/** A formula becomes an element `tex` around its source, with what stands about it as `fence`. */
export const MATH_NODES: FromMarkdown = {
  enter: {
    mathText(token) {
      this.enter({ type: "inlineCode", value: "" }, token);
      this.buffer();
    },
    mathTextData(token) {
      this.config.enter.data?.call(this, token);
    },
  },
  exit: {
    mathTextFence(token) {
      // On top of it lies what collects its text.
      const node = this.stack.at(-2);
      if (node?.type === "inlineCode")
        node.data ??= { hName: "tex", hProperties: { fence: this.sliceSerialize(token) } };
    },
    mathTextData(token) {
      this.config.exit.data?.call(this, token);
    },
    mathText(token) {
      const value = this.resume();
      const node = this.stack.at(-1);
      if (node?.type === "inlineCode") node.value = value;
      this.exit(token);
    },
  },
};
