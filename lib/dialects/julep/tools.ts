import { z } from "zod";
import { seesSecrets } from "../../core/reach.ts";
import type { Scope } from "../../core/scope.ts";
import type { OffsetPage } from "../../db/page.ts";
import { exactJson, parseExact } from "../../domain/exact-numbers.ts";
import { JSON_VALUES, jsonShape } from "../../domain/json-shape.ts";
import type { Part } from "../../domain/message.ts";
import { storableJson } from "../../domain/text.ts";
import type { StoredTool, Tool, ToolCall } from "../../domain/tool.ts";
import { withoutToolSecrets } from "../../domain/tool-secrets.ts";
import { anyJson, jsonObject, LONG_TEXT, list, MESSAGE_TEXT, SHORT_TEXT, text } from "../bounds.ts";
import { CreateTool, encodeBody, WIRE_TOOL_TYPES } from "../tool-wire.ts";
import { invalidBody } from "./errors.ts";

// Tools and tool calls on the wire: the contract, 3.3 and 3.4.

export { CreateTool };

/** A change of a tool. What it says is checked together with what it leaves. */
export const ToolPatch = jsonObject();

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

/**
 * A tool of an agent, as a caller sees it: to a key that is narrowed to reading or to one agent its secrets are hidden.
 */
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
  text: text(LONG_TEXT).nullish(),
  coordinate: list(z.int(), 16).nullish(),
});
const TextEditor = z.object({
  command: z.enum(["str_replace", "insert", "view", "undo_edit"]),
  path: text(4096),
  file_text: text(MESSAGE_TEXT).nullish(),
  insert_line: z.int().nullish(),
  new_str: text(MESSAGE_TEXT).nullish(),
  old_str: text(MESSAGE_TEXT).nullish(),
  view_range: list(z.int(), 16).nullish(),
});
// Strict, since all of its fields may be missing: it would take anything for a call of its own.
const Bash = z.strictObject({ command: text(LONG_TEXT).nullish(), restart: z.boolean().default(false) });

const WrappedCall = z.object({
  id: text(SHORT_TEXT).nullish(),
  type: z.enum(WIRE_TOOL_TYPES).default("function"),
  function: z.object({ name: text(SHORT_TEXT), arguments: text(LONG_TEXT).nullish() }).nullish(),
  integration: anyJson().optional(),
  system: anyJson().optional(),
  api_call: anyJson().optional(),
  computer_20241022: Computer.nullish(),
  text_editor_20241022: TextEditor.nullish(),
  bash_20241022: Bash.nullish(),
});

/**
 * A call that an earlier answer made: wrapped, or the bare object of a computer, editor or bash call. `isWritten`: its
 * input is a text, which `argumentReader` reads.
 */
export const WireCall = z.union([
  Computer.transform((input) => ({ id: null, name: "computer", input: input as unknown, isWritten: false })),
  TextEditor.transform((input) => ({
    id: null,
    name: "str_replace_editor",
    input: input as unknown,
    isWritten: false,
  })),
  WrappedCall.refine((call) => call.function || call[call.type], {
    error: "Field required",
    path: ["function"],
    params: { type: "missing" },
  }).transform((call) => ({ id: call.id ?? null, ...unwrapped(call) })),
  Bash.transform((input) => ({ id: null, name: "bash", input: input as unknown, isWritten: false })),
]);

type Unwrapped = { readonly name: string; readonly input: unknown; readonly isWritten: boolean };

function unwrapped(call: z.output<typeof WrappedCall>): Unwrapped {
  const plain = { isWritten: false };
  if (call.function) return { name: call.function.name, input: call.function.arguments ?? "", isWritten: true };
  if (call.type === "computer_20241022") return { ...plain, name: "computer", input: call.computer_20241022 };
  if (call.type === "text_editor_20241022")
    return { ...plain, name: "str_replace_editor", input: call.text_editor_20241022 };
  if (call.type === "bash_20241022") return { ...plain, name: "bash", input: call.bash_20241022 };
  return { ...plain, name: call.type, input: call[call.type] };
}

/**
 * Reads the inputs of a body's calls. What is no JSON stays a text, and so does what comes behind the first 100,000
 * values of all: JSON within texts is not counted where the body is read.
 */
export function argumentReader(): (call: z.output<typeof WireCall>) => unknown {
  let left = JSON_VALUES;
  return ({ input, isWritten }) => {
    if (!isWritten || typeof input !== "string") return input;
    if (input.trim() === "") return {};
    const { values, over } = jsonShape(input, { values: left });
    if (over !== null) return input;
    left -= values;
    try {
      return storableJson(parseExact(input));
    } catch {
      return input;
    }
  };
}

/** A model's call on the wire. `arguments` is always JSON text; what a model sent instead stands as it came. */
export const encodeCall = ({ callId, name, input }: ToolCall) => ({
  id: callId,
  type: "function" as const,
  ...unusedSpecs,
  function: { name, arguments: typeof input === "string" ? input : exactJson(input ?? {}) },
});
export type EncodedCall = ReturnType<typeof encodeCall>;

/** The calls among a message's parts. */
export const callsOf = (parts: readonly Part[]): EncodedCall[] =>
  parts.flatMap((part) => (part.type === "tool-call" ? [encodeCall(part)] : []));
