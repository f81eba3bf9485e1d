import { z } from "zod";

/** The seven types of tool on the wire of Julep; `builtin` are Parley's own, which are not stored. */
export const TOOL_TYPES = [
  "function",
  "integration",
  "system",
  "api_call",
  "computer_20241022",
  "text_editor_20241022",
  "bash_20241022",
] as const;
export type ToolType = (typeof TOOL_TYPES)[number];

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool as a model is told of it. */
export type ToolDefinition = {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: JsonSchema;
};

/** A tool of an agent or of one request. `spec` is the object under the key that equals `type`. */
export const Tool = z.object({
  name: z.string(),
  type: z.enum(TOOL_TYPES),
  description: z.string().nullable(),
  spec: z.unknown(),
  /** Whether strangers who talk to the agent as a public bot may have it run. Absent: they may not. */
  openToStrangers: z.boolean().optional(),
});
export type Tool = Readonly<z.infer<typeof Tool>>;

const SERVER_TOOL_TYPES = ["integration", "system", "api_call"] as const satisfies readonly ToolType[];

/** A tool that the server runs, where it is to; the others are their caller's. */
export type ServerTool = Tool & { readonly type: (typeof SERVER_TOOL_TYPES)[number] };

export const isServerTool = (tool: Tool): tool is ServerTool => SERVER_TOOL_TYPES.some((type) => type === tool.type);

/** Whether a tool may be opened to strangers: one that the server runs, and that does not act for the owner's account. */
export const canBeOpen = (tool: Pick<Tool, "type">): boolean => tool.type === "api_call" || tool.type === "integration";

export type StoredTool = Tool & {
  readonly id: string;
  readonly openToStrangers: boolean;
  readonly agentId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export type ToolCall = {
  readonly callId: string;
  readonly name: string;
  /** The arguments: an object, or the raw text where a model sent something else. */
  readonly input: unknown;
};

export type ToolResult = {
  readonly callId: string;
  readonly name: string;
  readonly output: unknown;
  readonly isError: boolean;
  readonly durationMs: number;
};
