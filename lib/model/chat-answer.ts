import type { ModelEvent } from "../domain/model.ts";
import { callPieces, callReader } from "./chat-calls.ts";
import { wordsOf } from "./chat-content.ts";
import { type Delta, deltaReader } from "./chat-delta.ts";
import { wordReader } from "./chat-words.ts";
import { reasonIn } from "./finish-reason.ts";
import { fields, isObject } from "./shapes.ts";

type ChoiceNames = "index" | "delta" | "message" | "text" | "content" | "tool_calls";

/** Puts an answer together from its choices. */
export type AnswerReader = {
  /** Reads one choice of a chunk; those of another index than the first are passed over. */
  readonly choice: (value: unknown) => void;
  /** A reason that stands beside the choices. */
  readonly beside: (chunk: unknown) => void;
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
  /** Whether it has given its reason, as far as one can tell: some servers give one with each piece. */
  readonly isEnding: () => boolean;
  /** Whether it has given its reason by itself, without words: nothing but usage comes behind it. */
  readonly isOver: () => boolean;
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
  const ending = endingReader();
  const messages = messageReader();
  const words = wordReader(events);
  const calls = callReader();
  const deltas = deltaReader(events, words, calls);
  let isWhole = false;
  /** Whether something came that was no whole message. */
  let hasPieces = false;
  let choiceIndex: number | undefined;

  const readMessage = (message: Delta) => {
    isWhole = true;
    const isFirst = words.count() === 0 && !words.hasThoughts() && !calls.hasCalls();
    messages.begin(hasPieces);
    if (isFirst) return deltas.read(message);
    const rest = messages.restBehind(words.came(), wordsOf(message.content));
    if (rest !== "") words.content(rest);
    if (!calls.hasCalls()) events.push(...calls.pieces(callPieces(message.tool_calls)));
  };

  const readChoice = (given: unknown, message: unknown, choice: Delta) => {
    const isSaid = isObject(given) && (!isObject(message) || !isBlank(given));
    if (isSaid) {
      hasPieces = true;
      deltas.read(given);
    } else if (isObject(message)) readMessage(message);
    else if (typeof choice.text === "string") words.content(choice.text);
    else if (typeof message === "string" && message !== "") words.content(message);
    else if (given === undefined && (choice.content !== undefined || choice.tool_calls !== undefined))
      deltas.read(choice);
    if (isObject(given) && choice.tool_calls !== undefined) events.push(...calls.pieces(callPieces(choice.tool_calls)));
  };

  return {
    choice(value) {
      if (!isObject(value)) return;
      const { index, delta, message } = fields<ChoiceNames>(value);
      const number = index === undefined || index === null ? choiceIndex : Number(index);
      if (choiceIndex !== undefined && number !== choiceIndex) return;
      const before = events.length + words.count();
      readChoice(delta, message, value);
      const hasWords = events.length + words.count() > before;
      const word = reasonIn(value) || reasonIn(delta);
      if (hasWords || word !== "") choiceIndex ??= number ?? 0;
      ending.note(word, hasWords);
    },
    beside(chunk) {
      const word = reasonIn(chunk);
      if (word !== "") ending.note(word, false);
    },
    end: words.end,
    events: () => events.splice(0),
    calls: calls.whole,
    providerData: deltas.providerData,
    ...ending,
    hasRefused: deltas.hasRefused,
    hasSaid: words.hasSaid,
    hasWords: () => words.hasSaid() || words.hasThoughts() || calls.hasCalls(),
    isWhole: () => isWhole,
  };
}

/** Gathers the reasons to end. */
function endingReader() {
  let reason: string | null = null;
  let isAlone = false;
  /** Words came behind a reason: it was none yet. */
  let isInEach = false;
  return {
    note(word: string, hasWords: boolean) {
      if (hasWords) {
        isInEach ||= reason !== null;
        isAlone = false;
      } else if (word !== "") isAlone = true;
      if (word !== "") reason = word;
    },
    reason: (): string | null => reason,
    isEnding: (): boolean => reason !== null && (isAlone || !isInEach),
    isOver: (): boolean => reason !== null && isAlone,
  };
}

/** Reads messages that come behind pieces, or behind other messages. */
function messageReader() {
  let isAllMessages = true;
  let isInPieces = false;
  return {
    /** A message comes. `hasPieces`: pieces have come too. */
    begin(hasPieces: boolean) {
      isAllMessages &&= !hasPieces;
    },
    /** What a message brings behind what came: what was missing, or all of it where each message is a piece. */
    restBehind(before: string, whole: string): string {
      if (!isInPieces && whole.startsWith(before)) return whole.slice(before.length);
      isInPieces ||= isAllMessages && whole.trim() !== "" && !before.includes(whole.trim());
      return isInPieces ? whole : "";
    },
  };
}

/** Whether a delta says nothing. */
const isBlank = (delta: Delta): boolean =>
  Object.entries(delta).every(
    ([name, value]) =>
      name === "role" || value === null || value === "" || (Array.isArray(value) && value.length === 0),
  );
