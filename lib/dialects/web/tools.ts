import { z } from "zod";
import type { Tool } from "../../domain/tool.ts";

const Mark = z.object({ open_to_strangers: z.boolean().optional() });

/** A tool's body with the mark that the web app knows besides: whether strangers who talk to a public bot may run it. */
export const markable = <Schema extends z.ZodType<Tool>>(tool: Schema) =>
  z.intersection(tool, Mark).transform(({ open_to_strangers, ...rest }): Tool => {
    return { ...rest, openToStrangers: open_to_strangers };
  });
