import { expect, test } from "vitest";
import { modelGroups } from "./model-options.ts";

test("models stand by their providers, the server's own first as it lists them", () => {
  expect(modelGroups(["demo", "small", "ollama/llama3", "ollama/qwen", "openrouter/meta/llama"], "demo")).toEqual([
    { provider: "This server", models: ["small"] },
    { provider: "ollama", models: ["ollama/llama3", "ollama/qwen"] },
    { provider: "openrouter", models: ["openrouter/meta/llama"] },
  ]);
});

test("where one model answers anyway there is nothing to choose, and nothing is offered twice", () => {
  expect(modelGroups(["demo"], "demo")).toEqual([]);
  expect(modelGroups([], "demo")).toEqual([]);
  expect(modelGroups(["a", "a", "/b", "demo"], "demo")).toEqual([{ provider: "This server", models: ["a", "/b"] }]);
});
