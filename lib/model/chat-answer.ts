import type { ModelEvent } from "../domain/model.ts";
import { callParts, callPieces, callReader } from "./chat-calls.ts";
import { contentStretches, thoughtsOf, wordsOf } from "./chat-content.ts";
import { keptFields } from "./chat-kept.ts";
import { reasonIn } from "./finish-reason.ts";
import { fields, isObject } from "./shapes.ts";
import { type Stretch, type Turned, thinkTags } from "./think-tags.ts";

type ChoiceNames = "index" | "delta" | "message" | "text" | "content" | "tool_calls";
type DeltaNames = "content" | "refusal" | "tool_calls" | "tool_call" | "function_call" | "extra_content";
type Delta = Readonly<Record<string, unknown>>;

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
  let hasRefused = false;
  let isWhole = false;
  let hasSaid = false;
  let hasThoughts = false;
  let hasThoughtsBeside = false;
  /** Whether something came that was no whole message. */
  let hasPieces = false;
  let choiceIndex: number | undefined;
  /** The content so far as it came; read where a whole message comes behind pieces. */
  const came: string[] = [];
  const messages = messageReader();
  const calls = callReader();
  const tags = thinkTags();
  const kept = keptFields();

  const add = (stretches: readonly (Stretch | Turned)[]) => {
    for (const stretch of stretches) {
      hasSaid = stretch.kind === "text" || (hasSaid && stretch.kind !== "turned");
      hasThoughts ||= stretch.kind !== "text";
      if (stretch.kind === "turned") events.push({ type: "text-end", wasThoughts: true });
      else events.push({ type: `${stretch.kind}-delta`, text: stretch.text });
    }
  };

  const addContent = (content: string) => {
    came.push(content);
    const stretches = tags.push(content);
    // Some servers tell the thoughts beside the content and leave them in it too.
    add(hasThoughtsBeside ? stretches.filter(({ kind }) => kind !== "reasoning") : stretches);
  };

  const readDelta = (delta: Delta) => {
    if (isPlain(delta)) {
      const { content } = delta;
      if (typeof content === "string" && content !== "") addContent(content);
      return;
    }
    const thoughts = thoughtsOf(delta);
    if (thoughts) {
      hasThoughtsBeside = true;
      kept.noteName(thoughts.name);
      add([{ kind: "reasoning", text: thoughts.words }]);
    }
    const { content, refusal, tool_calls, tool_call, function_call, extra_content } = fields<DeltaNames>(delta);
    const refused = wordsOf(refusal);
    for (const stretch of contentStretches(content)) {
      if (stretch.kind === "reasoning") add([stretch]);
      else if (isThought(extra_content)) add([{ kind: "reasoning", text: stretch.text.replace(/^<thought>/u, "") }]);
      else if (stretch.text !== refused) addContent(stretch.text);
    }
    if (refused !== "") {
      hasRefused = true;
      add([...tags.rest(), { kind: "text", text: refused }]);
    }
    kept.note(delta);
    const pieces = [...callPieces(tool_calls), ...callPieces(tool_call), ...callParts(content)];
    // Some gateways fill the older field too.
    events.push(...(pieces.length > 0 ? calls.pieces(pieces) : calls.olderPiece(function_call)));
  };

  const readMessage = (message: Delta) => {
    isWhole = true;
    const isFirst = came.length === 0 && !hasThoughts && !calls.hasCalls();
    messages.begin(hasPieces);
    if (isFirst) return readDelta(message);
    const rest = messages.restBehind(came.join(""), wordsOf(message.content));
    if (rest !== "") addContent(rest);
    if (!calls.hasCalls()) events.push(...calls.pieces(callPieces(message.tool_calls)));
  };

  const readChoice = (given: unknown, message: unknown, choice: Delta) => {
    const isSaid = isObject(given) && (!isObject(message) || !isBlank(given));
    if (isSaid) {
      hasPieces = true;
      readDelta(given);
    } else if (isObject(message)) readMessage(message);
    else if (typeof choice.text === "string") addContent(choice.text);
    else if (typeof message === "string" && message !== "") addContent(message);
    else if (given === undefined && (choice.content !== undefined || choice.tool_calls !== undefined))
      readDelta(choice);
    if (isObject(given) && choice.tool_calls !== undefined) events.push(...calls.pieces(callPieces(choice.tool_calls)));
  };

  return {
    choice(value) {
      if (!isObject(value)) return;
      const { index, delta, message } = fields<ChoiceNames>(value);
      const number = index === undefined || index === null ? choiceIndex : Number(index);
      if (choiceIndex !== undefined && number !== choiceIndex) return;
      const before = events.length + came.length;
      readChoice(delta, message, value);
      const hasWords = events.length + came.length > before;
      const word = reasonIn(value) || reasonIn(delta);
      if (hasWords || word !== "") choiceIndex ??= number ?? 0;
      ending.note(word, hasWords);
    },
    beside(chunk) {
      const word = reasonIn(chunk);
      if (word !== "") ending.note(word, false);
    },
    end: () => add(tags.rest()),
    events: () => events.splice(0),
    calls: calls.whole,
    providerData(from) {
      if (from === "") return [];
      const data = kept.data() ?? (calls.hasKept() ? {} : null);
      return data === null ? [] : [{ type: "provider-data", from, ...data }];
    },
    ...ending,
    hasRefused: () => hasRefused,
    hasSaid: () => hasSaid,
    hasWords: () => hasSaid || hasThoughts || calls.hasCalls(),
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

/** Whether a delta holds a text alone, as nearly all do. */
function isPlain(delta: Delta): boolean {
  for (const name in delta) if (name !== "content" && name !== "role") return false;
  return typeof delta.content === "string";
}

/** Gemini marks a content that is a thought. */
const isThought = (extra: unknown): boolean =>
  extra !== undefined && fields<"thought">(fields<"google">(extra).google).thought === true;
