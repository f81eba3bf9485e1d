import { z } from "zod";
import { seesSecrets } from "../../core/reach.ts";
import type { Scope } from "../../core/scope.ts";
import type { OffsetPage } from "../../db/page.ts";
import type { Part } from "../../domain/message.ts";
import type { StoredTool, Tool, ToolCall } from "../../domain/tool.ts";
import { withoutToolSecrets } from "../../domain/tool-secrets.ts";
import { CreateTool, encodeBody, WIRE_TOOL_TYPES } from "../tool-wire.ts";
import { invalidBody } from "./errors.ts";

// Tools and tool calls on the wire: the contract, 3.3 and 3.4.

export { CreateTool };

/** A change of a tool. What it says is checked together with what it leaves. */
export const ToolPatch = z.record(z.string(), z.unknown());

/** A tool with what the body names changed. A new type takes a spec of its own. Throws "invalid". */
export function decodeToolPatch(old: Tool, body: z.output<typeof ToolPatch>): Tool {
  const changed = { ...encodeTool(old), ...body };
  const parsed = CreateTool.safeParse(changed);
  if (parsed.success) return parsed.data;
  throw invalidBody(parsed.error, changed);
}

/** The tools of one page of an agent's. */
export function toolPage(tools: readonly StoredTool[], { limit, offset, sortBy, direction }: OffsetPage): StoredTool[] {
  const way = direction === "asc" ? 1 : -1;
  const order = (a: StoredTool, b: StoredTool) =>
    way * (a[sortBy].getTime() - b[sortBy].getTime() || (a.id < b.id ? -1 : 1));
  return tools.toSorted(order).slice(offset, offset + limit);
}

const unusedSpecs = {
  function: null,
  integration: null,
  system: null,
  api_call: null,
  computer_20241022: null,
  text_editor_20241022: null,
  bash_20241022: null,
};

/** A tool in create shape, all seven keys present. */
export function encodeTool(tool: Tool) {
  const { name, description } = tool;
  const { type, spec } = encodeBody(tool);
  return { name, type, description, ...unusedSpecs, [type]: spec };
}

/** A tool of an agent, as a caller sees it: to a key that is narrowed to reading or to one agent its secrets are hidden. */
export const encodeToolFor = (reader: Pick<Scope, "keyScopes" | "onlyAgentId">, tool: StoredTool) =>
  encodeStoredTool(seesSecrets(reader) ? tool : withoutToolSecrets(tool));

const encodeStoredTool = (tool: StoredTool) => ({
  id: tool.id,
  created_at: tool.createdAt.toISOString(),
  updated_at: tool.updatedAt.toISOString(),
  ...encodeTool(tool),
});

const Computer = z.object({
  action: z.enum([
    "key",
    "type",
    "cursor_position",
    "mouse_move",
    "left_click",
    "right_click",
    "middle_click",
    "double_click",
    "screenshot",
  ]),
  text: z.string().nullish(),
  coordinate: z.array(z.int()).nullish(),
});
const TextEditor = z.object({
  command: z.enum(["str_replace", "insert", "view", "undo_edit"]),
  path: z.string(),
  file_text: z.string().nullish(),
  insert_line: z.int().nullish(),
  new_str: z.string().nullish(),
  old_str: z.string().nullish(),
  view_range: z.array(z.int()).nullish(),
});
// Strict, since all of its fields may be missing: it would take anything for a call of its own.
const Bash = z.strictObject({ command: z.string().nullish(), restart: z.boolean().default(false) });

const WrappedCall = z.object({
  id: z.string().nullish(),
  type: z.enum(WIRE_TOOL_TYPES).default("function"),
  function: z.object({ name: z.string(), arguments: z.string().nullish() }).nullish(),
  integration: z.unknown().optional(),
  system: z.unknown().optional(),
  api_call: z.unknown().optional(),
  computer_20241022: Computer.nullish(),
  text_editor_20241022: TextEditor.nullish(),
  bash_20241022: Bash.nullish(),
});

/** A call that an earlier answer made: wrapped, or the bare object of a computer, editor or bash call. */
export const WireCall = z.union([
  Computer.transform((input) => ({ id: null, name: "computer", input: input as unknown })),
  TextEditor.transform((input) => ({ id: null, name: "str_replace_editor", input: input as unknown })),
  WrappedCall.refine((call) => call.function || call[call.type], {
    error: "Field required",
    path: ["function"],
    params: { type: "missing" },
  }).transform((call) => ({ id: call.id ?? null, ...unwrapped(call) })),
  Bash.transform((input) => ({ id: null, name: "bash", input: input as unknown })),
]);

function unwrapped(call: z.output<typeof WrappedCall>): { readonly name: string; readonly input: unknown } {
  if (call.function) return { name: call.function.name, input: parsedArguments(call.function.arguments) };
  if (call.type === "computer_20241022") return { name: "computer", input: call.computer_20241022 };
  if (call.type === "text_editor_20241022") return { name: "str_replace_editor", input: call.text_editor_20241022 };
  if (call.type === "bash_20241022") return { name: "bash", input: call.bash_20241022 };
  return { name: call.type, input: call[call.type] };
}

function parsedArguments(text: string | null | undefined): unknown {
  if (!text?.trim()) return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A model's call on the wire. `arguments` is always JSON text; what a model sent instead stands as it came. */
export const encodeCall = ({ callId, name, input }: ToolCall) => ({
  id: callId,
  type: "function" as const,
  ...unusedSpecs,
  function: { name, arguments: typeof input === "string" ? input : JSON.stringify(input ?? {}) },
});
export type EncodedCall = ReturnType<typeof encodeCall>;

/** The calls among a message's parts. */
export const callsOf = (parts: readonly Part[]): EncodedCall[] =>
  parts.flatMap((part) => (part.type === "tool-call" ? [encodeCall(part)] : []));
