import { expect, test } from "vitest";
import { ChatError, type Issue } from "../domain/errors.ts";
import { withoutSecretInput } from "./secret-input.ts";

const issue = (fields: Partial<Issue>): Issue => ({
  path: ["body"],
  type: "x",
  message: "Wrong",
  input: null,
  ...fields,
});
const shown = (fields: Partial<Issue>) =>
  withoutSecretInput(new ChatError("invalid", "Wrong", { issues: [issue(fields)] })).details.issues?.[0];

test.each<[string, Partial<Issue>, unknown]>([
  ["a secret itself", { path: ["body", "current_password"], input: 7 }, "[hidden]"],
  ["something in a secret", { path: ["body", "api_call", "headers", "accept"], input: ["whisper"] }, "[hidden]"],
  [
    "the object that lacks a field",
    { input: { password: "whisper", name: "Ada" } },
    { password: "[hidden]", name: "Ada" },
  ],
  ["a token among words", { input: "see Bearer whisper123 here" }, "see Bearer [hidden] here"],
  ["nothing", { path: ["body", "password"], input: null }, null],
  [
    "what is no secret",
    { path: ["body", "name"], input: { max_tokens: 7, text: "plain" } },
    { max_tokens: 7, text: "plain" },
  ],
])("a fault that is about %s quotes no secret", (_, fields, input) => {
  expect(shown(fields)?.input).toEqual(input);
});

test("a body that is no JSON is quoted with stars, and the fault stays at its place", () => {
  expect(shown({ source: '{"api_key": "whisper", nonsense' })?.source).toBe('{"api_key": "*******", nonsense');
});

test("a large value is not read to its end", () => {
  const input = Array.from({ length: 500_000 }, () => ({ a: "b" }));
  const startedAt = performance.now();
  for (let n = 0; n < 100; n++) shown({ input });
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
