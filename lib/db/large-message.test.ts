import { expect, test } from "vitest";
import type { NewMessage } from "../domain/message.ts";
import { isLarge } from "./large-message.ts";

const result = (output: unknown): Pick<NewMessage, "parts"> => ({
  parts: [{ type: "tool-result", callId: "a", name: "f", output, isError: false }],
});

test("what a message holds is counted through all of its values", () => {
  expect(isLarge(result("x".repeat(200_000)))).toBe(false);
  expect(isLarge(result(["x".repeat(200_000), { more: "x".repeat(200_000) }]))).toBe(true);
});

test("a list of however many values can be looked at", () => {
  expect(isLarge(result(Array(200_000).fill(1)))).toBe(false);
  expect(isLarge(result(Array(2_000_000).fill(1)))).toBe(true);
});
