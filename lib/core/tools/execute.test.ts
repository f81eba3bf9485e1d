import { expect, test } from "vitest";
import { ChatError } from "../../domain/errors.ts";
import { executeTool } from "./execute.ts";
import { TOOL_LIMITS } from "./limits.ts";

const execute = (run: Parameters<typeof executeTool>[0], input: unknown = {}, signal = AbortSignal.timeout(10_000)) =>
  executeTool(run, { callId: "1", name: "t", input }, signal, () => 5);

test("a result is what the tool gives, and null where it gives nothing", async () => {
  expect(await execute(async (input) => input, { a: 1 })).toEqual({
    callId: "1",
    name: "t",
    output: { a: 1 },
    isError: false,
    durationMs: 0,
  });
  expect((await execute(async () => undefined)).output).toBeNull();
});

test("a failure, an end of the turn, and arguments that are no object are told as results", async () => {
  const failing = async () => {
    throw new Error("no such city");
  };
  expect(await execute(failing)).toMatchObject({ output: { error: "no such city" }, isError: true });
  expect(await execute(null)).toMatchObject({ isError: true });
  for (const input of ["text", [1], null]) {
    expect(await execute(async () => 1, input)).toMatchObject({
      output: { error: expect.stringContaining("The arguments are not a JSON object: ") },
    });
  }
  const ended = AbortSignal.abort(new Error("The turn was stopped"));
  expect(await execute(() => new Promise(() => {}), {}, ended)).toMatchObject({
    output: { error: "The turn was stopped" },
  });
});

test("S14: what a tool says of its failure, and what it quotes of its arguments, can be stored", async () => {
  const failing = async () => {
    throw new Error("\0 and \ud83d");
  };
  expect((await execute(failing)).output).toEqual({ error: "\uFFFD and \uFFFD" });
  for (const shift of ["", "x"]) {
    const { output } = await execute(async () => 1, `${shift}${"😀".repeat(200)}`);
    expect(JSON.stringify(output)).not.toMatch(/\\ud/u);
  }
});

test("C27: a call that the end of its turn cut off says so by a code, whatever words the tool has for it", async () => {
  const ends: [Error, string | undefined][] = [
    [new ChatError("cancelled", "Some words"), "cancelled"],
    [new ChatError("interrupted", "Other words"), "interrupted"],
    [new ChatError("rate-limited", "cancelled"), undefined],
    [new Error("cancelled"), undefined],
  ];
  for (const [reason, cut] of ends) {
    const failing = async () => {
      throw new Error("The connection was closed");
    };
    const result = await execute(failing, {}, AbortSignal.abort(reason));
    expect(result).toMatchObject({ isError: true });
    expect(result.cut).toBe(cut);
  }
  const said = await execute(async () => {
    throw new Error("cancelled");
  });
  expect(said).not.toHaveProperty("cut");
});

test("a result that is too long is an error that says so", async () => {
  const { output, isError } = await execute(async () => "x".repeat(TOOL_LIMITS.outputCharacters));
  expect(isError).toBe(true);
  expect(output).toEqual({ error: expect.stringContaining("more than 262144") });
});
