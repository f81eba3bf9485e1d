import { z } from "zod";

const Piece = z.object({
  position: z.number(),
  content: z.string(),
  startChar: z.number(),
  endChar: z.number(),
  pageFrom: z.number().nullable(),
  pageTo: z.number().nullable(),
  headings: z.array(z.string()).readonly(),
  tokens: z.number(),
});

/**
 * What the process that reads a document says, one JSON value a line. The last line is none of pieces. `jpeg` is in
 * base64.
 */
export const Said = z.discriminatedUnion("type", [
  z.object({ type: z.literal("pieces"), pieces: z.array(Piece).readonly(), progress: z.number() }),
  z.object({
    type: z.literal("end"),
    characters: z.number(),
    pages: z.number().nullable(),
    emptyPages: z.number().nullable(),
  }),
  z.object({ type: z.literal("picture"), jpeg: z.string() }),
  z.object({ type: z.literal("refused"), sentence: z.string() }),
  z.object({ type: z.literal("failed"), reason: z.string() }),
]);
export type Said = z.infer<typeof Said>;

/** Why such a process was ended by its watch. */
export type Limit = "memory" | "time" | "orphan";
