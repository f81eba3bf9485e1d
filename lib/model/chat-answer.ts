import type { ModelEvent } from "../domain/model.ts";
import { callReader } from "./chat-calls.ts";
import { contentStretches, thoughtsOf, wordsOf } from "./chat-content.ts";
import { keptFields } from "./chat-kept.ts";
import { fields, isObject, items, text } from "./shapes.ts";
import { type Stretch, thinkTags } from "./think-tags.ts";

type ChoiceNames = "index" | "delta" | "message" | "text" | "finish_reason" | "finishReason";
type DeltaNames = "content" | "refusal" | "tool_calls" | "function_call" | "extra_content";
type Delta = Readonly<Record<string, unknown>>;

/** Puts an answer together from its choices. */
export type AnswerReader = {
  /** Reads one choice of a chunk; those of another index than the first are passed over. */
  readonly choice: (value: unknown) => void;
  /** Nothing more comes. */
  readonly end: () => void;
  /** What has come since the last ask. */
  readonly events: () => ModelEvent[];
  /** The calls, whole. Throws "model-failed" for one without a name. */
  readonly calls: () => ModelEvent[];
  /** What the provider wants back with the message; none where nobody is named. */
  readonly providerData: (from: string) => ModelEvent[];
  /** Why it ended, in the provider's word; null: it has not said. */
  readonly reason: () => string | null;
  readonly hasRefused: () => boolean;
  /** Whether a text has come. */
  readonly hasSaid: () => boolean;
  /** Whether anything has come that was written: a text, thoughts or a call. */
  readonly hasWords: () => boolean;
  /** Whether it came as a whole message. */
  readonly isWhole: () => boolean;
};

/** Begins an answer of which nothing has come. */
export function answerReader(): AnswerReader {
  const events: ModelEvent[] = [];
  let reason: string | null = null;
  let hasRefused = false;
  let isWhole = false;
  let hasThoughts = false;
  let choiceIndex: unknown;
  /** What was said so far; read where a whole message comes behind pieces. */
  const said: string[] = [];
  const calls = callReader();
  const tags = thinkTags();
  const kept = keptFields();

  const add = (stretches: readonly Stretch[]) => {
    for (const { kind, text: words } of stretches) {
      if (kind === "text") said.push(words);
      else hasThoughts = true;
      events.push({ type: `${kind}-delta`, text: words });
    }
  };

  const readDelta = (delta: Delta) => {
    if (isPlain(delta)) {
      const { content } = delta;
      return add(typeof content === "string" && content !== "" ? tags.push(content) : []);
    }
    const thoughts = thoughtsOf(delta);
    if (thoughts) {
      kept.noteName(thoughts.name);
      add([{ kind: "reasoning", text: thoughts.words }]);
    }
    const { content, refusal, tool_calls, function_call, extra_content } = fields<DeltaNames>(delta);
    for (const stretch of contentStretches(content)) {
      const isText = stretch.kind === "text" && !isThought(extra_content);
      add(isText ? tags.push(stretch.text) : [{ kind: "reasoning", text: stretch.text }]);
    }
    const refused = wordsOf(refusal);
    if (refused !== "") {
      hasRefused = true;
      add([...tags.rest(), { kind: "text", text: refused }]);
    }
    kept.note(delta);
    events.push(...calls.pieces(callPieces(tool_calls)), ...calls.olderPiece(function_call));
  };

  const readMessage = (message: Delta) => {
    isWhole = true;
    const before = said.join("");
    if (before === "" && !hasThoughts && !calls.hasCalls()) return readDelta(message);
    const rest = restBehind(before, wordsOf(message.content));
    if (rest !== "") add([{ kind: "text", text: rest }]);
  };

  return {
    choice(value) {
      const choice = fields<ChoiceNames>(value);
      choiceIndex ??= choice.index;
      if (choice.index !== choiceIndex && choice.index !== undefined) return;
      if (isObject(choice.delta)) readDelta(choice.delta);
      else if (isObject(choice.message)) readMessage(choice.message);
      else if (typeof choice.text === "string") add(tags.push(choice.text));
      reason = text(choice.finish_reason) || text(choice.finishReason) || reason;
    },
    end: () => add(tags.rest()),
    events: () => events.splice(0),
    calls: calls.whole,
    providerData(from) {
      if (from === "") return [];
      const data = kept.data() ?? (calls.hasKept() ? {} : null);
      return data === null ? [] : [{ type: "provider-data", from, ...data }];
    },
    reason: () => reason,
    hasRefused: () => hasRefused,
    hasSaid: () => said.length > 0,
    hasWords: () => said.length > 0 || hasThoughts || calls.hasCalls(),
    isWhole: () => isWhole,
  };
}

/** What a whole message brings behind its pieces: what was missing, where it goes on with them. */
const restBehind = (before: string, whole: string): string =>
  whole.startsWith(before) ? whole.slice(before.length) : "";

/** Whether a delta holds a text alone, as nearly all do. */
function isPlain(delta: Delta): boolean {
  for (const name in delta) if (name !== "content" && name !== "role") return false;
  return typeof delta.content === "string";
}

/** A list of calls, or one call that stands by itself. */
const callPieces = (value: unknown): readonly unknown[] =>
  isObject(value) ? (Object.values(value).some(isObject) ? [value] : []) : items(value);

/** Gemini marks a content that is a thought. */
const isThought = (extra: unknown): boolean =>
  extra !== undefined && fields<"thought">(fields<"google">(extra).google).thought === true;
