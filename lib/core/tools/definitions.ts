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
    case "integration":
    case "system":
    case "api_call":
      return anyObject;
    default:
      return tool.type satisfies never;
  }
}
