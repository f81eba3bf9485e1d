import type { JsonSchema, Tool, ToolDefinition } from "../../domain/tool.ts";
import type { SystemSpec } from "../../domain/tool-spec.ts";

const object = (properties: JsonSchema, required: readonly string[]): JsonSchema => ({
  type: "object",
  properties,
  required,
});
const text = { type: "string" };
const anyObject: JsonSchema = { type: "object", properties: {} };

/**
 * What a model must say to an operation of the API: which thing it is about, where the tool does not fix it, and how.
 */
function systemParameters(spec: SystemSpec): JsonSchema {
  const isNew = spec.operation === "create" && !spec.subresource;
  const needsId = !spec.resourceId && !isNew && spec.operation !== "list" && spec.operation !== "embed";
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
      return tool.spec?.parameters ?? anyObject;
    case "shell":
      return object({ command: text, restart: { type: "boolean" } }, []);
    case "text-editor":
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
    case "computer":
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
    case "api-call":
      return tool.spec.parameters ?? tool.spec.schema ?? anyObject;
    case "system":
      return systemParameters(tool.spec);
    case "integration":
      return anyObject;
    default:
      return tool satisfies never;
  }
}
