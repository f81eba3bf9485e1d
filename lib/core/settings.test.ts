import { expect, test } from "vitest";
import type { ModelSettings } from "../domain/model.ts";
import { changedSettings, type SettingsChange, withoutUnset } from "./settings.ts";

test.each<[ModelSettings, SettingsChange, ModelSettings]>([
  [{}, {}, {}],
  [{ seed: 1, topP: 0.5 }, {}, { seed: 1, topP: 0.5 }],
  [{ seed: 1 }, { temperature: 0, topP: undefined }, { seed: 1, temperature: 0 }],
  [
    { seed: 1, temperature: 1, maxTokens: 5 },
    { temperature: null, maxTokens: 6 },
    { seed: 1, maxTokens: 6 },
  ],
  [{}, { topP: null }, {}],
])("%j changed by %j is %j", (old, change, changed) => {
  const given = changedSettings(old, change);
  expect(given).toEqual(changed);
  expect(Object.keys(given)).toHaveLength(Object.keys(changed).length);
});

test("what is unset is taken out, and the value that was given stays as it is", () => {
  const value = { topP: undefined, seed: 0, stop: [] };
  expect(Object.keys(withoutUnset(value))).toEqual(["seed", "stop"]);
  expect(Object.keys(value)).toEqual(["topP", "seed", "stop"]);
});
