import type { ModelEvent } from "../domain/model.ts";
import { type CallReader, callParts, callPieces } from "./chat-calls.ts";
import { contentStretches, thoughtsOf, wordsOf } from "./chat-content.ts";
import { keptFields } from "./chat-kept.ts";
import type { WordReader } from "./chat-words.ts";
import { fields } from "./shapes.ts";

type DeltaNames = "content" | "refusal" | "tool_calls" | "tool_call" | "function_call" | "extra_content";
export type Delta = Readonly<Record<string, unknown>>;

/**
 * Reads deltas, and whole messages that have the fields of one: words and calls go to those who read them, the events
 * of calls behind `events`.
 */
export function deltaReader(
  events: ModelEvent[],
  words: WordReader,
  calls: CallReader,
): {
  readonly read: (delta: Delta) => void;
  readonly hasRefused: () => boolean;
  /** What the provider wants back with the message; none where nobody is named. */
  readonly providerData: (from: string) => ModelEvent[];
} {
  const kept = keptFields();
  let hasRefused = false;

  return {
    read(delta) {
      if (isPlain(delta)) {
        const { content } = delta;
        if (typeof content === "string" && content !== "") words.content(content);
        return;
      }
      const thoughts = thoughtsOf(delta);
      if (thoughts) {
        kept.noteName(thoughts.name);
        words.thoughtsBeside(thoughts.words);
      }
      const { content, refusal, tool_calls, tool_call, function_call, extra_content } = fields<DeltaNames>(delta);
      const refused = wordsOf(refusal);
      for (const { kind, text } of contentStretches(content)) {
        if (kind === "reasoning") words.thoughts(text);
        else if (isThought(extra_content)) words.thoughts(text.replace(/^<thought>/u, ""));
        else if (text !== refused) words.content(text);
      }
      if (refused !== "") {
        hasRefused = true;
        words.refusal(refused);
      }
      kept.note(delta);
      const pieces = [...callPieces(tool_calls), ...callPieces(tool_call), ...callParts(content)];
      // Some gateways fill the older field too.
      events.push(...(pieces.length > 0 ? calls.pieces(pieces) : calls.olderPiece(function_call)));
    },
    hasRefused: () => hasRefused,
    providerData(from) {
      if (from === "") return [];
      const data = kept.data() ?? (calls.hasKept() ? {} : null);
      return data === null ? [] : [{ type: "provider-data", from, ...data }];
    },
  };
}

/** Whether a delta holds a text alone, as nearly all do. */
function isPlain(delta: Delta): boolean {
  for (const name in delta) if (name !== "content" && name !== "role") return false;
  return typeof delta.content === "string";
}

/** Gemini marks a content that is a thought. */
const isThought = (extra: unknown): boolean =>
  extra !== undefined && fields<"thought">(fields<"google">(extra).google).thought === true;
