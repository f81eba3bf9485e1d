import { expect, test } from "vitest";
import type { Tool } from "../../domain/tool.ts";
import type { SystemSpec } from "../../domain/tool-spec.ts";
import { apiCall, DUMMY, systemTool } from "../../testing/tools.ts";
import { mayRun, toolsInReach } from "./who-may.ts";

const system = (
  resource: SystemSpec["resource"],
  operation: SystemSpec["operation"],
  change: Partial<SystemSpec> = {},
) => systemTool({ resource, operation, ...change });
const weather: Tool = { name: "weather", description: null, type: "function", spec: null };

test("C11: a stranger knows and runs what is open to it alone, and never a system tool, whatever its mark says", () => {
  const scope = { stranger: "somebody", onlyAgentId: null, keyScopes: [] };
  const open = (tool: Tool): Tool => ({ ...tool, openToStrangers: true });
  const tools = [apiCall({}), open(apiCall({})), open(DUMMY), weather, open(weather), open(system("session", "list"))];
  expect(toolsInReach(scope, tools)).toEqual(tools.slice(1, 3));
  expect(tools.map((tool) => mayRun(scope, tool))).toEqual([false, true, true, false, false, false]);
});

test("C11: the account's own callers run everything with a key that is not narrowed", () => {
  for (const scope of [{}, { stranger: null, onlyAgentId: null, keyScopes: [] }]) {
    expect(toolsInReach(scope, [system("user", "delete")])).toHaveLength(1);
    expect(mayRun(scope, system("user", "delete"))).toBe(true);
  }
});

test("C11: a key that only reads has nothing changed by a system tool", () => {
  const scope = { keyScopes: ["julep", "read-only"] };
  const may = (operation: SystemSpec["operation"]) => mayRun(scope, system("session", operation));
  expect((["get", "list", "history"] as const).map(may)).toEqual([true, true, true]);
  expect((["create", "update", "patch", "delete", "chat"] as const).map(may)).not.toContain(true);
});

test("C11: a key of other dialects has no operation run", () => {
  expect(mayRun({ keyScopes: ["assistants", "bots"] }, system("agent", "get"))).toBe(false);
  expect(mayRun({ keyScopes: ["assistants"] }, apiCall({}))).toBe(true);
});

test("C11, S12: a key of one agent reads it and its docs, and changes it with edit; what is no operation is never run", () => {
  const scope = { onlyAgentId: "a" };
  expect(mayRun(scope, system("agent", "get"))).toBe(true);
  expect(mayRun(scope, system("agent", "patch"))).toBe(false);
  expect(mayRun({ ...scope, keyScopes: ["edit"] }, system("agent", "patch"))).toBe(true);
  expect(mayRun({ ...scope, keyScopes: ["edit", "read-only"] }, system("agent", "patch"))).toBe(false);
  expect(mayRun(scope, system("agent", "search", { subresource: "doc" }))).toBe(true);
  const kept = [
    system("agent", "create"),
    system("agent", "create", { subresource: "doc" }),
    system("session", "get"),
    system("task", "get"),
  ];
  expect(kept.map((tool) => mayRun(scope, tool))).toEqual([false, false, false, false]);
  expect(mayRun(scope, apiCall({}))).toBe(true);
});
