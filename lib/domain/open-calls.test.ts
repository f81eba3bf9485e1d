import { expect, test } from "vitest";
import type { Part } from "./message.ts";
import { openCalls, unansweredCalls } from "./open-calls.ts";

const call = (callId: string): Part => ({ type: "tool-call", callId, name: "tool", input: {} });
const result = (callId: string): Part => ({ type: "tool-result", callId, name: "tool", output: 1, isError: false });
const said = (role: string, ...parts: Part[]) => ({ role, parts });
const text: Part = { type: "text", text: "hello" };

test("16: calls wait at the end of a line until anything but a result is said", () => {
  const line = [said("user", text), said("assistant", text, call("a"), call("b"))];
  const ids = (more: ReturnType<typeof said>[]) => openCalls([...line, ...more]).map(({ callId }) => callId);
  expect(ids([])).toEqual(["a", "b"]);
  expect(ids([said("tool", result("b"))])).toEqual(["a"]);
  expect(ids([said("tool", result("a")), said("tool", result("b"))])).toEqual([]);
  expect(ids([said("user", text)])).toEqual([]);
  expect(ids([said("assistant", text)])).toEqual([]);
  expect(ids([said("user", result("a"), text)])).toEqual([]);
});

test("16: a call that was passed over is told with its message, also where a later answer has a call of the same id", () => {
  const line = [
    said("assistant", call("a"), call("b")),
    said("tool", result("b")),
    said("user", text),
    said("assistant", call("a")),
  ];
  const told = unansweredCalls(line).map(({ call: { callId }, at, isOpen }) => [callId, at, isOpen]);
  expect(told).toEqual([
    ["a", 0, false],
    ["a", 3, true],
  ]);
});
