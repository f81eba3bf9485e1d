import type { z } from "zod";
import { SHORT_TEXT, text } from "./bounds.ts";

/** A whole number in a query: a text that spells one, which `schema` then bounds. */
export const integerText = (schema: z.ZodNumber) =>
  text(SHORT_TEXT)
    .refine((spelled) => /^[+-]?\d+$/.test(spelled.trim()), {
      error: "Input should be a valid integer, unable to parse string as an integer",
      params: { type: "int_parsing" },
      abort: true,
    })
    .transform(Number)
    .pipe(schema)
    // The reference tells what the text must spell.
    .meta({
      type: "integer",
      minimum: schema.minValue,
      ...(Number.isFinite(schema.maxValue) ? { maximum: schema.maxValue } : {}),
    });
