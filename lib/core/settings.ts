import type { ModelSettings } from "../domain/model.ts";

/** A value without the keys that say nothing, so that a spread of it overrides nothing. */
export function withoutUnset<Value extends object>(value: Value): Value {
  const set = { ...value };
  for (const key in set) if (set[key] === undefined) Reflect.deleteProperty(set, key);
  return set;
}

/** What is to become of settings: null takes one out, what is absent stays. */
export type SettingsChange = {
  readonly [Key in "temperature" | "topP" | "maxTokens"]?: ModelSettings[Key] | null;
};

/** Settings with those of `change` set. */
export function changedSettings(old: ModelSettings, change: SettingsChange): ModelSettings {
  const named = Object.entries(withoutUnset(change));
  return withoutUnset({ ...old, ...Object.fromEntries(named.map(([key, value]) => [key, value ?? undefined])) });
}
