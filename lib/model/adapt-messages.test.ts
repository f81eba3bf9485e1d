import { expect, test } from "vitest";
import { alternatingRoles } from "./adapt-messages.ts";

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const system = { role: "system", content: "Note" };
const call = {
  role: "assistant",
  content: null,
  tool_calls: [{ id: "a", type: "function" as const, function: { name: "f", arguments: "{}" } }],
};
const result = { role: "tool", tool_call_id: "a", content: "x" };

test("18: what alternates stays the same list", () => {
  const messages = [system, user("a"), call, result, assistant("b"), user("c")];
  expect(alternatingRoles(messages)).toBe(messages);
});

test("18: an answer that never came behind a call is noted as such", () => {
  expect(alternatingRoles([user("a"), call, result, user("b")]).map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool",
    "assistant",
    "user",
  ]);
});

test("18: two answers with a system message between are parted by a note of the user", () => {
  const made = alternatingRoles([user("a"), assistant("b"), system, assistant("c"), user("d")]);
  expect(made.map(({ role }) => role)).toEqual(["user", "assistant", "system", "user", "assistant", "user"]);
});

test("18: what was said before calls belongs to them", () => {
  expect(alternatingRoles([user("a"), assistant("b"), call, result, assistant("c"), user("d")])).toEqual([
    user("a"),
    { ...call, content: "b" },
    result,
    assistant("c"),
    user("d"),
  ]);
});
