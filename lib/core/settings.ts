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
  });
}

/** Settings without the keys that say nothing, so that a spread of them overrides nothing. */
export const withoutUnset = (settings: ModelSettings): ModelSettings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
