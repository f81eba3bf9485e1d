import type { Agent } from "../../domain/agent.ts";
import type { ModelSettings } from "../../domain/model.ts";
import type { RecallOptions } from "../../domain/recall-options.ts";

// The names that templates know settings by: the Julep contract, sections 3.8, 3.9 and 4.3.

const SETTING_NAMES: Readonly<Record<keyof ModelSettings, string>> = {
  model: "model",
  temperature: "temperature",
  topP: "top_p",
  maxTokens: "max_tokens",
  stop: "stop",
  seed: "seed",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  logitBias: "logit_bias",
  responseFormat: "response_format",
};

const RECALL_NAMES: Readonly<Record<keyof RecallOptions, string>> = {
  mode: "mode",
  limit: "limit",
  lang: "lang",
  metadataFilter: "metadata_filter",
  numSearchMessages: "num_search_messages",
  maxQueryLength: "max_query_length",
  includeEmbeddings: "include_embeddings",
  confidence: "confidence",
  mmrStrength: "mmr_strength",
  alpha: "alpha",
  trigramSimilarityThreshold: "trigram_similarity_threshold",
  kMultiplier: "k_multiplier",
};

/** Settings under their names in templates: all of them, null where unset. */
export const settingVariables = (settings: ModelSettings): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(Object.values(SETTING_NAMES).map((name) => [name, null])),
  ...named(SETTING_NAMES, { ...settings, responseFormat: formatVariable(settings.responseFormat) }),
});

/**
 * What was given as an agent's settings, under the names in templates: what is set, and what was given besides. Null:
 * nothing was given.
 */
export function defaultSettingVariables({
  settings,
  extraSettings,
}: Pick<Agent, "settings" | "extraSettings">): Readonly<Record<string, unknown>> | null {
  const set = Object.entries(settingVariables(settings)).filter(([, value]) => value !== null);
  return set.length === 0 && extraSettings === null ? null : { ...extraSettings, ...Object.fromEntries(set) };
}

/** What was said of a session's recall, under its names in templates. */
export const recallVariables = (options: RecallOptions): Readonly<Record<string, unknown>> =>
  named(RECALL_NAMES, options);

function formatVariable(format: ModelSettings["responseFormat"]): unknown {
  if (format?.type !== "json_schema") return format;
  const { type, schema, beside } = format;
  return { type, json_schema: beside === undefined ? schema : { ...beside, schema } };
}

const named = (names: Readonly<Record<string, string>>, values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(names).flatMap(([key, name]) => (values[key] === undefined ? [] : [[name, values[key]]])),
  );
