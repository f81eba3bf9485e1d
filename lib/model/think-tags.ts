/** A stretch of an answer: thoughts, or what is said. */
export type Stretch = { readonly kind: "reasoning" | "text"; readonly text: string };

/** All that was said so far turns out to be thoughts. */
export type Turned = { readonly kind: "turned" };

// How chat templates mark thoughts in the text itself, where a server does not part them: DeepSeek, Qwen and most
// others, Gemini, Seed, Magistral, Kimi, LongCat, Cohere, OpenThinker, Gemma, Apertus, GPT-OSS.
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

/** How far an answer is read. */
type Reading = {
  state: "start" | "thoughts" | "text";
  /** Whether the text may still turn out to be thoughts. */
  mayTurn: boolean;
  /** The last character that was told while it might. */
  last: string;
  /** What may end the thoughts. */
  close: readonly string[];
  /** What has come and is not told. */
  held: string;
  /** What may stand behind the text, and is none of it. */
  trail: string;
  /** Whether thoughts have come before: white space behind them is no text. */
  isBehind: boolean;
};

/**
 * Parts the thoughts at the beginning of an answer from what is said, however the pieces are cut. Tags elsewhere are
 * text, but for a first close tag that nothing has opened and that has text behind it: templates put the open one into
 * the prompt. What was told as text before it is called "turned" then.
 *
 * White space around thoughts goes with them. `rest` gives what is left when no more comes.
 */
export function thinkTags(): {
  readonly push: (piece: string) => (Stretch | Turned)[];
  readonly rest: () => Stretch[];
} {
  const reading: Reading = {
    state: "start",
    mayTurn: false,
    last: "",
    close: [],
    held: "",
    trail: "",
    isBehind: false,
  };
  return {
    push(piece) {
      const { state, trail, mayTurn } = reading;
      if (state === "text" && trail === "" && !mayTurn) return [{ kind: "text", text: piece }];
      reading.held += piece;
      return state === "text" ? said(reading) : state === "start" ? atStart(reading) : within(reading);
    },
    rest() {
      const { state, held, trail, isBehind } = reading;
      const text = state === "start" && isBehind ? held.trimStart() : held;
      reading.held = "";
      if (text === "" || (trail !== "" && text.trim().toLowerCase() === trail)) return [];
      return [{ kind: state === "thoughts" ? "reasoning" : "text", text }];
    },
  };
}

/** Looks for what opens thoughts, or stands before a text. */
function atStart(reading: Reading): (Stretch | Turned)[] {
  const trimmed = reading.held.trimStart();
  const small = trimmed.toLowerCase();
  if (small === "") return [];
  const tag = TAGS.find(([open]) => small.startsWith(open));
  if (tag) {
    reading.state = "thoughts";
    reading.close = tag[1];
    reading.held = trimmed.slice(tag[0].length);
    return within(reading);
  }
  const leads = reading.isBehind ? [...LEADS, ANSWER] : LEADS;
  const lead = leads.find(([one]) => small.startsWith(one));
  if (lead) {
    reading.held = trimmed.slice(lead[0].length);
    reading.trail = lead[1] || reading.trail;
    reading.isBehind = true;
    return atStart(reading);
  }
  // What may still become a tag waits for its end.
  if ([...TAGS, ...leads].some(([open]) => open.startsWith(small))) return [];
  const before = reading.isBehind ? 0 : unopened(trimmed);
  if (before > 0) {
    const thoughts = trimmed.slice(0, before);
    reading.held = trimmed.slice(before);
    return [{ kind: "reasoning", text: thoughts }, ...atStart(reading)];
  }
  reading.state = "text";
  if (reading.isBehind) reading.held = trimmed;
  reading.mayTurn = !reading.isBehind && reading.trail === "" && !small.includes(OPEN);
  return said(reading);
}

/** Tells thoughts, but for what may become the tag that ends them. */
function within(reading: Reading): (Stretch | Turned)[] {
  const { held, close } = reading;
  const small = held.toLowerCase();
  const [end, length] = firstOf(small, close);
  if (end < 0) {
    const told = held.length - Math.max(...close.map((one) => beginning(small, one)));
    reading.held = held.slice(told);
    return told === 0 ? [] : [{ kind: "reasoning", text: held.slice(0, told) }];
  }
  const thoughts = held.slice(0, end);
  reading.held = held.slice(end + length);
  reading.state = "start";
  reading.isBehind = true;
  return [...(thoughts === "" ? [] : [{ kind: "reasoning" as const, text: thoughts }]), ...atStart(reading)];
}

/** What is held as text, but for what may be the mark behind it. */
function said(reading: Reading): (Stretch | Turned)[] {
  const { held, trail, mayTurn } = reading;
  if (mayTurn) return maybeTurned(reading);
  const kept =
    trail === "" ? 0 : held.toLowerCase().endsWith(trail) ? trail.length : beginning(held.toLowerCase(), trail);
  return tell(reading, held.length - kept);
}

/** What is held as text, but for what may become a close tag that turns what was told before it. */
function maybeTurned(reading: Reading): (Stretch | Turned)[] {
  const { held, last } = reading;
  // All of these tags begin so, and most pieces of an answer have nothing of it.
  if (!held.includes("<")) return tell(reading, held.length);
  const small = held.toLowerCase();
  const [end, length] = firstOf(small, ANY);
  if (small.includes(OPEN) || (end >= 0 && isQuote(end > 0 ? held.charAt(end - 1) : last))) {
    reading.mayTurn = false;
    return tell(reading, held.length);
  }
  if (end < 0) return tell(reading, held.length - Math.max(...[...ANY, OPEN].map((one) => beginning(small, one))));
  const before = tell(reading, end);
  const rest = reading.held.slice(length);
  if (rest.trim() === "") return before;
  reading.mayTurn = false;
  reading.isBehind = true;
  reading.state = "start";
  reading.held = rest;
  return [...before, { kind: "turned" }, ...atStart(reading)];
}

/** Tells so many characters of what is held as text. */
function tell(reading: Reading, length: number): Stretch[] {
  const text = reading.held.slice(0, length);
  reading.held = reading.held.slice(length);
  reading.last = text.at(-1) ?? reading.last;
  return text === "" ? [] : [{ kind: "text", text }];
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
