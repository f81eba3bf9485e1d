import { expect, test, vi } from "vitest";
import { z } from "zod";
import { ChatError } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import type { SystemSpec } from "../../domain/tool-spec.ts";
import type { ServerToolCall } from "../scope.ts";
import { type Operate, runSystem } from "./run-system.ts";

const own = newId();
const spec = (change: Partial<SystemSpec>): SystemSpec => ({
  resource: "user",
  subresource: null,
  operation: "get",
  resourceId: null,
  arguments: null,
  ...change,
});
/** What operations do with a scope is not looked at here. */
const call = (input: object) =>
  ({ scope: {}, session: { id: own }, input, signal: AbortSignal.timeout(1000) }) as unknown as ServerToolCall;

test("what the tool fixes wins, and an id is found where the model may put it", async () => {
  const operate = vi.fn<Operate>(async () => "done");
  const said = async (change: Partial<SystemSpec>, input: object) => {
    expect(await runSystem(spec(change), call(input), operate)).toBe("done");
    const [name, { id, input: given }] = operate.mock.calls.at(-1) ?? ["", { id: "", input: {} }];
    return [name, id, given];
  };
  expect(await said({}, { id: "A" })).toEqual(["user.get", "a", { id: "A" }]);
  expect(await said({}, { user_id: "B" })).toEqual(["user.get", "b", { user_id: "B" }]);
  expect(await said({ resourceId: "c" }, { id: "A" })).toEqual(["user.get", "c", { id: "A" }]);
  const fixed = { operation: "list", arguments: { limit: 1 } } as const;
  expect(await said(fixed, { limit: 99, offset: 2 })).toEqual(["user.list", "", { limit: 1, offset: 2 }]);
  const search = await said({ subresource: "doc", operation: "search" }, { id: "a" });
  expect(search).toEqual(["user.doc.search", "a", { id: "a" }]);
});

test("an operation that is none, and a session's chat with itself, are refused before anything is done", async () => {
  const operate = vi.fn<Operate>();
  const run = (change: Partial<SystemSpec>, input: object) => runSystem(spec(change), call(input), operate);
  await expect(run({ resource: "task" }, {})).rejects.toThrow(
    /"task.get" is not offered. Offered are: agent.create, /u,
  );
  const chat = { resource: "session", operation: "chat" } as const;
  await expect(run(chat, { id: own.toUpperCase() })).rejects.toThrow("A session cannot chat with itself");
  await expect(run({ ...chat, resourceId: own }, {})).rejects.toThrow("A session cannot chat with itself");
  expect(operate).not.toHaveBeenCalled();
});

test("a model is told the field at fault or the sentence of an error, and nothing of faults on our side", async () => {
  const failing = (thrown: unknown) =>
    runSystem(spec({}), call({ id: "a" }), async () => {
      throw thrown;
    });
  await expect(failing(new ChatError("not-found", "User not found"))).rejects.toThrow("User not found");
  await expect(failing(z.object({ limit: z.int() }).safeParse({}).error)).rejects.toThrow(/^limit: /u);
  await expect(failing(new Error("password of the database"))).rejects.toThrow("The operation failed on our side");
});
