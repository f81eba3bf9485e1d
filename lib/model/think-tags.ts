/** A stretch of an answer: thoughts, or what is said. */
export type Stretch = { readonly kind: "reasoning" | "text"; readonly text: string };

// How chat templates mark thoughts in the text itself, where a server does not part them: DeepSeek, Qwen and most others, Gemini,
// Seed, Magistral, Kimi, GPT-OSS.
const TAGS: readonly (readonly [open: string, close: string])[] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<reasoning>", "</reasoning>"],
  ["<seed:think>", "</seed:think>"],
  ["[think]", "[/think]"],
  ["◁think▷", "◁/think▷"],
  ["<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"],
];
/** What stands alone before an answer whose thoughts came another way, or not at all. */
const LONE = [...TAGS.map(([, close]) => close), "<|channel|>final<|message|>"];

/**
 * Parts the thoughts at the beginning of an answer from what is said, however the pieces are cut. Tags elsewhere are text.
 *
 * White space around thoughts goes with them. `rest` gives what is left when no more comes.
 */
export function thinkTags(): { readonly push: (piece: string) => Stretch[]; readonly rest: () => Stretch[] } {
  let state: "start" | "thoughts" | "text" = "start";
  let close = "";
  let held = "";
  /** Whether thoughts have come before: white space behind them is no text. */
  let isBehind = false;

  const atStart = (): Stretch[] => {
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
    const lone = LONE.find((one) => small.startsWith(one));
    if (lone !== undefined) {
      held = trimmed.slice(lone.length);
      isBehind = true;
      return atStart();
    }
    // What may still become a tag waits for its end.
    if (TAGS.some(([open]) => open.startsWith(small)) || LONE.some((one) => one.startsWith(small))) return [];
    state = "text";
    const text = isBehind ? trimmed : held;
    held = "";
    return [{ kind: "text", text }];
  };

  const within = (): Stretch[] => {
    const small = held.toLowerCase();
    const end = small.indexOf(close);
    if (end < 0) {
      const kept = beginning(small, close);
      const text = held.slice(0, held.length - kept);
      held = held.slice(held.length - kept);
      return text === "" ? [] : [{ kind: "reasoning", text }];
    }
    const thoughts = held.slice(0, end);
    held = held.slice(end + close.length);
    state = "start";
    isBehind = true;
    return [...(thoughts === "" ? [] : [{ kind: "reasoning" as const, text: thoughts }]), ...atStart()];
  };

  return {
    push(piece) {
      if (state === "text") return [{ kind: "text", text: piece }];
      held += piece;
      return state === "start" ? atStart() : within();
    },
    rest() {
      const text = state === "start" && isBehind ? held.trimStart() : held;
      held = "";
      return text === "" ? [] : [{ kind: state === "thoughts" ? "reasoning" : "text", text }];
    },
  };
}

/** How many characters at the end of a text are the beginning of `word`. */
function beginning(text: string, word: string): number {
  for (let length = Math.min(text.length, word.length - 1); length > 0; length--) {
    if (text.endsWith(word.slice(0, length))) return length;
  }
  return 0;
}
