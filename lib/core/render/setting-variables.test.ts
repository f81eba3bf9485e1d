import { expect, test } from "vitest";
import { ModelSettings } from "../../domain/model.ts";
import { RecallOptions } from "../../domain/recall-options.ts";
import { defaultSettingVariables, recallVariables, settingVariables } from "./setting-variables.ts";

test("templates know every setting by its name, null where it is unset", () => {
  const names = Object.keys(settingVariables({}));
  expect(names).toHaveLength(Object.keys(ModelSettings.shape).length);
  expect(names.every((name) => /^[a-z_]+$/.test(name))).toBe(true);
  expect(settingVariables({ topP: 0, stop: [] })).toMatchObject({ top_p: 0, stop: [], model: null, max_tokens: null });
});

test.each<[ModelSettings["responseFormat"], unknown]>([
  [{ type: "text" }, { type: "text" }],
  [
    { type: "json_schema", schema: { a: 1 } },
    { type: "json_schema", json_schema: { a: 1 } },
  ],
  [
    { type: "json_schema", schema: { a: 1 }, beside: { name: "n" } },
    { type: "json_schema", json_schema: { name: "n", schema: { a: 1 } } },
  ],
])("templates know the format %j as %j", (responseFormat, variable) => {
  expect(settingVariables({ responseFormat })).toMatchObject({ response_format: variable });
});

test.each([
  [{}, null, null],
  [{}, {}, {}],
  [{ seed: 1 }, null, { seed: 1 }],
  [
    { seed: 1, topP: 0.5 },
    { own: [], min_p: null },
    { seed: 1, top_p: 0.5, own: [], min_p: null },
  ],
  // What another dialect has set since then is what holds.
  [{ temperature: 0.5 }, { temperature: null }, { temperature: 0.5 }],
])("an agent's settings %j with %j are known as %j", (settings, extraSettings, variables) => {
  expect(defaultSettingVariables({ settings, extraSettings })).toEqual(variables);
});

test("recall options are known by their names, as far as they were said", () => {
  expect(recallVariables({})).toEqual({});
  const said = { limit: 1, trigramSimilarityThreshold: null };
  expect(recallVariables(said)).toEqual({ limit: 1, trigram_similarity_threshold: null });
  const all = RecallOptions.keyof().options.map((key) => [key, 1]);
  expect(Object.keys(recallVariables(Object.fromEntries(all)))).toHaveLength(all.length);
});
