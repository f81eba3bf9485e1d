import { z } from "zod";
import { count, fault, id, time } from "../reference.ts";

// What callers get: the project's contract, sections 3 to 6.

export const ChatAnswer = z.strictObject({ content: z.string() }).meta({ id: "BotAnswer" });

export const Bot = z
  .strictObject({
    uid: id,
    slug: z.string().nullable(),
    name: z.string(),
    description: z.string(),
    instructions: z.string(),
    model: z.string().nullable(),
    temperature: z.number().nullable(),
    max_tokens: count.nullable(),
    is_public: z.boolean(),
    owner: id,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Bot" });
export const BotPage = z.strictObject({ items: z.array(Bot) });

export const Failure = z
  .strictObject({
    detail: z.union([z.string(), z.array(fault.omit({ input: true }))]),
  })
  .meta({ id: "BotError" });

export const ChatPiece = z
  .strictObject({
    content: z.string(),
    error: z.strictObject({ message: z.string(), type: z.literal("upstream_error") }).optional(),
  })
  .meta({ id: "BotPiece" });
