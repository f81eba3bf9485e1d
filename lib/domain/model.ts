import { z } from "zod";
import type { FilePart } from "./message.ts";
import type { ProviderData } from "./provider-data.ts";
import type { ToolDefinition } from "./tool.ts";

/** Tokens of one model call or of a whole turn; null where the provider said nothing. */
export type Usage = { readonly inputTokens: number | null; readonly outputTokens: number | null };

export type FinishReason = "stop" | "length" | "content-filter" | "tool-calls";

/** Settings of one model call. Absent means: the provider's default. */
export const ModelSettings = z
  .object({
    model: z.string(),
    temperature: z.number(),
    topP: z.number(),
    maxTokens: z.number(),
    stop: z.array(z.string()).readonly(),
    seed: z.number(),
    frequencyPenalty: z.number(),
    presencePenalty: z.number(),
    logitBias: z.record(z.string(), z.number()).readonly(),
    responseFormat: z.union([
      z.object({ type: z.enum(["text", "json_object"]) }),
      z.object({
        type: z.literal("json_schema"),
        schema: z.record(z.string(), z.unknown()).readonly(),
        /** What was said of the schema, such as its name; absent: it was given alone. No model is told of it. */
        beside: z.record(z.string(), z.unknown()).readonly().optional(),
      }),
    ]),
  })
  .partial();
export type ModelSettings = Readonly<z.infer<typeof ModelSettings>>;

/** A part as a model gets it. */
export type ReadyPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly url: string; readonly detail?: "low" | "high" | "auto" };
/** A part of a prompt: the content of a file is read when the model is called. */
export type PromptPart = ReadyPart | Readonly<FilePart>;

type MessageOf<Part> =
  | { readonly role: "system"; readonly text: string }
  | { readonly role: "user"; readonly name?: string; readonly parts: readonly Part[] }
  | {
      readonly role: "assistant";
      readonly name?: string;
      readonly text: string;
      readonly calls: readonly { readonly callId: string; readonly name: string; readonly input: unknown }[];
      /** What the provider that said it wants back, and its thoughts. For that provider alone. */
      readonly provider?: ProviderData & { readonly thoughts?: string };
    }
  | {
      readonly role: "tool";
      readonly callId: string;
      readonly name: string;
      readonly output: unknown;
      readonly isError: boolean;
    };
/** One message of a prompt. */
export type PromptMessage = MessageOf<PromptPart>;
/** One message as the model gets it. */
export type ReadyMessage = MessageOf<ReadyPart>;

export const ToolChoice = z.union([z.enum(["auto", "none"]), z.object({ name: z.string() }).readonly()]);
export type ToolChoice = z.infer<typeof ToolChoice>;

/** One model call. */
export type ModelRequest = {
  readonly model: string;
  /** What it is for: the demo model answers a title differently from a turn. */
  readonly purpose: "turn" | "title" | "summary";
  readonly messages: readonly ReadyMessage[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  readonly settings: ModelSettings;
  readonly signal: AbortSignal;
  /** Whether the oldest messages may be left out where the provider has no room for all. Absent: they may not. */
  readonly mayCut?: boolean;
  /** A key for the provider that came with the request, instead of the server's own. Never stored, never logged. */
  readonly apiKey?: string;
  readonly endUser?: string;
};

/** What a model call yields, in order. `start` when the provider has accepted it. */
export type ModelEvent =
  | { readonly type: "start" }
  | { readonly type: "reasoning-start" }
  | { readonly type: "reasoning-delta"; readonly text: string }
  | { readonly type: "reasoning-end" }
  | { readonly type: "text-start" }
  | { readonly type: "text-delta"; readonly text: string }
  /** `wasThoughts`: what was told as text since its start were thoughts, as one knows now. */
  | { readonly type: "text-end"; readonly wasThoughts?: true }
  | { readonly type: "tool-input-delta"; readonly callId: string; readonly name: string; readonly text: string }
  /** `kept`: what the provider wants back with the call. */
  | {
      readonly type: "tool-call";
      readonly callId: string;
      readonly name: string;
      readonly input: string;
      readonly kept?: unknown;
    }
  /** What the provider wants back with the message; behind its calls. */
  | ({ readonly type: "provider-data" } & Omit<ProviderData, "calls">)
  /** What was done to make the call possible, or is odd about it, in a sentence. It may come before "start". */
  | { readonly type: "notice"; readonly text: string }
  | { readonly type: "finish"; readonly reason: FinishReason; readonly usage: Usage };

/**
 * Calls a language model.
 *
 * Yields batches: what arrived in one tick of the event loop comes together, never an empty batch. Throws ChatError
 * "model-refused" or "model-failed"; aborting `signal` closes the connection to the provider and throws its reason.
 */
export type CallModel = (request: ModelRequest) => AsyncIterable<readonly ModelEvent[]>;

/** What a million tokens cost in US dollars; a part that nobody tells is null. */
export type ModelPrice = { readonly input: number | null; readonly output: number | null };

/** What is known of a model by its provider's list and its refusals. Null: nobody says; nothing of it is guessed. */
export type ModelFacts = {
  /** The tokens that its window holds. */
  readonly contextWindow: number | null;
  /** Whether it takes tools. */
  readonly tools: boolean | null;
  /** Whether it sees images. */
  readonly images: boolean | null;
  /** Whether it reasons before it answers, or can. */
  readonly reasoning: boolean | null;
  readonly price: ModelPrice | null;
};

/** A model that may be asked for. */
export type ModelInfo = ModelFacts & {
  readonly id: string;
  /** What its provider calls it for people; null: as its id. */
  readonly label: string | null;
  /** The name of the provider that the account has added and that has it; null: the server's own. */
  readonly provider: string | null;
  /** Whether one can chat with it, as far as its entry and its name tell. */
  readonly isChat: boolean;
};

/** A model of which nothing is known but its id. */
export const unknownModel = (id: string): ModelInfo => ({
  id,
  label: null,
  provider: null,
  isChat: true,
  contextWindow: null,
  tools: null,
  images: null,
  reasoning: null,
  price: null,
});

/** Vectors, one for each text, all of one length, and the tokens that the texts came to, null where nobody says. */
export type Embedded = { readonly vectors: readonly (readonly number[])[]; readonly tokens: number | null };

/** Turns at most 100 texts into vectors. Throws as `CallModel` does. */
export type EmbedTexts = (
  texts: readonly string[],
  options: { readonly signal: AbortSignal; readonly apiKey?: string },
) => Promise<Embedded>;
