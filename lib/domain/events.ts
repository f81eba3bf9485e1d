import { z } from "zod";
import type { Part } from "./message.ts";
import { ProviderData } from "./provider-data.ts";
import { CallCut } from "./tool.ts";

const FinishReason = z.enum(["stop", "length", "content-filter", "tool-calls"]);
const TokenCount = z.number().nullable();
export const TurnUsage = z.object({ inputTokens: TokenCount, outputTokens: TokenCount, isEstimated: z.boolean() });
export type TurnUsage = z.infer<typeof TurnUsage>;

/**
 * What ended a turn that would have gone on calling tools: its number of steps, its time, or that it went in circles.
 */
export const TURN_LIMITS = ["steps", "time", "repeats"] as const;
const TurnLimit = z.enum(TURN_LIMITS);
export type TurnLimit = z.infer<typeof TurnLimit>;

const Ended = { usage: TurnUsage, durationMs: z.number(), steps: z.number(), model: z.string().nullable() };

/**
 * What a turn yields, in order. Events of a run are numbered from 1.
 *
 * A step is one model call: `step-start`, blocks that never interleave, calls, `step-end`; then one `tool-result` for
 * each call that the server runs, as each finishes. The last event is `turn-end` or `turn-error`.
 */
export const TurnEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("turn-start"), runId: z.string(), at: z.number() }),
  /** The provider has accepted the call. `messageId` is the id its message will be stored under. */
  z.object({ type: z.literal("step-start"), messageId: z.string(), model: z.string(), at: z.number() }),
  z.object({ type: z.literal("reasoning-start") }),
  z.object({ type: z.literal("reasoning-delta"), text: z.string() }),
  z.object({ type: z.literal("reasoning-end"), durationMs: z.number() }),
  z.object({ type: z.literal("text-start"), continues: z.literal(true).optional() }),
  z.object({ type: z.literal("text-delta"), text: z.string() }),
  /** `wasThoughts`: what was told as text since its start were thoughts, as one knows now. */
  z.object({ type: z.literal("text-end"), wasThoughts: z.literal(true).optional() }),
  z.object({ type: z.literal("tool-input-delta"), callId: z.string(), name: z.string(), text: z.string() }),
  z.object({ type: z.literal("tool-call"), callId: z.string(), name: z.string(), input: z.unknown() }),
  /** For the provider of the step alone. */
  ProviderData.extend({ type: z.literal("provider-data") }),
  /** What was done to make a model call possible, or is odd about its answer. */
  z.object({ type: z.literal("notice"), text: z.string() }),
  z.object({
    type: z.literal("step-end"),
    finishReason: FinishReason.nullable(),
    usage: z.object({ inputTokens: TokenCount, outputTokens: TokenCount }),
  }),
  z.object({
    type: z.literal("tool-result"),
    messageId: z.string(),
    callId: z.string(),
    name: z.string(),
    output: z.unknown(),
    isError: z.boolean(),
    cut: CallCut.optional(),
    /** The server's own tool has found passages of documents. */
    tellsPassages: z.literal(true).optional(),
    durationMs: z.number(),
    at: z.number(),
  }),
  z.object({
    type: z.literal("turn-end"),
    finishReason: FinishReason,
    /** Calls that wait for the caller's answer. */
    pendingCallIds: z.array(z.string()),
    limit: TurnLimit.optional(),
    ...Ended,
  }),
  z.object({
    type: z.literal("turn-error"),
    status: z.enum(["failed", "cancelled", "interrupted"]),
    code: z.string(),
    message: z.string(),
    ...Ended,
  }),
]);
export type TurnEvent = z.infer<typeof TurnEvent>;
export type LastEvent = Extract<TurnEvent, { type: "turn-end" | "turn-error" }>;

export const isLast = (event: TurnEvent): event is LastEvent =>
  event.type === "turn-end" || event.type === "turn-error";

/** A message that a turn has produced so far. */
export type TurnMessage = {
  readonly id: string;
  readonly role: "assistant" | "tool";
  readonly parts: readonly Part[];
  readonly model: string | null;
  readonly at: number;
  /** Whether its step has ended: only the last message of a running turn may be open. */
  readonly isClosed: boolean;
};
