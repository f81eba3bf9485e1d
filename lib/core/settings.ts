import { z } from "zod";
import type { ModelSettings } from "../domain/model.ts";

// The keys of an agent's settings that chat knows, in the spelling of the wire. A value that does not fit is passed over:
// it was checked when it was stored.
const Known = z.object({
  model: z.string().min(1).optional().catch(undefined),
  temperature: z.number().optional().catch(undefined),
  top_p: z.number().optional().catch(undefined),
  max_tokens: z.number().optional().catch(undefined),
  stop: z.array(z.string()).optional().catch(undefined),
  seed: z.number().optional().catch(undefined),
  frequency_penalty: z.number().optional().catch(undefined),
  presence_penalty: z.number().optional().catch(undefined),
  logit_bias: z.record(z.string(), z.number()).optional().catch(undefined),
  response_format: z
    .object({ type: z.string().default("text"), json_schema: z.record(z.string(), z.unknown()).optional() })
    .optional()
    .catch(undefined),
});

/** An agent's stored settings as settings of a model call. */
export function storedSettings(stored: unknown): ModelSettings {
  const known = Known.safeParse(stored).data ?? {};
  return withoutUnset({
    model: known.model,
    temperature: known.temperature,
    topP: known.top_p,
    maxTokens: known.max_tokens,
    stop: known.stop,
    seed: known.seed,
    frequencyPenalty: known.frequency_penalty,
    presencePenalty: known.presence_penalty,
    logitBias: known.logit_bias,
    responseFormat: known.response_format && wireResponseFormat(known.response_format),
  });
}

/** Settings in the spelling of the wire, as templates name them. */
export const wireSettings = (settings: ModelSettings) => ({
  model: settings.model,
  temperature: settings.temperature,
  top_p: settings.topP,
  max_tokens: settings.maxTokens,
  stop: settings.stop,
  seed: settings.seed,
  frequency_penalty: settings.frequencyPenalty,
  presence_penalty: settings.presencePenalty,
  logit_bias: settings.logitBias,
  response_format: settings.responseFormat,
});

/** Settings without the keys that say nothing, so that a spread of them overrides nothing. */
export const withoutUnset = (settings: ModelSettings): ModelSettings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

/**
 * A `response_format` of the wire as the model port takes it. A `json_schema` may be the schema, or hold it under
 * `schema` beside its name.
 */
export function wireResponseFormat(wire: {
  readonly type: string;
  readonly json_schema?: Readonly<Record<string, unknown>>;
}): ModelSettings["responseFormat"] {
  if (wire.type !== "json_schema") return { type: wire.type === "json_object" ? "json_object" : "text" };
  const { json_schema: given = {} } = wire;
  const inner = z.record(z.string(), z.unknown()).safeParse(given.schema);
  return { type: "json_schema", schema: inner.success ? inner.data : given };
}
