import type { Attachment, SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import type { CallCut } from "@/lib/domain/tool.ts";

export type TextBlock = {
  readonly kind: "text";
  readonly text: string;
  readonly done: boolean;
  /** Goes on in the middle of the text block before it. */
  readonly continues: boolean;
};

export type ReasoningBlock = {
  readonly kind: "reasoning";
  readonly text: string;
  readonly done: boolean;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
};

export type ToolBlock = {
  readonly kind: "tool";
  readonly callId: string;
  readonly name: string;
  readonly argumentText: string;
  /** Null while the arguments arrive. */
  readonly input: Readonly<Record<string, unknown>> | null;
  readonly startedAt: string | null;
  readonly result: ToolOutcome | null;
};

export type ToolOutcome = {
  readonly output: unknown;
  readonly isError: boolean;
  /** Why the tool has not answered, though it may have run; null: it has, or failed. */
  readonly cut: CallCut | "unanswered" | null;
  readonly durationMs: number | null;
};

export type Block = TextBlock | ReasoningBlock | ToolBlock;

export type Stop = Extract<SessionEvent, { type: "stop" }>;

/** What was asked. A question that is being sent may have more than its text; the fold keeps it. */
export type Question = {
  readonly id: string;
  readonly text: string;
  readonly files: readonly Attachment[];
};

/** What was done to make an answer possible, or is odd about it. */
export type Notice = { readonly id: string; readonly text: string };

/** One turn as its events have told it so far. */
export type TurnState = {
  readonly runId: string | null;
  readonly startedAt: string | null;
  readonly question: Question | null;
  readonly blocks: readonly Block[];
  /** The id of the newest stored message of the turn. */
  readonly lastMessageId: string | null;
  readonly notices: readonly Notice[];
  readonly stop: Stop | null;
};

export const emptyTurn: TurnState = {
  runId: null,
  startedAt: null,
  question: null,
  blocks: [],
  lastMessageId: null,
  notices: [],
  stop: null,
};

/** The turn after one more event. Whole blocks and deltas may come in any mix; what is not known is passed over. */
export function foldEvent(turn: TurnState, event: SessionEvent): TurnState {
  const next: TurnState = {
    ...turn,
    runId: event.run_id ?? turn.runId,
    startedAt: turn.startedAt ?? event.created_at ?? null,
    lastMessageId: event.message_id ?? turn.lastMessageId,
  };
  switch (event.type) {
    case "user_input":
      return {
        ...next,
        question: {
          id: event.message_id ?? event.event_id ?? `question:${event.run_id}`,
          text: event.content,
          files: event.attachments ?? [],
        },
      };
    case "text_delta":
    case "text":
      return { ...next, blocks: foldText(turn.blocks, event) };
    case "thinking_delta":
    case "thinking":
      return { ...next, blocks: foldReasoning(turn.blocks, event) };
    case "tool_call_delta":
    case "tool_call":
      return { ...next, blocks: foldTool(turn.blocks, event) };
    case "tool_result":
      // The answer to a call that waited: the turn goes on.
      return { ...next, blocks: foldTool(turn.blocks, event), stop: null };
    case "notice":
      return { ...next, notices: withNotice(turn.notices, event) };
    case "stop":
      return { ...next, blocks: turn.blocks.map(closed), stop: event };
    default:
      return next;
  }
}

type Of<T extends SessionEvent["type"]> = Extract<SessionEvent, { type: T }>;

/** Whether an event is the answer to a call with which a turn had ended. */
export const goesOnWith = ({ blocks }: TurnState, event: SessionEvent): boolean =>
  event.type === "tool_result" &&
  blocks.some((block) => block.kind === "tool" && block.callId === event.call_id && block.result === null);

/** The calls of a turn that wait for the person, in their order. */
export function waitingCalls({ blocks, stop }: TurnState): readonly ToolBlock[] {
  const ids = stop?.pending_call_ids ?? [];
  if (ids.length === 0) return [];
  return blocks.flatMap((block) =>
    block.kind === "tool" && block.result === null && ids.includes(block.callId) ? [block] : [],
  );
}

function withNotice(notices: readonly Notice[], { event_id: id = "", content: text }: Of<"notice">): readonly Notice[] {
  return notices.some((notice) => notice.id === id) ? notices : [...notices, { id, text }];
}

function foldText(blocks: readonly Block[], event: Of<"text" | "text_delta">): readonly Block[] {
  const open = blocks.at(-1);
  const whole = event.type === "text";
  if (open?.kind === "text" && !open.done) {
    const text = whole ? event.content : open.text + event.content;
    return [...blocks.slice(0, -1), { ...open, text, done: whole }];
  }
  const continues = event.continues === true && blocks.some((block) => block.kind === "text");
  return [...blocks.map(closed), { kind: "text", text: event.content, done: whole, continues }];
}

function foldReasoning(blocks: readonly Block[], event: Of<"thinking" | "thinking_delta">): readonly Block[] {
  const open = blocks.at(-1);
  const whole = event.type === "thinking";
  if (open?.kind === "reasoning" && !open.done) {
    const text = whole ? event.content : open.text + event.content;
    const durationMs = whole ? (event.duration_ms ?? elapsed(open.startedAt, event.created_at)) : null;
    return [...blocks.slice(0, -1), { ...open, text, done: whole, durationMs }];
  }
  // A text that is told whole as thoughts was none.
  const before = open?.kind === "text" && !open.done && whole ? blocks.slice(0, -1) : blocks;
  return [
    ...before.map(closed),
    {
      kind: "reasoning",
      text: event.content,
      done: whole,
      startedAt: event.created_at ?? null,
      durationMs: whole ? (event.duration_ms ?? null) : null,
    },
  ];
}

function foldTool(blocks: readonly Block[], event: Of<"tool_call_delta" | "tool_call" | "tool_result">) {
  const index = blocks.findLastIndex(
    (block) => block.kind === "tool" && block.callId === event.call_id && block.result === null,
  );
  const found = blocks[index];
  const block: ToolBlock =
    found?.kind === "tool" && !(event.type !== "tool_result" && found.input !== null)
      ? found
      : {
          kind: "tool",
          callId: event.call_id,
          name: event.name,
          argumentText: "",
          input: null,
          startedAt: event.created_at ?? null,
          result: null,
        };
  const folded = foldCall(block, event);
  return block === found ? blocks.with(index, folded) : [...blocks.map(closed), folded];
}

function foldCall(block: ToolBlock, event: Of<"tool_call_delta" | "tool_call" | "tool_result">): ToolBlock {
  switch (event.type) {
    case "tool_call_delta":
      return { ...block, argumentText: block.argumentText + event.delta };
    case "tool_call":
      return { ...block, name: event.name, input: event.arguments, startedAt: event.created_at ?? block.startedAt };
    case "tool_result":
      return {
        ...block,
        input: block.input ?? {},
        result: {
          output: event.result,
          isError: event.is_error ?? isErrorObject(event.result),
          cut: event.cut ?? null,
          durationMs: event.duration_ms ?? elapsed(block.startedAt, event.created_at),
        },
      };
  }
}

const isErrorObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 1 && "error" in value;

function closed(block: Block): Block {
  return block.kind === "tool" || block.done ? block : { ...block, done: true };
}

function elapsed(from: string | null | undefined, to: string | null | undefined): number | null {
  const ms = from && to ? Date.parse(to) - Date.parse(from) : Number.NaN;
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
