import { z } from "zod";
import { ProviderData } from "./provider-data.ts";
import { CallCut } from "./tool.ts";

/** A piece of a message, as stored in `Message.parts`. */
export const Part = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("text"),
    text: z.string(),
    /** The block goes on where the text before it broke off. */
    continues: z.literal(true).optional(),
  }),
  z.object({ type: z.literal("image"), url: z.string(), detail: z.enum(["low", "high", "auto"]).optional() }),
  z.object({
    type: z.literal("file"),
    fileId: z.string(),
    /** What it was called when it was attached. */
    name: z.string(),
    mediaType: z.string(),
    /** In bytes. */
    size: z.number(),
    detail: z.enum(["low", "high", "auto"]).optional(),
    /** The most tokens of its text that models get to read. */
    mostTokens: z.number().optional(),
  }),
  z.object({ type: z.literal("reasoning"), text: z.string(), durationMs: z.number().optional() }),
  z.object({ type: z.literal("tool-call"), callId: z.string(), name: z.string(), input: z.unknown() }),
  z.object({
    type: z.literal("tool-result"),
    callId: z.string(),
    name: z.string(),
    output: z.unknown(),
    isError: z.boolean(),
    cut: CallCut.optional(),
    /** The server's own tool has found passages of documents. Nothing that a caller sends has it. */
    tellsPassages: z.literal(true).optional(),
    durationMs: z.number().optional(),
  }),
  /** What was done to make the model call possible, or is odd about its answer. */
  z.object({ type: z.literal("notice"), text: z.string() }),
  /** For the provider that made the message, and for nobody else. */
  ProviderData.extend({ type: z.literal("provider-data") }),
]);
export type Part = z.infer<typeof Part>;
/** A stored file that belongs to a message. */
export type FilePart = Extract<Part, { readonly type: "file" }>;

export type Role = "system" | "user" | "assistant" | "tool";

/** Where a message came from. Julep shows it as the entry's `source`. */
export type Source = "api_request" | "api_response" | "tool_request" | "tool_response" | "internal" | "meta";

export const NewMessage = z.object({
  id: z.string(),
  role: z.enum(["system", "user", "assistant", "tool"]),
  name: z.string().nullable(),
  source: z.enum(["api_request", "api_response", "tool_request", "tool_response", "internal", "meta"]),
  parts: z.array(Part),
  /** The model that made it, null for what a caller sent. */
  model: z.string().nullable(),
  createdAt: z.coerce.date(),
});
/** A message before it has a place in a session. */
export type NewMessage = z.infer<typeof NewMessage>;

export type Message = NewMessage & {
  readonly position: number;
  readonly branchId: string;
  readonly runId: string | null;
  readonly tokenCount: number | null;
  /** What counted the tokens; null: they are guessed from the length. */
  readonly tokenizer: string | null;
};

/** All text of a message, one part a line. */
export const messageText = (parts: readonly Part[]): string =>
  parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
