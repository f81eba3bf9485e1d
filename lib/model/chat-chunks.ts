import { ChatError } from "../domain/errors.ts";
import type { FinishReason, ModelEvent } from "../domain/model.ts";
import { type AnswerReader, answerReader } from "./chat-answer.ts";
import type { Sent } from "./chat-events.ts";
import { failureOf } from "./chat-failures.ts";
import { lineReader } from "./chat-lines.ts";
import { type UsageReader, usageReader } from "./chat-usage.ts";
import { endingOf } from "./finish-reason.ts";
import { LINE_LIMIT_CHARACTERS, tooLongAnswer } from "./limited-text.ts";
import { streamFailure } from "./provider-error.ts";
import { isObject, items } from "./shapes.ts";

/**
 * Reads the answer of a chat completion: give it text as it comes, and it gives the model's events.
 *
 * What a server may send, and how it is taken:
 *
 * - Lines: server-sent events in any line ends, with comments, a byte order mark, data over several lines, events without the
 *   blank line between; JSON objects line by line; or one JSON completion instead of a stream (`chat-lines.ts`).
 * - Choices: the first index that says something, in `delta`, in `message` (of which what was said before is left out), in
 *   `text`, or in the choice itself.
 * - Content: a text, a list of parts, or a part. `refusal` is text, and ends in "content-filter".
 * - Thoughts, in five places: beside the content (`reasoning_content`, `reasoning`, … the first that has words), in
 *   `reasoning_details`, in parts of the content, in tags at its beginning however they are cut (`think-tags.ts`), and as a
 *   content that is marked as a thought (Gemini).
 * - Calls: with and without number and id, name first or late, arguments as text, in pieces, as a value or not at all, many
 *   whole calls under one number, and the older `function_call` (`chat-calls.ts`).
 * - Errors, in eight places: `error` in a chunk, in a choice, in a delta; a chunk that is one (`object`, `type`, `status`); the
 *   event `error` and the field `error:`; a chunk without choices that holds words of failure (`detail`, `message`, `errors`,
 *   `base_resp`, `success`); a body of JSON or of words; a finish reason that says that it broke off (`chat-failures.ts`).
 * - Ends: "[DONE]" in any writing, the end of the stream behind a reason, or usage behind a reason that came by itself. A server
 *   that says nothing more behind its reason is left by `ending`; one that gives a reason with each piece is not. What comes
 *   behind the reason fails no answer. Nothing said, no call and no reason is a failure.
 * - Reasons: those of all vendors (`finish-reason.ts`), in the choice, in its delta or beside it; words such as "null" are none. One that nobody knows is told in a "notice".
 * - Usage: under any name, of any kind; a count that makes no sense is none (`chat-usage.ts`).
 * - What the provider wants back with calls and messages is in "tool-call" and "provider-data" (`chat-kept.ts`).
 *
 * What stands in choices is read by `chat-answer.ts`. `read` gives what has come, and throws nothing. `end` gives the
 * last events: the calls, whole, and the finish. It throws "model-failed" or "model-refused" where the answer is none.
 * `from` names who is read, for "provider-data"; empty: none is made.
 */
export function chatChunkReader(from = ""): {
  readonly read: (text: string) => ModelEvent[];
  readonly end: () => ModelEvent[];
  /** Whether the stream has said that it is over; a server may keep its connection open longer. */
  readonly isDone: () => boolean;
  /** Whether the answer has given its reason to end: only its usage may be missing. */
  readonly isEnding: () => boolean;
} {
  const usage = usageReader();
  const answer = answerReader();
  const chunks = chunkTaker(answer, usage);
  const lines = lineReader(chunks.take);
  const pull = (work: () => void): ModelEvent[] => {
    try {
      work();
    } catch (thrown) {
      chunks.fail(thrown instanceof RangeError ? tooMuch() : thrown);
    }
    return answer.events();
  };

  return {
    isDone: chunks.isDone,
    isEnding: answer.isEnding,
    read: (arrived) =>
      pull(() => {
        lines.push(arrived);
        if (lines.waiting() > LINE_LIMIT_CHARACTERS) chunks.fail(tooLongAnswer(LINE_LIMIT_CHARACTERS));
      }),
    end() {
      const rest = pull(() => {
        lines.end();
        answer.end();
      });
      chunks.throwFailure();
      const calls = answer.calls();
      const given = answer.reason();
      // A server that marks its end has said all, though some never say why; a body that is whole has an end.
      const hasEnd =
        given !== null ||
        ((chunks.isDone() || answer.isWhole()) && lines.stray() === "" && (answer.hasSaid() || calls.length > 0));
      if (!hasEnd) throw lines.stray() === "" ? incomplete() : failedWords(lines.stray(), "");
      const { reason, isKnown } = endingOf(given ?? "stop");
      if (reason === "failed") throw brokeOff(given ?? "");
      // Some servers say "stop" behind a call, and behind a refusal.
      const plain: FinishReason = calls.length > 0 ? "tool-calls" : answer.hasRefused() ? "content-filter" : "stop";
      const finish = { reason: reason === "stop" ? plain : reason, usage: usage.usage(answer.hasWords()) };
      const notices = isKnown ? [] : [{ type: "notice" as const, text: unknownReason(given ?? "") }];
      return [...rest, ...notices, ...calls, ...answer.providerData(from), { type: "finish", ...finish }];
    },
  };
}

/** Takes what a server says, until it is done: its choices for the answer, its usage, and the first failure. */
function chunkTaker(answer: AnswerReader, usage: UsageReader) {
  let isDone = false;
  let failure: unknown = null;

  const fail = (thrown: unknown) => {
    failure ??= thrown;
    isDone = true;
  };

  const takeObject = (value: Readonly<Record<string, unknown>>, event: string) => {
    const failed = failureOf(value, event);
    if (failed && answer.isOver() && answer.hasWords()) {
      isDone = true;
      return;
    }
    if (failed) return fail(failed);
    usage.add(value);
    const choices = items(value.choices);
    for (const choice of choices) {
      answer.choice(choice);
      // Moonshot tells it here.
      usage.add(choice);
    }
    if (choices.length > 0) answer.beside(value);
    // The last chunk of the protocol, behind which some servers forget their "[DONE]".
    if (choices.length === 0 && answer.isOver() && isObject(value.usage)) isDone = true;
  };

  return {
    take(sent: Sent): void {
      if (isDone) return;
      if (sent.kind === "object") takeObject(sent.value, sent.event);
      // A whole answer is not thrown away for what stands behind it.
      else if (sent.kind === "done" || (answer.isEnding() && sent.event !== "error")) isDone = true;
      else fail(failedWords(sent.words, sent.event));
    },
    /** What is read from now on is passed over. The first failure counts. */
    fail,
    isDone: (): boolean => isDone,
    throwFailure(): void {
      if (failure !== null) throw failure;
    },
  };
}

const incomplete = (): ChatError =>
  new ChatError("model-failed", "The model provider ended the answer before it was complete");

/**
 * Words where JSON was to come. They are told where their server says that they are an error, and where they are a
 * sentence.
 */
function failedWords(words: string, event: string): ChatError {
  if (event === "error" || SENTENCE.test(words)) return streamFailure(words.slice(0, 300), words, undefined);
  if (/^<(?:!doctype|html|head)/iu.test(words)) {
    const title = /<title>([^<]{1,200})/iu.exec(words)?.[1]?.trim();
    const what = title === undefined ? "" : `: ${title}`;
    return new ChatError("model-failed", `The model provider sent a web page and no answer${what}`);
  }
  return new ChatError("model-failed", "The model provider sent a chunk that is not a JSON object");
}

/** Words that somebody wrote, and no piece of a JSON text. */
const SENTENCE = /^["'(]?\p{L}[\p{L}'_/-]*:? [\p{L}\d(][^{}]*$/u;

const tooMuch = (): ChatError =>
  new ChatError("model-failed", "The model provider sent a chunk that holds too much", { providerStatus: 200 });

const brokeOff = (reason: string): ChatError =>
  new ChatError("model-failed", `The model provider broke off the answer: ${reason.slice(0, 100)}`);

const unknownReason = (reason: string): string =>
  `The model provider gave a reason for the end that is not known: "${reason.slice(0, 100)}". It counts as the model's own end.`;
