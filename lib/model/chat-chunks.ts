import { ChatError } from "../domain/errors.ts";
import type { ModelEvent } from "../domain/model.ts";
import { callReader } from "./chat-calls.ts";
import { contentStretches, thoughtsOf, wordsOf } from "./chat-content.ts";
import { failureOf } from "./chat-failures.ts";
import { keptFields } from "./chat-kept.ts";
import { lineReader, type Sent } from "./chat-lines.ts";
import { usageReader } from "./chat-usage.ts";
import { endingOf } from "./finish-reason.ts";
import { LINE_LIMIT_CHARACTERS, tooLongAnswer } from "./limited-text.ts";
import { streamFailure } from "./provider-error.ts";
import { fields, isObject, items, text } from "./shapes.ts";
import { type Stretch, thinkTags } from "./think-tags.ts";

type ChoiceNames = "index" | "delta" | "message" | "text" | "finish_reason" | "finishReason" | "usage";
type DeltaNames = "content" | "refusal" | "tool_calls" | "function_call" | "extra_content";

const incomplete = (): ChatError =>
  new ChatError("model-failed", "The model provider ended the answer before it was complete");

/**
 * Reads the answer of a chat completion: give it text as it comes, and it gives the model's events.
 *
 * What a server may send, and how it is taken:
 *
 * - Lines: server-sent events in any line ends, with comments, a byte order mark, data over several lines, events without the
 *   blank line between; JSON objects line by line; or one JSON completion instead of a stream (`chat-lines.ts`).
 * - Choices: the first index that comes, in `delta`, in `message` (of which what was said before is left out), or in `text`.
 * - Content: a text, a list of parts, or a part. `refusal` is text, and ends in "content-filter".
 * - Thoughts, in five places: beside the content (`reasoning_content`, `reasoning`, … the first that has words), in
 *   `reasoning_details`, in parts of the content, in tags at its beginning however they are cut (`think-tags.ts`), and as a
 *   content that is marked as a thought (Gemini).
 * - Calls: with and without number and id, name first or late, arguments as text, in pieces, as a value or not at all, many
 *   whole calls under one number, and the older `function_call` (`chat-calls.ts`).
 * - Errors, in eight places: `error` in a chunk, in a choice, in a delta; a chunk that is one (`object`, `type`, `status`); the
 *   event `error` and the field `error:`; a chunk without choices that holds words of failure (`detail`, `message`, `errors`,
 *   `base_resp`, `success`); a body of JSON or of words; a finish reason that says that it broke off (`chat-failures.ts`).
 * - Ends: "[DONE]", the end of the stream behind a reason, or usage behind a reason. A server that says nothing more behind
 *   its reason is left by `ending`. Nothing said, no call and no reason is a failure.
 * - Reasons: those of all vendors (`finish-reason.ts`). One that nobody knows is told in a "notice".
 * - Usage: under any name, of any kind; a count that makes no sense is none (`chat-usage.ts`).
 * - What the provider wants back with calls and messages is in "tool-call" and "provider-data" (`chat-kept.ts`).
 *
 * `read` gives what has come, and throws nothing. `end` gives the last events: the calls, whole, and the finish. It throws
 * "model-failed" or "model-refused" where the answer is none. `from` names who is read, for "provider-data"; empty: none is made.
 */
export function chatChunkReader(from = ""): {
  readonly read: (text: string) => ModelEvent[];
  readonly end: () => ModelEvent[];
  /** Whether the stream has said that it is over; a server may keep its connection open longer. */
  readonly isDone: () => boolean;
  /** Whether the answer has given its reason to end: only its usage may be missing. */
  readonly isEnding: () => boolean;
} {
  let isDone = false;
  let failure: unknown = null;
  let finish: string | null = null;
  let hasRefused = false;
  /** What was said so far; read where a whole message comes behind pieces. */
  const said: string[] = [];
  let isWhole = false;
  let hasThoughts = false;
  let choiceIndex: unknown;
  let events: ModelEvent[] = [];
  const usage = usageReader();
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

  const fail = (thrown: unknown) => {
    failure ??= thrown;
    isDone = true;
  };

  const readDelta = (delta: Readonly<Record<string, unknown>>) => {
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
    if (typeof content === "string") {
      if (content !== "") add(isThought(extra_content) ? [{ kind: "reasoning", text: content }] : tags.push(content));
    } else if (content !== null && content !== undefined) {
      for (const stretch of contentStretches(content)) {
        add(stretch.kind === "text" ? tags.push(stretch.text) : [stretch]);
      }
    }
    if (refusal !== null && refusal !== undefined && refusal !== "") {
      hasRefused = true;
      add([...tags.rest(), { kind: "text", text: wordsOf(refusal) }]);
    }
    kept.note(delta);
    if (tool_calls !== null && tool_calls !== undefined) {
      events.push(
        ...calls.pieces(
          isObject(tool_calls) ? (Object.values(tool_calls).some(isObject) ? [tool_calls] : []) : items(tool_calls),
        ),
      );
    }
    if (function_call !== null && function_call !== undefined) events.push(...calls.olderPiece(function_call));
  };

  const readMessage = (message: Readonly<Record<string, unknown>>) => {
    isWhole = true;
    const before = said.join("");
    const { content } = fields<DeltaNames>(message);
    if (before === "" && !hasThoughts && !calls.hasCalls()) return readDelta(message);
    // Behind its pieces a whole message brings nothing but what was missing.
    const whole = wordsOf(content);
    const rest = whole.startsWith(before) ? whole.slice(before.length) : "";
    if (rest !== "") add([{ kind: "text", text: rest }]);
  };

  const readChoice = (value: unknown) => {
    const choice = fields<ChoiceNames>(value);
    choiceIndex ??= choice.index;
    if (choice.index !== choiceIndex && choice.index !== undefined) return;
    if (isObject(choice.delta)) readDelta(choice.delta);
    else if (isObject(choice.message)) readMessage(choice.message);
    else if (typeof choice.text === "string") add(tags.push(choice.text));
    if (choice.usage !== undefined) usage.add(choice);
    finish = text(choice.finish_reason) || text(choice.finishReason) || finish;
  };

  const take = (sent: Sent) => {
    if (isDone) return;
    if (sent.kind === "done") {
      isDone = true;
      return;
    }
    if (sent.kind === "words") return fail(failedWords(sent.words, sent.event));
    const { value } = sent;
    const failed = failureOf(value, sent.event);
    if (failed) return fail(failed);
    usage.add(value);
    const choices = items(value.choices);
    for (const choice of choices) readChoice(choice);
    // The last chunk of the protocol, behind which some servers forget their "[DONE]".
    if (choices.length === 0 && finish !== null && isObject(value.usage)) isDone = true;
  };
  const lines = lineReader(take);
  const pull = (work: () => void): ModelEvent[] => {
    events = [];
    try {
      work();
    } catch (thrown) {
      fail(thrown instanceof RangeError ? tooMuch() : thrown);
    }
    return events;
  };

  return {
    isDone: () => isDone,
    isEnding: () => finish !== null,
    read: (arrived) =>
      pull(() => {
        lines.push(arrived);
        if (lines.waiting() > LINE_LIMIT_CHARACTERS) fail(tooLongAnswer(LINE_LIMIT_CHARACTERS));
      }),
    end() {
      const rest = pull(() => {
        lines.end();
        add(tags.rest());
      });
      if (failure !== null) throw failure;
      const whole = calls.whole();
      const hasSaid = said.length > 0 || calls.hasCalls();
      // A server that marks its end has said all, though some never say why; a body that is whole has an end.
      const hasEnd = finish !== null || ((isDone || isWhole) && hasSaid);
      if (!hasEnd) throw lines.stray() === "" ? incomplete() : failedWords(lines.stray(), "");
      const ending = endingOf(finish ?? "stop");
      if (ending.reason === "failed") throw brokeOff(finish ?? "");
      // Some servers say "stop" behind a call.
      const isCalls = ending.reason === "stop" && whole.length > 0;
      const reason = isCalls ? "tool-calls" : hasRefused && ending.reason === "stop" ? "content-filter" : ending.reason;
      if (!ending.isKnown) rest.push({ type: "notice", text: unknownReason(finish ?? "") });
      const data = from === "" ? null : (kept.data() ?? (whole.some(hasKept) ? {} : null));
      if (data !== null) whole.push({ type: "provider-data", from, ...data });
      return [...rest, ...whole, { type: "finish", reason, usage: usage.usage(hasSaid || hasThoughts) }];
    },
  };
}

/** Whether a delta holds a text alone, as nearly all do. */
function isPlain(delta: Readonly<Record<string, unknown>>): boolean {
  for (const name in delta) if (name !== "content" && name !== "role") return false;
  return typeof delta.content === "string";
}

const hasKept = (event: ModelEvent): boolean => event.type === "tool-call" && event.kept !== undefined;

const isThought = (extra: unknown): boolean =>
  extra !== undefined && fields<"thought">(fields<"google">(extra).google).thought === true;

/** Words where JSON was to come. They are told where their server says that they are an error. */
const failedWords = (words: string, event: string): ChatError =>
  event === "error"
    ? streamFailure(words.slice(0, 300), words, undefined)
    : new ChatError("model-failed", "The model provider sent a chunk that is not a JSON object");

const tooMuch = (): ChatError =>
  new ChatError("model-failed", "The model provider sent a chunk that holds too much", { providerStatus: 200 });

const brokeOff = (reason: string): ChatError =>
  new ChatError("model-failed", `The model provider broke off the answer: ${reason.slice(0, 100)}`);

const unknownReason = (reason: string): string =>
  `The model provider gave a reason for the end that is not known: "${reason.slice(0, 100)}". It counts as the model's own end.`;
