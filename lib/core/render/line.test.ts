import fc from "fast-check";
import { expect, test } from "vitest";
import type { Part } from "../../domain/message.ts";
import type { PromptMessage } from "../../domain/model.ts";
import { joinedText, promptLine } from "./line.ts";

type Stored = Parameters<typeof promptLine>[0][number];

const text = (value: string): Part => ({ type: "text", text: value });
const call = (callId: string): Part => ({ type: "tool-call", callId, name: "t", input: { n: 1 } });
const user = (...parts: Part[]): Stored => ({ role: "user", name: null, parts });
const assistant = (...parts: Part[]): Stored => ({ role: "assistant", name: null, parts });
const result = (callId: string, output: unknown = "ok"): Stored => ({
  role: "tool",
  name: null,
  parts: [{ type: "tool-result", callId, name: "of the result", output, isError: false }],
});
const line = (past: Stored[], fresh: Stored[] = [], recallTools = true) => {
  const made = promptLine(past, fresh, recallTools);
  return [...made.past, ...made.fresh];
};
const calledBy = (...callIds: string[]): PromptMessage => ({
  role: "assistant",
  text: "",
  calls: callIds.map((callId) => ({ callId, name: "t", input: { n: 1 } })),
});
const answered = (callId: string, output: unknown = "ok"): PromptMessage => ({
  role: "tool",
  callId,
  name: "t",
  output,
  isError: false,
});
const unanswered = (callId: string): PromptMessage => ({
  role: "tool",
  callId,
  name: "t",
  output: { error: "not answered" },
  isError: true,
});
const question = (value: string) => ({ role: "user", parts: [{ type: "text", text: value }] });

test("a call that nothing answers before the next message is closed", () => {
  expect(line([assistant(call("a"), call("b")), result("b")], [user(text("Next"))])).toEqual([
    calledBy("a", "b"),
    answered("b"),
    unanswered("a"),
    question("Next"),
  ]);
});

test("a call at the very end is closed", () => {
  expect(line([assistant(call("a"))])).toEqual([calledBy("a"), unanswered("a")]);
});

test("a result without a call is left out", () => {
  expect(line([user(text("Hi")), result("a")], [result("b")])).toEqual([question("Hi")]);
});

test("a result that comes too late is left out", () => {
  expect(line([assistant(call("a")), user(text("Next")), result("a")])).toEqual([
    calledBy("a"),
    unanswered("a"),
    question("Next"),
  ]);
});

test("a second result of a call is left out", () => {
  expect(line([assistant(call("a")), result("a", 1), result("a", 2)])).toEqual([calledBy("a"), answered("a", 1)]);
});

test("calls that new results answer count as new", () => {
  const made = promptLine([user(text("Hi")), assistant(call("a"))], [result("a")], true);
  expect(made.past).toEqual([question("Hi")]);
  expect(made.fresh).toEqual([calledBy("a"), answered("a")]);
});

test("without recall past calls go with their results, and what was said stays", () => {
  const past = [assistant(text("Look"), call("a")), result("a"), assistant(call("b")), result("b")];
  expect(line(past, [user(text("Next"))], false)).toEqual([
    { role: "assistant", text: "Look", calls: [] },
    question("Next"),
  ]);
});

test("without recall a call that a new message answers stays", () => {
  const past = [assistant(call("a")), result("a"), assistant(call("b"))];
  expect(line(past, [result("b")], false)).toEqual([calledBy("b"), answered("b")]);
});

test("reasoning is not sent back", () => {
  expect(line([assistant({ type: "reasoning", text: "secret thought" }, text("Yes"))])).toEqual([
    { role: "assistant", text: "Yes", calls: [] },
  ]);
});

test("a message of nothing but reasoning is left out", () => {
  expect(line([assistant({ type: "reasoning", text: "Hm" })])).toEqual([]);
});

test("past texts are trimmed, new ones are not", () => {
  expect(line([user(text(" a\n"))], [user(text(" b\n"))])).toEqual([question("a"), question(" b\n")]);
});

test("pictures and names go along", () => {
  const shown: Part = { type: "image", url: "https://example.org/a.png", detail: "low" };
  expect(line([], [{ ...user(text("What is it?"), shown), name: "Bo" }])).toEqual([
    { role: "user", name: "Bo", parts: [{ type: "text", text: "What is it?" }, shown] },
  ]);
});

test("blocks of text are joined by a blank line, one that goes on without", () => {
  expect(joinedText([text("One"), call("a"), text("two"), { type: "text", text: ", three", continues: true }])).toBe(
    "One\n\ntwo, three",
  );
});

test("whatever is stored, each call has one result right behind it and each result its call", () => {
  const id = fc.constantFrom("a", "b", "c", "d");
  const message = fc.oneof(
    fc.string({ maxLength: 5 }).map((value) => user(text(value))),
    fc
      .tuple(fc.string({ maxLength: 3 }), fc.uniqueArray(id))
      .map(([value, ids]) => assistant(text(value), ...ids.map(call))),
    id.map((one) => result(one)),
  );
  const messages = fc.array(message, { maxLength: 10 });
  fc.assert(
    fc.property(messages, messages, fc.boolean(), (past, fresh, recallTools) => {
      let open = new Set<string>();
      for (const one of line(past, fresh, recallTools)) {
        if (one.role === "tool") expect(open.delete(one.callId)).toBe(true);
        else expect([...open]).toEqual([]);
        if (one.role === "assistant") open = new Set(one.calls.map(({ callId }) => callId));
      }
      expect([...open]).toEqual([]);
    }),
  );
});
