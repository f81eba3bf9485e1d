import { expect, test } from "vitest";
import type { DocOwners } from "../../domain/doc.ts";
import type { Session } from "../../domain/session.ts";
import { Asker, TurnPlan, type TurnPolicy } from "../../domain/turn-policy.ts";
import { GOES_ON, PLAN } from "../../testing/stored-turns.ts";
import { apiCall, DUMMY, systemTool } from "../../testing/tools.ts";
import { askerOf, type Scope } from "../scope.ts";
import { offeredTools, turnTools } from "./turn-tools.ts";

const list = systemTool({ resource: "session", operation: "list" });
const tools = [list, DUMMY, apiCall({})];
/** Of a session and a scope these functions read only what is named here. */
const session = { autoRunTools: true, forwardToolCalls: false } as Session;
const scopeOf = (reach: Partial<Scope>) => ({ via: "key", ...reach }) as Scope;

test("C11: a key that does not reach an operation is not offered it, and one that does is", () => {
  const offered = (reach: Partial<Scope>) =>
    offeredTools(scopeOf(reach), session, GOES_ON, tools).map(({ tool }) => tool.name);
  expect(offered({})).toEqual(["api", "echo", "site"]);
  expect(offered({ keyScopes: ["llamacloud"] })).toEqual(["echo", "site"]);
  expect(offered({ onlyAgentId: "a" })).toEqual(["echo", "site"]);
});

test("C11: whoever takes a turn over runs no more than its asker may, whatever its plan says", () => {
  const plan = tools.map((tool) => ({ tool, isRun: true }));
  const runs = (reach: Partial<Scope>) =>
    turnTools(scopeOf(reach), session, GOES_ON, plan).map(({ run }) => run !== null);
  expect(runs({})).toEqual([true, true, true]);
  expect(runs({ keyScopes: ["llamacloud"] })).toEqual([false, true, true]);
  expect(runs({ stranger: "of an earlier process" })).toEqual([false, false, false]);
});

test("17: a turn that has docs in reach is offered the tools that look into them, where it has the server's own", () => {
  const names = (policy: TurnPolicy, reach: Partial<Scope> = {}, owners?: DocOwners) =>
    turnTools(scopeOf(reach), session, policy, [], owners).map(({ definition }) => definition.name);
  const own = { ...GOES_ON, withBuiltinTools: true };
  const looking = ["retrieve", "find_files", "grep_file", "read_file"];
  expect(names(own)).toEqual(["current_time", "calculator"]);
  expect(names(own, {}, { indexIds: ["a"] })).toEqual(["current_time", "calculator", ...looking]);
  expect(names(own, { hasBuiltinTools: false }, { indexIds: ["a"] })).toEqual([]);
  expect(names(GOES_ON, {}, { indexIds: ["a"] })).toEqual([]);
  expect(names(own, {}, { indexIds: [], sessionIds: ["a"] })).toEqual(["current_time", "calculator", ...looking]);
  expect(names(own, {}, { indexIds: [], sessionIds: [] })).toEqual(["current_time", "calculator"]);
  // Who takes a turn over finds them in its plan; an older plan has none.
  expect(TurnPlan.parse({ ...PLAN, indexIds: ["a"] }).indexIds).toEqual(["a"]);
  expect(TurnPlan.parse(PLAN).indexIds).toBeUndefined();
});

test("C11: what a key is narrowed to is stored with a turn; a turn of which that is not known is not gone on with", () => {
  const scope = scopeOf({ keyId: "k", keyScopes: ["llamacloud", "read-only"], onlyAgentId: "a" });
  expect(Asker.parse(JSON.parse(JSON.stringify(askerOf(scope))))).toMatchObject({
    keyScopes: ["llamacloud", "read-only"],
    onlyAgentId: "a",
  });
  const { keyScopes: _, ...old } = PLAN.asker;
  expect(TurnPlan.safeParse({ ...PLAN, asker: old }).success).toBe(false);
  expect(TurnPlan.safeParse(PLAN).success).toBe(true);
  const { type: __, ...rest } = list;
  expect(TurnPlan.safeParse({ ...PLAN, tools: [{ tool: { ...rest, type: "api_call" }, isRun: true }] }).success).toBe(
    false,
  );
});
