import { z } from "zod";
import type { StoredTool, Tool } from "../../domain/tool.ts";
import { CreateTool, encodeBody } from "../tool-wire.ts";

/** A tool as the web app sets it: in Julep's shape, and whether strangers who talk to a public bot may run it. */
export const ToolInput = z
  .intersection(CreateTool, z.object({ open_to_strangers: z.boolean().optional() }))
  .transform(({ open_to_strangers, ...tool }): Tool => ({ ...tool, openToStrangers: open_to_strangers }));

/** A tool; `spec` says how it is called, by its type. */
export const encodeTool = (tool: StoredTool) => ({
  id: tool.id,
  name: tool.name,
  description: tool.description,
  ...encodeBody(tool),
  open_to_strangers: tool.openToStrangers,
});
