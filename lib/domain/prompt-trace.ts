import { z } from "zod";
import { RecallWay } from "./recall-options.ts";

/** A text that is not kept: about how many tokens it has, and its SHA-256 in hex, by which it is known again. */
const Marked = z.object({ tokens: z.number(), hash: z.string() });

/** Which row something was made of, and as it was when. */
const Version = z.object({ id: z.string(), updatedAt: z.coerce.date() });

/**
 * What is kept of a turn's prompt for as long as the turn: numbers, ids and hashes, from which the prompt is drawn
 * again. No text of an agent, a doc, a user or a tool is in it.
 */
export const PromptTrace = z.object({
  /** Null: there was no system text. */
  system: Marked.nullable(),
  agent: Version,
  users: z.array(Version),
  /** The pieces of docs that were recalled, best first. */
  docs: z.array(z.object({ docId: z.string(), pieceId: z.string(), tokens: z.number() })),
  /** How these were looked for. Absent: nobody has looked, or nobody knows. */
  recall: RecallWay.optional(),
  /** Whether these were told by their numbers. Absent: they were not. */
  numbersPassages: z.boolean().optional(),
  /** The indexes of the turn. Absent: nobody knows. */
  indexIds: z.array(z.string()).optional(),
  /** The summary that stands for the messages before `from`. */
  summary: Marked.extend({ id: z.string() }).nullable(),
  tools: z.array(
    Marked.extend({
      /** Whose it is: the server's own, one of the agent, or one that came with the request. */
      of: z.enum(["server", "agent", "request"]),
      /** The id of an agent's tool; the name of any other. */
      id: z.string(),
    }),
  ),
  /** The first position of the line that the prompt was made from. */
  from: z.int(),
  /** The position after the last message of the past: that of the first new one. */
  upto: z.int(),
  /** Tokens that it might have; null: as many as it liked. */
  budget: z.number().nullable(),
  overflow: z.enum(["refuse", "truncate"]),
  /** So many messages were new, as they are stored. */
  newMessages: z.int(),
  /** Tokens of past and new messages, as they were sent. */
  pastTokens: z.number(),
  newTokens: z.number(),
});
export type PromptTrace = Readonly<z.infer<typeof PromptTrace>>;
