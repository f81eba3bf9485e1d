import { expect, test } from "vitest";
import { tokenizerOf } from "./tokenizer.ts";

// Counts of OpenAI's own tokenizer (platform.openai.com/tokenizer).
test.each([
  ["gpt-4.1-mini", "o200k_base", "hello world", 2],
  ["openai/gpt-4o", "o200k_base", "hello world", 2],
  ["o3-mini", "o200k_base", "", 0],
  ["gpt-3.5-turbo", "cl100k_base", "hello world", 2],
  ["some-model", "approx", "hello world", 3],
])("%s counts with %s", async (model, name, text, count) => {
  const tokenizer = await tokenizerOf(model);
  expect([tokenizer.name, tokenizer.count(text)]).toEqual([name, count]);
});

test("a token of control in a text is text, and a very long text is guessed", async () => {
  const { count } = await tokenizerOf("gpt-4o");
  expect(count("<|endoftext|>")).toBeGreaterThan(1);
  expect(count("a".repeat(200_000))).toBe(50_000);
});

test.each([
  ["letters", "a".repeat(50_000)],
  ["letters of another script", "漢字仮名".repeat(12_500)],
  ["signs", "😀".repeat(25_000)],
  ["spaces", " ".repeat(50_000)],
])("S1: a text whose tokens would take seconds to count is guessed: %s", async (_, text) => {
  const { count } = await tokenizerOf("gpt-4o");
  expect(count(text)).toBe(Math.ceil(text.length / 4));
});

test("S1: many texts are counted together to their limit, and guessed behind it", async () => {
  const { count } = await tokenizerOf("gpt-4o");
  const text = "hello world ".repeat(2000);
  expect([count(text), count(text), count(text)]).toEqual([4001, 4001, 6000]);
});

test("C22: tables that cannot be loaded are tried again, and the guess stands in meanwhile", async () => {
  const fails = () => Promise.reject(new Error("no memory"));
  expect((await tokenizerOf("gpt-4o", fails)).name).toBe("approx");
  expect((await tokenizerOf("gpt-4o")).name).toBe("o200k_base");
});
