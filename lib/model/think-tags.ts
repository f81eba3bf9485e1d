/** A stretch of an answer: thoughts, or what is said. */
export type Stretch = { readonly kind: "reasoning" | "text"; readonly text: string };

/** All that was said so far turns out to be thoughts. */
export type Turned = { readonly kind: "turned" };

// How chat templates mark thoughts in the text itself, where a server does not part them: DeepSeek, Qwen and most others, Gemini,
// Seed, Magistral, Kimi, LongCat, Cohere, OpenThinker, Gemma, Apertus, GPT-OSS.
const ANY = ["</think>", "</thinking>", "</thought>", "</reasoning>"];
/** Where it stands in a text, tags are spoken of. */
const OPEN = "<think";
const TAGS: readonly (readonly [open: string, close: readonly string[]])[] = [
  // Models close these with another of them at times.
  ["<think>", ANY],
  ["<thinking>", ANY],
  ["<thought>", ANY],
  ["<reasoning>", ANY],
  ["<seed:think>", ["</seed:think>"]],
  ["<longcat_think>", ["</longcat_think>"]],
  ["[think]", ["[/think]"]],
  ["◁think▷", ["◁/think▷"]],
  ["<|start_thinking|>", ["<|end_thinking|>"]],
  ["<|begin_of_thought|>", ["<|end_of_thought|>"]],
  ["<|channel>thought", ["<channel|>"]],
  ["<|inner_prefix|>", ["<|inner_suffix|>"]],
  ["<|channel|>analysis<|message|>", ["<|end|>"]],
  ["<|channel|>commentary<|message|>", ["<|end|>"]],
];
/** What stands before what is said, and what then may stand behind it. */
const LEADS: readonly (readonly [lead: string, trail: string])[] = [
  ["<|start|>assistant", ""],
  ["<|channel|>final<|message|>", "<|return|>"],
  ["<|start_response|>", "<|end_response|>"],
  ["<|begin_of_solution|>", "<|end_of_solution|>"],
  // What stands alone before an answer whose thoughts came another way, or not at all.
  ...[...new Set(TAGS.flatMap(([, close]) => close))].map((close) => [close, ""] as const),
];
/** Hunyuan's, which is a mark behind thoughts alone. */
const ANSWER: readonly [string, string] = ["<answer>", "</answer>"];

/**
 * Parts the thoughts at the beginning of an answer from what is said, however the pieces are cut. Tags elsewhere are text, but
 * for a first close tag that nothing has opened and that has text behind it: templates put the open one into the prompt. What
 * was told as text before it is called "turned" then.
 *
 * White space around thoughts goes with them. `rest` gives what is left when no more comes.
 */
export function thinkTags(): {
  readonly push: (piece: string) => (Stretch | Turned)[];
  readonly rest: () => Stretch[];
} {
  let state: "start" | "thoughts" | "text" = "start";
  /** Whether the text may still turn out to be thoughts. */
  let mayTurn = false;
  /** The last character that was told while it might. */
  let last = "";
  let close: readonly string[] = [];
  let held = "";
  /** What may stand behind the text, and is none of it. */
  let trail = "";
  /** Whether thoughts have come before: white space behind them is no text. */
  let isBehind = false;

  const atStart = (): (Stretch | Turned)[] => {
    const trimmed = held.trimStart();
    const small = trimmed.toLowerCase();
    if (small === "") return [];
    const tag = TAGS.find(([open]) => small.startsWith(open));
    if (tag) {
      state = "thoughts";
      close = tag[1];
      held = trimmed.slice(tag[0].length);
      return within();
    }
    const leads = isBehind ? [...LEADS, ANSWER] : LEADS;
    const lead = leads.find(([one]) => small.startsWith(one));
    if (lead) {
      held = trimmed.slice(lead[0].length);
      trail = lead[1] || trail;
      isBehind = true;
      return atStart();
    }
    // What may still become a tag waits for its end.
    if ([...TAGS, ...leads].some(([open]) => open.startsWith(small))) return [];
    const before = isBehind ? 0 : unopened(trimmed);
    if (before > 0) {
      const thoughts = trimmed.slice(0, before);
      held = trimmed.slice(before);
      return [{ kind: "reasoning", text: thoughts }, ...atStart()];
    }
    state = "text";
    if (isBehind) held = trimmed;
    mayTurn = !isBehind && trail === "" && !small.includes(OPEN);
    return said();
  };

  const within = (): (Stretch | Turned)[] => {
    const small = held.toLowerCase();
    const [end, length] = firstOf(small, close);
    if (end < 0) {
      const kept = Math.max(...close.map((one) => beginning(small, one)));
      const text = held.slice(0, held.length - kept);
      held = held.slice(held.length - kept);
      return text === "" ? [] : [{ kind: "reasoning", text }];
    }
    const thoughts = held.slice(0, end);
    held = held.slice(end + length);
    state = "start";
    isBehind = true;
    return [...(thoughts === "" ? [] : [{ kind: "reasoning" as const, text: thoughts }]), ...atStart()];
  };

  /** Tells so many characters of what is held as text. */
  const tell = (length: number): Stretch[] => {
    const text = held.slice(0, length);
    held = held.slice(length);
    last = text.at(-1) ?? last;
    return text === "" ? [] : [{ kind: "text", text }];
  };

  /** What is held as text, but for what may become a close tag that turns what was told before it. */
  const maybeTurned = (): (Stretch | Turned)[] => {
    const small = held.toLowerCase();
    const [end, length] = firstOf(small, ANY);
    if (small.includes(OPEN) || (end >= 0 && isQuote(end > 0 ? held.charAt(end - 1) : last))) mayTurn = false;
    if (!mayTurn) return tell(held.length);
    if (end < 0) return tell(held.length - Math.max(...[...ANY, OPEN].map((one) => beginning(small, one))));
    const before = tell(end);
    if (held.slice(length).trim() === "") return before;
    mayTurn = false;
    isBehind = true;
    state = "start";
    held = held.slice(length);
    return [...before, { kind: "turned" }, ...atStart()];
  };

  /** What is held as text, but for what may be the mark behind it. */
  const said = (): (Stretch | Turned)[] => {
    if (mayTurn) return maybeTurned();
    const kept =
      trail === "" ? 0 : held.toLowerCase().endsWith(trail) ? trail.length : beginning(held.toLowerCase(), trail);
    return tell(held.length - kept);
  };

  return {
    push(piece) {
      if (state === "text" && trail === "" && !mayTurn) return [{ kind: "text", text: piece }];
      held += piece;
      return state === "text" ? said() : state === "start" ? atStart() : within();
    },
    rest() {
      const text = state === "start" && isBehind ? held.trimStart() : held;
      held = "";
      if (text === "" || (trail !== "" && text.trim().toLowerCase() === trail)) return [];
      return [{ kind: state === "thoughts" ? "reasoning" : "text", text }];
    },
  };
}

/** Where thoughts end that nothing has opened; 0: there are none. A tag in quotes is spoken of. */
function unopened(text: string): number {
  const small = text.toLowerCase();
  const [end, length] = firstOf(small, ANY);
  const isSpokenOf = small.includes(OPEN) || isQuote(small.charAt(end - 1));
  return end > 0 && !isSpokenOf && small.slice(end + length).trim() !== "" ? end : 0;
}

const isQuote = (character: string): boolean => /["'`]/u.test(character);

/** Where the first of some words stands, and how long it is; -1: none does. */
function firstOf(text: string, words: readonly string[]): readonly [at: number, length: number] {
  let found: readonly [number, number] = [-1, 0];
  for (const word of words) {
    const at = text.indexOf(word);
    if (at >= 0 && (found[0] < 0 || at < found[0])) found = [at, word.length];
  }
  return found;
}

/** How many characters at the end of a text are the beginning of `word`. */
function beginning(text: string, word: string): number {
  for (let length = Math.min(text.length, word.length - 1); length > 0; length--) {
    if (text.endsWith(word.slice(0, length))) return length;
  }
  return 0;
}
