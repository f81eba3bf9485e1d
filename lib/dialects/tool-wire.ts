import { z } from "zod";
import type { Tool } from "../domain/tool.ts";
import type { ApiCallSpec as CoreApiCall, SystemSpec as CoreSystem, ToolBody } from "../domain/tool-spec.ts";
import { anyJson, jsonObject, LONG_TEXT, record, SHORT_TEXT, sized, text } from "./bounds.ts";

// A tool on the wire of Julep, and of the web app's own routes, which take it in the same shape: the contract, 3.4.

/** The types of tool; what a tool is stands under the key that equals its type. */
export const WIRE_TOOL_TYPES = [
  "function",
  "integration",
  "system",
  "api_call",
  "computer_20241022",
  "text_editor_20241022",
  "bash_20241022",
] as const;

const OPERATIONS = [
  "create",
  "update",
  "patch",
  "create_or_update",
  "embed",
  "change_status",
  "search",
  "chat",
  "history",
  "delete",
  "get",
  "list",
] as const;
type Operation = (typeof OPERATIONS)[number];

const object = jsonObject();
const texts = sized(record(text(LONG_TEXT)));
const any = anyJson()
  .optional()
  .transform((value) => value ?? null);
const orNull = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().transform((value) => value ?? null);

const FunctionSpec = z.object({
  name: any,
  description: any,
  parameters: orNull(object),
  /** Ours: a JSON schema of the result. */
  returns: object.nullish(),
});

const IntegrationSpec = z.object({
  provider: z.enum([
    "dummy",
    "weather",
    "wikipedia",
    "spider",
    "brave",
    "browserbase",
    "email",
    "mailgun",
    "remote_browser",
    "llama_parse",
    "ffmpeg",
    "cloudinary",
    "arxiv",
    "unstructured",
    "algolia",
    "mcp",
    "google_sheets",
  ]),
  method: orNull(text(SHORT_TEXT)),
  setup: any,
  arguments: any,
});

const SystemSpec = z.object({
  resource: z.enum(["agent", "user", "task", "execution", "doc", "session", "job"]),
  operation: z.enum(OPERATIONS),
  resource_id: orNull(z.guid()),
  subresource: orNull(z.enum(["tool", "doc", "execution", "transition"])),
  arguments: orNull(object),
});

const ApiCallSpec = z.object({
  method: z.enum(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"]),
  url: z.url().max(8192, { abort: true }),
  schema: orNull(object),
  headers: orNull(texts),
  content: orNull(text(LONG_TEXT)),
  data: orNull(object),
  files: orNull(object),
  json: orNull(object),
  cookies: orNull(texts),
  params: orNull(z.union([text(LONG_TEXT), object])),
  follow_redirects: orNull(z.boolean()),
  timeout: orNull(z.int()),
  params_schema: orNull(object),
  secrets: orNull(object),
  include_response_content: z.boolean().default(true),
});

const ComputerSpec = z.object({
  type: z.literal("computer_20241022").default("computer_20241022"),
  name: z.literal("computer").default("computer"),
  display_width_px: z.int().min(600).default(1024),
  display_height_px: z.int().min(400).default(768),
  display_number: z.int().min(1).max(10).default(1),
});

const TextEditorSpec = z.object({
  type: z.literal("text_editor_20241022").default("text_editor_20241022"),
  name: z.literal("str_replace_editor").default("str_replace_editor"),
});

const BashSpec = z.object({
  type: z.literal("bash_20241022").default("bash_20241022"),
  name: z.literal("bash").default("bash"),
});

const ToolFields = z.object({
  name: text(40)
    .min(1)
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/u, "Input should be an identifier: letters, digits and _, not a digit first"),
  type: z.enum(WIRE_TOOL_TYPES),
  description: orNull(text(16_000)),
  function: FunctionSpec.nullish(),
  integration: IntegrationSpec.nullish(),
  system: SystemSpec.nullish(),
  api_call: ApiCallSpec.nullish(),
  computer_20241022: ComputerSpec.nullish(),
  text_editor_20241022: TextEditorSpec.nullish(),
  bash_20241022: BashSpec.nullish(),
});

/**
 * A tool to be made, or for one call. The object under the key that equals `type` counts; the others are checked only.
 */
export const CreateTool = ToolFields.transform((tool, context): Tool => {
  const { name, type, description } = tool;
  const body = decodeBody(tool);
  if (body) return { name, description, ...body };
  const missing = { path: [type], message: "Field required", params: { type: "missing" } };
  context.addIssue({ code: "custom", input: tool, ...missing });
  return z.NEVER;
});

/** What a tool is; undefined where the object that says so is missing and has no defaults. */
function decodeBody(tool: z.output<typeof ToolFields>): ToolBody | undefined {
  switch (tool.type) {
    case "function":
      return { type: "function", spec: tool.function ?? null };
    case "integration":
      return tool.integration ? { type: "integration", spec: tool.integration } : undefined;
    case "system":
      return tool.system ? { type: "system", spec: decodeSystem(tool.system) } : undefined;
    case "api_call":
      return tool.api_call ? { type: "api-call", spec: decodeApiCall(tool.api_call) } : undefined;
    case "computer_20241022": {
      const screen = tool.computer_20241022 ?? ComputerSpec.parse({});
      const { display_width_px: widthPx, display_height_px: heightPx, display_number: displayNumber } = screen;
      return { type: "computer", spec: { widthPx, heightPx, displayNumber } };
    }
    case "text_editor_20241022":
      return { type: "text-editor", spec: null };
    case "bash_20241022":
      return { type: "shell", spec: null };
    default:
      return tool.type satisfies never;
  }
}

function decodeOperation(word: Operation): CoreSystem["operation"] {
  if (word === "create_or_update") return "create-or-update";
  return word === "change_status" ? "change-status" : word;
}

function encodeOperation(operation: CoreSystem["operation"]): Operation {
  if (operation === "create-or-update") return "create_or_update";
  return operation === "change-status" ? "change_status" : operation;
}

const decodeSystem = (wire: z.output<typeof SystemSpec>): CoreSystem => ({
  resource: wire.resource,
  subresource: wire.subresource,
  operation: decodeOperation(wire.operation),
  resourceId: wire.resource_id,
  arguments: wire.arguments,
});

const encodeSystem = (spec: CoreSystem): z.output<typeof SystemSpec> => ({
  resource: spec.resource,
  operation: encodeOperation(spec.operation),
  resource_id: spec.resourceId,
  subresource: spec.subresource,
  arguments: spec.arguments,
});

const decodeApiCall = (wire: z.output<typeof ApiCallSpec>): CoreApiCall => ({
  method: wire.method,
  url: wire.url,
  headers: wire.headers,
  cookies: wire.cookies,
  query: wire.params,
  bytes: wire.content,
  form: wire.data,
  json: wire.json,
  files: wire.files,
  secrets: wire.secrets,
  followRedirects: wire.follow_redirects,
  timeoutSeconds: wire.timeout,
  parameters: wire.params_schema,
  schema: wire.schema,
  givesBody: wire.include_response_content,
});

const encodeApiCall = (spec: CoreApiCall): z.output<typeof ApiCallSpec> => ({
  method: spec.method,
  url: spec.url,
  schema: spec.schema,
  headers: spec.headers,
  content: spec.bytes,
  data: spec.form,
  files: spec.files,
  json: spec.json,
  cookies: spec.cookies,
  params: spec.query,
  follow_redirects: spec.followRedirects,
  timeout: spec.timeoutSeconds,
  params_schema: spec.parameters,
  secrets: spec.secrets,
  include_response_content: spec.givesBody,
});

/** The type of a tool on the wire, and what stands under the key that equals it. */
export function encodeBody(tool: ToolBody): {
  readonly type: (typeof WIRE_TOOL_TYPES)[number];
  readonly spec: unknown;
} {
  switch (tool.type) {
    case "function":
    case "integration":
      return { type: tool.type, spec: tool.spec };
    case "system":
      return { type: "system", spec: encodeSystem(tool.spec) };
    case "api-call":
      return { type: "api_call", spec: encodeApiCall(tool.spec) };
    case "computer": {
      const { widthPx, heightPx, displayNumber } = tool.spec;
      const display = { display_width_px: widthPx, display_height_px: heightPx, display_number: displayNumber };
      return { type: "computer_20241022", spec: ComputerSpec.parse(display) };
    }
    case "text-editor":
      return { type: "text_editor_20241022", spec: TextEditorSpec.parse({}) };
    case "shell":
      return { type: "bash_20241022", spec: BashSpec.parse({}) };
    default:
      return tool satisfies never;
  }
}
