import { expect, test } from "vitest";
import type { CallModel, FinishReason, ModelRequest } from "../domain/model.ts";
import { admitting } from "./admission.ts";
import { type Completion, completeText } from "./complete-text.ts";
import { fallbackTitle, modelTitle } from "./titles.ts";

const TITLE: Completion = { purpose: "title", messages: [], maxTokens: 1, isAsked: false };
const SUMMARY: Completion = { ...TITLE, purpose: "summary" };

test.each<[string, string | null]>([
  ["What is the capital of Norway?", "What is the capital of Norway?"],
  ["  one\n\ntwo  ", "one two"],
  ["", null],
  [" \n\t ", null],
  ["word ".repeat(40), "word word word word word word word word word word word..."],
  ["x".repeat(200), `${"x".repeat(57)}...`],
])("the title of %j until there is a better one is %j", (question, title) => {
  expect(fallbackTitle(question)).toBe(title);
});

test("lesson 36: a model's title is cleaned", async () => {
  expect((await titled(["<think>Hm</think>", "**Os", "lo**"])).title).toBe("Oslo");
});

test("a model's text can be stored, whatever it holds", async () => {
  expect((await titled(["Os\u0000lo \ud83d"])).title).toBe("Os\uFFFDlo \uFFFD");
});

test("a pair of surrogates that two deltas share stays whole", async () => {
  expect(await completeText(model(["\ud83d", "\ude00"]), TITLE)).toBe("😀");
});

test("a model that fails gives no title, and the log its reason without the question", async () => {
  const { title, logged } = await titled(new Error("gone"));
  expect(title).toBeNull();
  expect(logged).toEqual([{ err: new Error("gone") }]);
});

test("the small model gets the beginning of a long question, no tools and few tokens", async () => {
  const { requests } = await titled(["Oslo"], "x".repeat(10_000));
  expect(requests).toMatchObject([
    { model: "small", purpose: "title", tools: [], toolChoice: "none", settings: { maxTokens: 200 } },
  ]);
  expect(JSON.stringify(requests[0]?.messages.at(-1)).length).toBeLessThan(4100);
});

test.each<[string, readonly string[], FinishReason | null]>([
  ["is cut off by its length", ["A journey to the"], "length"],
  ["is cut off by a filter", ["A journey"], "content-filter"],
  ["calls a tool", ["A journey"], "tool-calls"],
  ["has no end", ["A journey"], null],
  ["is empty", [], "stop"],
  ["is white space", [" \n\t\u00a0"], "stop"],
  ["has only signs", ["...", " —"], "stop"],
  ["has only thoughts", ["<think>Hm, what", " could</think>\n"], "stop"],
  ["has thoughts without an end", ["<think>Hm"], "stop"],
])("C7: an answer that %s is a failure, and no title is made of it", async (_, answer, finish) => {
  const scope = model(answer, finish);
  await expect(completeText(scope, SUMMARY)).rejects.toMatchObject({
    code: "model-failed",
  });
  expect((await titled(answer, "What?", finish)).title).toBeNull();
});

test("C7: an answer is given whole, without the thoughts before it", async () => {
  const scope = model(["<think>Hm</think>\n", "Two lines\n", "of text. "]);
  expect(await completeText(scope, SUMMARY)).toBe("Two lines\nof text.");
});

async function titled(
  answer: readonly string[] | Error,
  question = "Where is Oslo?",
  finish: FinishReason | null = "stop",
) {
  const logged: object[] = [];
  const log = { debug() {}, info() {}, warn: (fields: object) => void logged.push(fields), error() {} };
  const { requests, ...scope } = model(answer, finish);
  return { title: await modelTitle({ ...scope, log }, question, { isAsked: false }), logged, requests };
}

function model(answer: readonly string[] | Error, finish: FinishReason | null = "stop") {
  const requests: ModelRequest[] = [];
  const call: CallModel = async function* (request) {
    requests.push(request);
    if (answer instanceof Error) throw answer;
    for (const text of answer) yield [{ type: "text-delta", text }];
    const usage = { inputTokens: null, outputTokens: null };
    if (finish !== null) yield [{ type: "finish", reason: finish, usage }];
  };
  return {
    accountId: "an account",
    models: admitting({
      call,
      defaultModel: "big",
      smallModel: "small",
      isDemo: false,
      list: async () => [],
      mayAsk: async () => true,
      embedding: null,
    }),
    requests,
  };
}
