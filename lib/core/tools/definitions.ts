import { z } from "zod";
import type { JsonSchema, Tool, ToolDefinition } from "../../domain/tool.ts";

const FunctionSpec = z.object({ parameters: z.record(z.string(), z.unknown()).nullish() }).nullish();
const object = (properties: JsonSchema, required: readonly string[]): JsonSchema => ({
  type: "object",
  properties,
  required,
});
const text = { type: "string" };
const anyObject: JsonSchema = { type: "object", properties: {} };

const ApiCallSpec = z.object({
  params_schema: z.record(z.string(), z.unknown()).nullish(),
  schema: z.record(z.string(), z.unknown()).nullish(),
});
const SystemSpec = z.object({
  resource: z.string(),
  operation: z.string(),
  resource_id: z.string().nullish(),
  subresource: z.string().nullish(),
});

/** What a model must say to an operation of the API: which thing it is about, where the tool does not fix it, and how. */
function systemParameters(stored: unknown): JsonSchema {
  const spec = SystemSpec.safeParse(stored).data;
  if (!spec) return anyObject;
  const isNew = spec.operation === "create" && !spec.subresource;
  const needsId = !spec.resource_id && !isNew && spec.operation !== "list" && spec.operation !== "embed";
  const id = needsId ? { id: { ...text, description: `The id of the ${spec.resource}` } } : {};
  const required = Object.keys(id);
  switch (spec.operation) {
    case "list":
      return object({ limit: { type: "integer" }, offset: { type: "integer" } }, []);
    case "search":
      return object({ ...id, text: { ...text, description: "What to look for" }, limit: { type: "integer" } }, [
        ...required,
        "text",
      ]);
    case "embed":
      return object({ text }, ["text"]);
    case "chat": {
      const message = object({ role: { enum: ["user", "system"] }, content: text }, ["role", "content"]);
      return object({ ...id, messages: { type: "array", items: message } }, [...required, "messages"]);
    }
    default:
      return object(id, required);
  }
}

/** A tool of any type as a function that a model can call. */
export function toolDefinition(tool: Tool): ToolDefinition {
  return { name: tool.name, description: tool.description, parameters: parameters(tool) };
}

function parameters(tool: Tool): JsonSchema {
  switch (tool.type) {
    case "function":
      return FunctionSpec.safeParse(tool.spec).data?.parameters ?? anyObject;
    case "bash_20241022":
      return object({ command: text, restart: { type: "boolean" } }, []);
    case "text_editor_20241022":
      return object(
        {
          command: { enum: ["str_replace", "insert", "view", "undo_edit"] },
          path: text,
          file_text: text,
          insert_line: { type: "integer" },
          new_str: text,
          old_str: text,
          view_range: { type: "array", items: { type: "integer" } },
        },
        ["command", "path"],
      );
    case "computer_20241022":
      return object(
        {
          action: {
            enum: [
              "key",
              "type",
              "cursor_position",
              "mouse_move",
              "left_click",
              "right_click",
              "middle_click",
              "double_click",
              "screenshot",
            ],
          },
          text,
          coordinate: { type: "array", items: { type: "integer" } },
        },
        ["action"],
      );
    case "api_call": {
      const { params_schema, schema } = ApiCallSpec.safeParse(tool.spec).data ?? {};
      return params_schema ?? schema ?? anyObject;
    }
    case "system":
      return systemParameters(tool.spec);
    case "integration":
      return anyObject;
    default:
      return tool.type satisfies never;
  }
}
