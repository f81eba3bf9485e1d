/**
 * A piece of an answer that is read by itself; what is "plain" is shown as it is. `isOpen`: its end has not come yet.
 */
export type Block =
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "code"; readonly text: string; readonly language: string; readonly isOpen: boolean }
  | { readonly kind: "math"; readonly text: string; readonly fence: string; readonly isOpen: boolean };

/** How far a text was read: all before `from` is in finished blocks, and the lines before `next` were looked at. */
export type State = {
  readonly from: number;
  readonly next: number;
  readonly inside: Inside | null;
  readonly wasBlank: boolean;
  readonly isList: boolean;
  /** The fence of code that stands in a list. */
  readonly nested: string | null;
  /** Where no display formula begins: an end was looked for up to there. */
  readonly noMathBefore: number;
};
type Inside = { readonly kind: "code" | "math"; readonly fence: string; readonly words: string; readonly body: number };

export const BEGIN: State = {
  from: 0,
  next: 0,
  inside: null,
  wasBlank: false,
  isList: false,
  nested: null,
  noMathBefore: 0,
};

const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/u;
const NESTED_FENCE = /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+){0,9}(`{3,}|~{3,})/u;
const FORMULA = /^ {0,3}(\$\$(?!\$)|\\\[)(.*)$/u;
const ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/u;
const HEADING = /^#{1,6}\s/u;
/** No formula is longer, in characters. */
const MAX_FORMULA = 10_000;

/** The beginning of a line that may become a fence or a formula. */
const MAYBE = /^ {0,3}(?:`{1,2}|~{1,2}|\$|\\)$/u;

const closerOf = (fence: string): string => (fence === "$$" ? "$$" : "\\]");

/** Whether a line ends code that a fence has begun. */
function endsCode(line: string, fence: string): boolean {
  const bare = line.trim();
  return bare.length >= fence.length && bare === (fence[0] ?? "`").repeat(bare.length) && !/^ {4}|^\t/u.test(line);
}

type Step = { readonly state: State; readonly done: readonly Block[] };

/** Reads one line, from `start` to `end`; `next` is where the one after it begins. */
export function readLine(text: string, state: State, start: number, end: number, next: number): Step {
  const line = text.slice(start, end).replace(/\r$/u, "");
  const { inside } = state;
  const stay: State = { ...state, next };
  if (inside?.kind === "code") {
    if (!endsCode(line, inside.fence)) return { state: stay, done: [] };
    return { state: after(state, next), done: [codeOf(text, inside, start, false)] };
  }
  if (inside?.kind === "math") return readFormulaLine(text, state, inside, line, start, next);
  if (state.nested !== null)
    return { state: endsCode(line.trim(), state.nested) ? { ...stay, nested: null } : stay, done: [] };
  if (line.trim() === "") return { state: { ...stay, wasBlank: true }, done: [] };
  const isTop = !/^[\s>]/u.test(line) || !state.isList;
  const fence = isTop ? FENCE.exec(line) : null;
  if (fence) {
    const opened: Inside = { kind: "code", fence: fence[1] ?? "", words: (fence[2] ?? "").trim(), body: next };
    return { state: { ...after(state, next), from: start, inside: opened }, done: wordsOf(text, state.from, start) };
  }
  const formula = isTop && start >= state.noMathBefore ? FORMULA.exec(line) : null;
  const opening = formula && openFormula(text, state, start, next, formula[1] ?? "", formula[2] ?? "");
  if (opening) return opening;
  return readWords(text, state, line, start, next);
}

function readWords(text: string, state: State, line: string, start: number, next: number): Step {
  const isItem = ITEM.test(line);
  const isOwn = !/^\s/u.test(line) && state.wasBlank && !(isItem && state.isList);
  const cuts = start > state.from && (isOwn || HEADING.test(line));
  const isList = isItem || (state.isList && !cuts);
  const nested = isList ? (NESTED_FENCE.exec(line)?.[1] ?? null) : null;
  const read: State = { ...state, next, wasBlank: false, isList, nested };
  return cuts ? { state: { ...read, from: start }, done: wordsOf(text, state.from, start) } : { state: read, done: [] };
}

/** A display formula that begins with this line, or null where it is one in words. */
function openFormula(
  text: string,
  state: State,
  start: number,
  next: number,
  fence: string,
  rest: string,
): Step | null {
  const closer = closerOf(fence);
  const at = rest.indexOf(closer);
  const before = wordsOf(text, state.from, start);
  if (at >= 0) {
    if (rest.slice(at + closer.length).trim() !== "" || rest.slice(0, at).trim() === "") return null;
    const block: Block = { kind: "math", text: rest.slice(0, at).trim(), fence, isOpen: false };
    return { state: after(state, next), done: [...before, block] };
  }
  const inside: Inside = { kind: "math", fence, words: "", body: text.indexOf(fence, start) + fence.length };
  return { state: { ...after(state, next), from: start, inside }, done: before };
}

function readFormulaLine(text: string, state: State, inside: Inside, line: string, start: number, next: number): Step {
  if (line.trimEnd().endsWith(closerOf(inside.fence))) {
    const body = text.slice(inside.body, start + line.trimEnd().length - 2).trim();
    return { state: after(state, next), done: [{ kind: "math", text: body, fence: inside.fence, isOpen: false }] };
  }
  if (start - state.from < MAX_FORMULA) return { state: { ...state, next }, done: [] };
  // It was no formula: what it held is read again, as words.
  return { state: { ...BEGIN, from: state.from, next: state.from, noMathBefore: next }, done: [] };
}

const after = (state: State, next: number): State => ({
  ...BEGIN,
  from: next,
  next,
  noMathBefore: state.noMathBefore,
});

const wordsOf = (text: string, from: number, to: number): Block[] => {
  const words = text.slice(from, to);
  return words.trim() === "" ? [] : [{ kind: "words", text: words }];
};

function codeOf(text: string, { words, body }: Inside, end: number, isOpen: boolean): Block {
  const language = /^[^\s{]+/u.exec(words)?.[0] ?? "";
  return { kind: "code", text: text.slice(body, end).replace(/\r?\n$/u, ""), language, isOpen };
}

/** What of a text is left after its finished blocks. */
function rest(text: string, state: State, isOver: boolean): readonly Block[] {
  const { inside } = state;
  if (inside?.kind === "code") return [codeOf(text, inside, text.length, !isOver)];
  if (inside?.kind === "math") {
    if (!isOver) return [{ kind: "math", text: text.slice(inside.body).trim(), fence: inside.fence, isOpen: true }];
    const again: State = { ...BEGIN, from: state.from, next: state.from, noMathBefore: text.length };
    return readAll(text, again, isOver);
  }
  return wordsOf(text, state.from, text.length);
}

/** The blocks of all lines from a state on; the last line may be without its end. */
export function readAll(text: string, begin: State, isOver: boolean): readonly Block[] {
  const done: Block[] = [];
  let state = begin;
  while (state.next < text.length) {
    const end = text.indexOf("\n", state.next);
    const tail = text.slice(state.next);
    if (end < 0 && !isOver && state.inside === null && MAYBE.test(tail)) {
      return [...done, ...rest(text.slice(0, state.next), state, isOver)];
    }
    const step = readLine(text, state, state.next, end < 0 ? text.length : end, end < 0 ? text.length : end + 1);
    state = step.state;
    done.push(...step.done);
  }
  return [...done, ...rest(text, state, isOver)];
}
