import { expect, test } from "vitest";
import type { Tool } from "../../domain/tool.ts";
import { apiCall, DUMMY, systemTool } from "../../testing/tools.ts";
import { toolDefinition } from "./definitions.ts";

const schema = { type: "object", properties: { city: { type: "string" } } };
const parametersOf = (tool: Tool) => toolDefinition(tool).parameters;
const required = (tool: Tool) => parametersOf(tool).required;

test("a function and a request take what their schema says, and anything where it says nothing", () => {
  const weather: Tool = {
    name: "weather",
    description: "Looks up",
    type: "function",
    spec: { name: "other", description: "other", parameters: schema },
  };
  expect(toolDefinition(weather)).toEqual({ name: "weather", description: "Looks up", parameters: schema });
  expect(parametersOf(apiCall({ parameters: schema, schema: { type: "object" } }))).toBe(schema);
  expect(parametersOf(apiCall({ schema }))).toBe(schema);
  for (const tool of [{ ...weather, spec: null }, apiCall({}), DUMMY]) {
    expect(parametersOf(tool)).toEqual({ type: "object", properties: {} });
  }
});

test("an operation asks for the id that the tool does not fix, where it is about one", () => {
  expect(required(systemTool({ resource: "user", operation: "get" }))).toEqual(["id"]);
  expect(required(systemTool({ resource: "user", operation: "get", resourceId: "1" }))).toEqual([]);
  expect(required(systemTool({ resource: "user", operation: "create" }))).toEqual([]);
  expect(required(systemTool({ resource: "user", subresource: "doc", operation: "create" }))).toEqual(["id"]);
  expect(required(systemTool({ resource: "agent", subresource: "doc", operation: "search" }))).toEqual(["id", "text"]);
  expect(required(systemTool({ resource: "session", operation: "chat" }))).toEqual(["id", "messages"]);
  expect(required(systemTool({ resource: "session", operation: "list" }))).toEqual([]);
  expect(required(systemTool({ resource: "doc", operation: "embed" }))).toEqual(["text"]);
});

test("screens, editors and shells have the parameters that models know", () => {
  const head = { name: "t", description: null };
  const computer = { ...head, type: "computer", spec: { widthPx: 1024, heightPx: 768, displayNumber: 1 } } as const;
  expect(required(computer)).toEqual(["action"]);
  expect(required({ ...head, type: "text-editor", spec: null })).toEqual(["command", "path"]);
  expect(required({ ...head, type: "shell", spec: null })).toEqual([]);
});
