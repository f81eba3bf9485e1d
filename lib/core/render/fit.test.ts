import fc from "fast-check";
import { expect, test } from "vitest";
import type { PromptMessage } from "../../domain/model.ts";
import { fit } from "./fit.ts";
import { promptTokens } from "./tokens.ts";

const user = (text: string): PromptMessage => ({ role: "user", parts: [{ type: "text", text }] });
const assistant = (text: string, ...callIds: string[]): PromptMessage => ({
  role: "assistant",
  text,
  calls: callIds.map((callId) => ({ callId, name: "t", input: {} })),
});
const result = (callId: string): PromptMessage => ({ role: "tool", callId, name: "t", output: {}, isError: false });
const system = (text: string): PromptMessage => ({ role: "system", text });

const head = [system("Be brief")];
const fresh = [user("And now?")];
const fixed = promptTokens([...head, ...fresh]);

test("without a budget everything stays", () => {
  const past = [user("x".repeat(100_000)), assistant("y")];
  expect(fit({ system: head, past, fresh }, null, "refuse")).toEqual({
    messages: [...head, ...past, ...fresh],
    dropped: 0,
    size: fixed + promptTokens(past),
  });
});

test("a prompt of exactly its budget stays whole", () => {
  const past = [user("one"), assistant("two")];
  const budget = promptTokens([...head, ...past, ...fresh]);
  expect(fit({ system: head, past, fresh }, budget, "refuse").dropped).toBe(0);
});

test("the oldest go first", () => {
  const past = [user("one"), assistant("two"), user("three"), assistant("four")];
  const budget = fixed + promptTokens(past.slice(2));
  expect(fit({ system: head, past, fresh }, budget, "truncate")).toEqual({
    messages: [...head, ...past.slice(2), ...fresh],
    dropped: 2,
    size: fixed + promptTokens(past),
  });
});

test("calls go with their results though the results alone would fit", () => {
  const past = [user("one"), assistant("two", "a", "b"), result("a"), result("b"), assistant("three")];
  const budget = fixed + promptTokens(past.slice(2));
  expect(fit({ system: head, past, fresh }, budget, "truncate").messages).toEqual([
    ...head,
    ...past.slice(4),
    ...fresh,
  ]);
});

test("system messages among what is dropped stay as far as there is room for all of them together", () => {
  const past = [system("12345678"), user("x".repeat(400)), system("12345678"), user("y".repeat(400)), user("z")];
  const budget = fixed + promptTokens(past.slice(4)) + promptTokens(past.slice(0, 1));
  const { messages, dropped } = fit({ system: head, past, fresh }, budget, "truncate");
  expect(messages).toEqual([...head, system("12345678"), user("z"), ...fresh]);
  expect(dropped).toBe(3);
});

test.each([
  ["what is new does not fit", fixed - 1, "truncate" as const],
  ["it is over the budget and may not be cut", fixed, "refuse" as const],
])("a prompt is refused where %s", (_, budget, overflow) => {
  expect(() => fit({ system: head, past: [user("one")], fresh }, budget, overflow)).toThrow(
    expect.objectContaining({ code: "prompt-too-big", message: expect.stringContaining(`the limit is ${budget}`) }),
  );
});

test("a prompt that is cut fits, keeps system and new, keeps the order, and never separates calls from results", () => {
  const group = fc.oneof(
    fc.string({ maxLength: 40 }).map((text) => () => [user(text)]),
    fc.string({ maxLength: 40 }).map((text) => () => [system(text)]),
    fc.string({ maxLength: 40 }).map((text) => () => [assistant(text)]),
    fc.integer({ min: 1, max: 3 }).map((count) => (n: number) => {
      const ids = Array.from({ length: count }, (_, k) => `${n}.${k}`);
      return [assistant("", ...ids), ...ids.map(result)];
    }),
  );
  fc.assert(
    fc.property(fc.array(group, { maxLength: 12 }), fc.integer({ min: 0, max: 300 }), (groups, extra) => {
      const past = groups.flatMap((make, n) => make(n));
      const budget = fixed + extra;
      const { messages, dropped } = fit({ system: head, past, fresh }, budget, "truncate");
      expect(promptTokens(messages)).toBeLessThanOrEqual(budget);
      expect([messages[0], messages.at(-1)]).toEqual([head[0], fresh[0]]);
      const kept = messages.slice(1, -1);
      expect(kept).toEqual(past.filter((message) => kept.includes(message)));
      expect(kept.length + dropped).toBe(past.length);
      const called = kept.flatMap((message) => (message.role === "assistant" ? message.calls : []));
      const answered = kept.flatMap((message) => (message.role === "tool" ? [message.callId] : []));
      expect(answered).toEqual(called.map(({ callId }) => callId));
    }),
  );
});
