import type { Options } from "mdast-util-from-markdown";
import type { attention } from "micromark-core-commonmark";
import type { Syntax } from "./cjk";
import { looksLikeMath } from "./looks-like-math";

type Tokenize = (typeof attention)["tokenize"];
type Effects = Parameters<Tokenize>[0];
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
const CLOSE = 41;
const BACKSLASH = 92;
const BRACKET = 91;
const CLOSE_BRACKET = 93;
/** A formula in a line of words is shorter. */
const MAX_CHARACTERS = 5000;

/** Where a formula was looked for to the end and not found: the same is not looked for again before there. */
const searched = new WeakMap<object, Map<string, number>>();

const isBreak = (code: Code): boolean => code !== null && code < -2;
const isSpace = (code: Code): boolean => code === null || code < 0 || code === 32;
const isWord = (code: Code): boolean => code !== null && code > 0 && /[\p{L}\p{N}]/u.test(String.fromCharCode(code));

/** A sign that ends a formula: the second `$$`, or what closes `\\(` or `\\[`. */
const endOf =
  (fence: string): Tokenize =>
  (effects, ok, nok) => {
    const second = fence === "$$" ? DOLLAR : fence === "\\(" ? CLOSE : CLOSE_BRACKET;
    function first(code: Code): ReturnType<State> {
      effects.enter("mathTextFence");
      effects.consume(code);
      return fence === "$" ? after : next;
    }
    function next(code: Code): ReturnType<State> {
      if (code !== second) return nok(code);
      effects.consume(code);
      return after;
    }
    function after(code: Code): ReturnType<State> {
      effects.exit("mathTextFence");
      return fence === "$" && (code === DOLLAR || isWord(code)) ? nok(code) : ok(code);
    }
    return first;
  };

type Ways = {
  readonly finished: (content: string, code: Code) => ReturnType<State>;
  /** There is no end, as far as was looked. */
  readonly endless: State;
  readonly nok: State;
};

/** Reads what stands behind the opening of a formula, and its end. */
function readContent(effects: Effects, fence: string, { finished, endless, nok }: Ways): State {
  const sign = fence.startsWith("$") ? DOLLAR : BACKSLASH;
  let content = "";
  let last: Code = null;

  function take(code: Code): void {
    effects.consume(code);
    content += code === null || code < 0 ? " " : String.fromCharCode(code);
    last = code;
  }

  function between(code: Code): ReturnType<State> {
    if (code === null || content.length > MAX_CHARACTERS) return endless(code);
    if (isBreak(code)) {
      if (fence === "$") return nok(code);
      effects.enter("lineEnding");
      take(code);
      effects.exit("lineEnding");
      return between;
    }
    if (code === sign) return closing(code);
    effects.enter("mathTextData");
    return data(code);
  }

  function data(code: Code): ReturnType<State> {
    if (code === null || isBreak(code) || code === sign || content.length > MAX_CHARACTERS) {
      effects.exit("mathTextData");
      return between(code);
    }
    take(code);
    return code === BACKSLASH ? escaped : data;
  }

  /** What a backslash makes ordinary ends nothing. */
  function escaped(code: Code): ReturnType<State> {
    if (code === null || isBreak(code)) return data(code);
    take(code);
    return data;
  }

  function closing(code: Code): ReturnType<State> {
    // "$5 and $6": a dollar after a space begins something.
    if (fence === "$" && isSpace(last)) return nok(code);
    const end = { tokenize: endOf(fence), partial: true };
    return effects.attempt(end, (next) => finished(content, next), notYet)(code);
  }

  /**
   * A sign that could end a formula and does not is a part of it; but a second dollar says that these are no formulas.
   */
  function notYet(code: Code): ReturnType<State> {
    if (fence === "$") return nok(code);
    effects.enter("mathTextData");
    take(code);
    return code === BACKSLASH ? escaped : data;
  }

  return between;
}

const tokenizeMath: Tokenize = function tokenizeMath(effects, ok, nok) {
  const context = this;
  const before = this.previous;
  const from = this.now().offset;
  const marks = searched.get(context) ?? new Map<string, number>();
  searched.set(context, marks);

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

  function opened(fence: string, code: Code): ReturnType<State> {
    effects.exit("mathTextFence");
    if (from < (marks.get(fence) ?? 0)) return nok(code);
    if (fence === "$" && isSpace(code)) return nok(code);
    const endless: State = (last) => {
      marks.set(fence, Math.max(marks.get(fence) ?? 0, context.now().offset));
      return nok(last);
    };
    return readContent(effects, fence, { finished: (content, next) => finished(fence, content, next), endless, nok })(
      code,
    );
  }

  function finished(fence: string, content: string, code: Code): ReturnType<State> {
    const isMath = fence === "$$" ? content.trim() !== "" : looksLikeMath(content);
    if (!isMath) return nok(code);
    effects.exit("mathText");
    return ok(code);
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
