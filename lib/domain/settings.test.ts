import { expect, test } from "vitest";
import { ModelSettings } from "./model.ts";
import { RecallOptions } from "./recall-options.ts";

test.each([
  {},
  { model: "m", temperature: 0, topP: 1, maxTokens: 1, stop: [], seed: -1, logitBias: { "1": -100 } },
  { frequencyPenalty: -2, presencePenalty: 2, responseFormat: { type: "text" } },
  { responseFormat: { type: "json_schema", schema: { z: 1, a: 2 }, beside: { name: "n" } } },
])("settings %j are read as they are", (settings) => {
  expect(ModelSettings.parse(settings)).toEqual(settings);
});

test.each([
  null,
  [],
  { model: null },
  { topP: "1" },
  { maxTokens: null },
  { stop: "a" },
  { stop: [1] },
  { logitBias: { a: "1" } },
  { responseFormat: { type: "json_schema" } },
  { responseFormat: { type: "xml" } },
])("settings %j are none", (settings) => {
  expect(ModelSettings.safeParse(settings).success).toBe(false);
});

test("settings in a dialect's words are not among ours", () => {
  expect(ModelSettings.parse({ top_p: 1, max_tokens: 1, own: 1, seed: 1 })).toEqual({ seed: 1 });
  expect(RecallOptions.parse({ max_query_length: 1, own: 1, limit: 1 })).toEqual({ limit: 1 });
});

test.each([
  {},
  { mode: "text", trigramSimilarityThreshold: null },
  { mode: "hybrid", metadataFilter: { a: { b: 1 } }, alpha: 0, kMultiplier: 7, includeEmbeddings: false },
])("recall options %j are read as they are", (options) => {
  expect(RecallOptions.parse(options)).toEqual(options);
});

test.each([null, { mode: "other" }, { limit: null }, { lang: 1 }, { metadataFilter: [] }, { confidence: "1" }])(
  "recall options %j are none",
  (options) => {
    expect(RecallOptions.safeParse(options).success).toBe(false);
  },
);
