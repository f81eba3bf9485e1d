import type { DynamicToolUIPart, UIMessage, UIMessageChunk } from "ai";
import type { FullSession, SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import type { CallCut } from "@/lib/domain/tool.ts";
import {
  type Block,
  emptyTurn,
  foldEvent,
  type Stop,
  type ToolBlock,
  type ToolOutcome,
  type TurnState,
} from "./turn-state";

/** What an answer knows beside its parts. */
export type AnswerFacts = {
  readonly runId: string | null;
  readonly startedAt: string | null;
  readonly lastMessageId: string | null;
  readonly stop: Stop | null;
};

export type ChatMessage = UIMessage<AnswerFacts>;
type Chunk = UIMessageChunk<AnswerFacts>;
type Part = ChatMessage["parts"][number];

/** Facts that travel in a part's provider metadata under our name. */
export type PartFacts = {
  readonly startedAt?: string;
  readonly durationMs?: number;
  readonly continues?: boolean;
  readonly cut?: CallCut;
};

const own = (facts: PartFacts) => {
  const kept = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null && value !== false);
  return { parley: Object.fromEntries(kept) };
};

export function factsOf(metadata: unknown): PartFacts {
  const held = (metadata as { parley?: PartFacts } | undefined)?.parley;
  return held ?? {};
}

const resultFacts = ({ durationMs, cut }: ToolOutcome): PartFacts => ({
  durationMs: durationMs ?? undefined,
  cut: cut ?? undefined,
});

const factsFor = (turn: TurnState): AnswerFacts => ({
  runId: turn.runId,
  startedAt: turn.startedAt,
  lastMessageId: turn.lastMessageId,
  stop: turn.stop,
});

const answerId = (turn: TurnState) => `answer:${turn.runId ?? turn.question?.id ?? "unknown"}`;

export function questionMessage(id: string, text: string): ChatMessage {
  return { id, role: "user", parts: [{ type: "text", text }] };
}

/** The history as question and answer messages; a turn that runs now is left out, to be followed instead. */
export function messagesOf(session: Pick<FullSession, "events" | "running_run_id">): ChatMessage[] {
  return turnsIn(session.events)
    .filter((turn) => !(session.running_run_id && turn.stop === null && isRunning(turn, session.running_run_id)))
    .flatMap((turn) => [
      ...(turn.question ? [questionMessage(turn.question.id, turn.question.text)] : []),
      { id: answerId(turn), role: "assistant" as const, metadata: factsFor(turn), parts: turn.blocks.map(partOf) },
    ]);
}

const isRunning = (turn: TurnState, runId: string) => turn.runId === null || turn.runId === runId;

function turnsIn(events: readonly SessionEvent[]): TurnState[] {
  const turns: TurnState[] = [];
  for (const event of events) {
    const begins = event.type === "user_input" || turns.length === 0 || turns.at(-1)?.stop !== null;
    const turn = begins ? emptyTurn : (turns.pop() ?? emptyTurn);
    turns.push(foldEvent(turn, event));
  }
  return turns;
}

const toolId = (block: ToolBlock, index: number) => `${index}:${block.callId}`;

const errorText = (output: unknown): string => {
  const inner = typeof output === "object" && output !== null && "error" in output ? output.error : output;
  return typeof inner === "string" ? inner : JSON.stringify(inner);
};

function partOf(block: Block, index: number): Part {
  switch (block.kind) {
    case "text":
      return {
        type: "text",
        text: block.text,
        state: block.done ? "done" : "streaming",
        providerMetadata: own({ continues: block.continues }),
      };
    case "reasoning":
      return {
        type: "reasoning",
        id: `${index}`,
        text: block.text,
        state: block.done ? "done" : "streaming",
        providerMetadata: own({ startedAt: block.startedAt ?? undefined, durationMs: block.durationMs ?? undefined }),
      };
    case "tool":
      return toolPart(block, index);
  }
}

function toolPart(block: ToolBlock, index: number): DynamicToolUIPart {
  const base = {
    type: "dynamic-tool" as const,
    toolCallId: toolId(block, index),
    toolName: block.name,
    callProviderMetadata: own({ startedAt: block.startedAt ?? undefined }),
  };
  if (block.result === null) {
    return block.input === null
      ? { ...base, state: "input-streaming", input: undefined }
      : { ...base, state: "input-available", input: block.input };
  }
  const done = {
    ...base,
    input: block.input ?? {},
    resultProviderMetadata: own(resultFacts(block.result)),
  };
  return block.result.isError
    ? { ...done, state: "output-error", errorText: errorText(block.result.output) }
    : { ...done, state: "output-available", output: block.result.output };
}

/** The chunks that lead a reader of `before` to `after`, which goes on from it. */
export function chunksBetween(before: TurnState, after: TurnState): Chunk[] {
  const chunks: Chunk[] = [];
  if (before.question === null && before.runId === null && (after.question !== null || after.runId !== null)) {
    chunks.push({ type: "start", messageId: answerId(after), messageMetadata: factsFor(after) });
  }
  after.blocks.forEach((block, index) => {
    const old = before.blocks[index];
    if (old !== block) chunks.push(...blockChunks(old, block, index));
  });
  if (after.stop !== null && before.stop === null) chunks.push({ type: "finish", messageMetadata: factsFor(after) });
  return chunks;
}

function blockChunks(old: Block | undefined, block: Block, index: number): Chunk[] {
  const id = `${index}`;
  switch (block.kind) {
    case "text": {
      const had = old?.kind === "text" ? old : null;
      const providerMetadata = own({ continues: block.continues });
      const delta = block.text.slice(had?.text.length ?? 0);
      return [
        ...(had ? [] : [{ type: "text-start" as const, id, providerMetadata }]),
        ...(delta ? [{ type: "text-delta" as const, id, delta }] : []),
        ...(block.done && !had?.done ? [{ type: "text-end" as const, id }] : []),
      ];
    }
    case "reasoning": {
      const had = old?.kind === "reasoning" ? old : null;
      const delta = block.text.slice(had?.text.length ?? 0);
      const facts = { startedAt: block.startedAt ?? undefined, durationMs: block.durationMs ?? undefined };
      return [
        ...(had ? [] : [{ type: "reasoning-start" as const, id, providerMetadata: own(facts) }]),
        ...(delta ? [{ type: "reasoning-delta" as const, id, delta }] : []),
        ...(block.done && !had?.done ? [{ type: "reasoning-end" as const, id, providerMetadata: own(facts) }] : []),
      ];
    }
    case "tool":
      return toolChunks(old?.kind === "tool" ? old : null, block, toolId(block, index));
  }
}

function toolChunks(had: ToolBlock | null, block: ToolBlock, toolCallId: string): Chunk[] {
  const chunks: Chunk[] = [];
  const call = { toolCallId, toolName: block.name, dynamic: true as const };
  const providerMetadata = own({ startedAt: block.startedAt ?? undefined });
  if (!had) chunks.push({ type: "tool-input-start", ...call, providerMetadata });
  const inputTextDelta = block.argumentText.slice(had?.argumentText.length ?? 0);
  if (inputTextDelta && block.input === null) chunks.push({ type: "tool-input-delta", toolCallId, inputTextDelta });
  if (block.input !== null && !had?.input) {
    chunks.push({ type: "tool-input-available", ...call, input: block.input, providerMetadata });
  }
  if (block.result !== null && !had?.result) {
    const facts = own(resultFacts(block.result));
    chunks.push(
      block.result.isError
        ? { type: "tool-output-error", toolCallId, errorText: errorText(block.result.output), providerMetadata: facts }
        : { type: "tool-output-available", toolCallId, output: block.result.output, providerMetadata: facts },
    );
  }
  return chunks;
}

/** How a turn told again stands to what was shown: still catching up, at least as far, or something else. */
export function standing(again: TurnState, shown: TurnState): "behind" | "covers" | "differs" {
  let behind = again.blocks.length < shown.blocks.length || (shown.stop !== null && again.stop === null);
  for (const [index, block] of again.blocks.entries()) {
    const old = shown.blocks[index];
    if (!old) continue;
    if (block.kind === "tool" || old.kind === "tool") {
      if (block.kind !== "tool" || old.kind !== "tool" || block.callId !== old.callId) return "differs";
      if ((old.input && !block.input) || (old.result && !block.result)) behind = true;
      if (!block.input && block.argumentText.length < old.argumentText.length) behind = true;
    } else {
      if (block.kind !== old.kind) return "differs";
      if (block.text.length < old.text.length) {
        if (block.done || !old.text.startsWith(block.text)) return "differs";
        behind = true;
      } else if (!block.text.startsWith(old.text) || (old.done && block.text !== old.text)) return "differs";
      else if (old.done && !block.done) behind = true;
    }
  }
  return behind ? "behind" : "covers";
}
