import { z } from "zod";
import { toChatError } from "./errors.ts";
import { ToolBody, type ToolType } from "./tool-spec.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool as a model is told of it. */
export type ToolDefinition = {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: JsonSchema;
  /** Whether the model may do without it: a provider that takes no tools is asked without. Absent: it may not. */
  readonly isOptional?: boolean;
};

const Head = z.object({
  name: z.string(),
  description: z.string().nullable(),
  /** Whether strangers who talk to the agent as a public bot may have it run. Absent: they may not. */
  openToStrangers: z.boolean().optional(),
});

/** A tool of an agent or of one request. */
export const Tool = z.intersection(Head, ToolBody);
export type Tool = Readonly<z.infer<typeof Head>> & ToolBody;

/** A tool of an agent, as the database has it. */
export const StoredTool = z.intersection(
  Head.extend({
    id: z.string(),
    agentId: z.string(),
    openToStrangers: z.boolean(),
    createdAt: z.coerce.date(),
    updatedAt: z.coerce.date(),
  }),
  ToolBody,
);
export type StoredTool = Readonly<z.infer<typeof StoredTool>>;

const SERVER_TOOL_TYPES = ["integration", "system", "api-call"] as const satisfies readonly ToolType[];

/** A tool that the server runs, where it is to; the others are their caller's. */
export type ServerTool = Tool & { readonly type: (typeof SERVER_TOOL_TYPES)[number] };

export const isServerTool = (tool: Tool): tool is ServerTool => SERVER_TOOL_TYPES.some((type) => type === tool.type);

/**
 * Whether a tool may be opened to strangers: one that the server runs, and that does not act for the owner's account.
 */
export const canBeOpen = ({ type }: Pick<Tool, "type">): boolean => type === "api-call" || type === "integration";

export type ToolCall = {
  readonly callId: string;
  readonly name: string;
  /** The arguments: an object, or the raw text where a model sent something else. */
  readonly input: unknown;
};

/** Why a call has no answer of its tool, though it may have run: its turn was ended, or its process went. */
export const CallCut = z.enum(["cancelled", "interrupted"]);
export type CallCut = z.infer<typeof CallCut>;

/** What the end of a turn for this reason means to its open calls; undefined: they failed. */
export const cutBy = (reason: unknown): CallCut | undefined => CallCut.safeParse(toChatError(reason).code).data;

export type ToolResult = {
  readonly callId: string;
  readonly name: string;
  readonly output: unknown;
  readonly isError: boolean;
  readonly cut?: CallCut;
  readonly durationMs: number;
};
