import { expect, test } from "vitest";
import type { Tool } from "../../domain/tool.ts";
import { mayRun, toolsInReach } from "./who-may.ts";

const tool = (type: Tool["type"], spec: unknown = null, openToStrangers?: boolean): Tool => ({
  name: "t",
  type,
  description: null,
  spec,
  openToStrangers,
});
const system = (resource: string, operation: string, subresource: string | null = null) =>
  tool("system", { resource, operation, subresource });

test("C11: a stranger knows and runs what is open to it alone, and never a system tool, whatever its mark says", () => {
  const scope = { stranger: "somebody", onlyAgentId: null, keyScopes: [] };
  const tools = [tool("api_call"), tool("api_call", null, true), tool("integration", null, true), tool("function")];
  expect(toolsInReach(scope, tools)).toEqual(tools.slice(1, 3));
  expect(tools.map((one) => mayRun(scope, one))).toEqual([false, true, true, false]);
  const marked = { ...system("session", "list"), openToStrangers: true };
  expect([toolsInReach(scope, [marked]), mayRun(scope, marked)]).toEqual([[], false]);
});

test("C11: the account's own callers run everything with a key that is not narrowed", () => {
  for (const scope of [{}, { stranger: null, onlyAgentId: null, keyScopes: [] }]) {
    expect(toolsInReach(scope, [system("user", "delete")])).toHaveLength(1);
    expect(mayRun(scope, system("user", "delete"))).toBe(true);
  }
});

test("C11: a key that only reads has nothing changed by a system tool", () => {
  const scope = { keyScopes: ["julep", "read-only"] as const };
  expect(["get", "list", "history"].map((operation) => mayRun(scope, system("session", operation)))).not.toContain(
    false,
  );
  const changing = ["create", "update", "patch", "create_or_update", "delete", "chat", "change_status"];
  expect(changing.map((operation) => mayRun(scope, system("session", operation)))).not.toContain(true);
});

test("C11: a key of one agent changes that agent and reads its docs; what is no tool's spec does nothing", () => {
  const scope = { onlyAgentId: "a" };
  expect(mayRun(scope, system("agent", "patch"))).toBe(true);
  expect(mayRun(scope, system("agent", "search", "doc"))).toBe(true);
  const kept = [system("agent", "create"), system("agent", "create", "doc"), system("session", "get"), tool("system")];
  expect(kept.map((one) => mayRun(scope, one))).toEqual([false, false, false, false]);
  expect(mayRun(scope, tool("api_call"))).toBe(true);
});
