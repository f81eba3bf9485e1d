import type { SharedV4ProviderMetadata } from "@ai-sdk/provider";
import { z } from "zod";
import type { ModelEvent } from "../domain/model.ts";

const Metadata = z.record(z.string(), z.record(z.string(), z.json()));
const Thoughts = z.array(z.object({ text: z.string(), providerOptions: Metadata }));

/** A stretch of thoughts with what its provider sealed into it. */
type SealedThought = { readonly text: string; readonly providerOptions: SharedV4ProviderMetadata };

/** The name in "provider-data" under which they are kept. */
const FIELD = "thoughts";

/** The thoughts of an answer as they were kept; none where there are none. */
export const keptThoughts = (fields: Readonly<Record<string, unknown>> | undefined): readonly SealedThought[] =>
  Thoughts.safeParse(fields?.[FIELD]).data ?? [];

/** What was kept of a call, to go back with it. */
export const keptOfCall = (kept: unknown): z.infer<typeof Metadata> | undefined => Metadata.safeParse(kept).data;

/**
 * Gathers what a provider wants back with an answer: signatures of its thoughts and of its calls. `from` names who made
 * it; null: nothing is kept.
 */
export function sealedThoughts(from: string | null) {
  const thoughts = new Map<string, SealedThought>();
  let hasCalls = false;
  return {
    note(id: string, text: string, metadata: SharedV4ProviderMetadata | undefined): void {
      if (from === null) return;
      const { text: before, providerOptions } = thoughts.get(id) ?? { text: "", providerOptions: {} };
      thoughts.set(id, { text: before + text, providerOptions: withMetadata(providerOptions, metadata) });
    },
    ofCall(metadata: SharedV4ProviderMetadata | undefined): { readonly kept?: SharedV4ProviderMetadata } {
      if (from === null || metadata === undefined) return {};
      hasCalls = true;
      return { kept: metadata };
    },
    data(): ModelEvent[] {
      const sealed = [...thoughts.values()].filter((one) => Object.values(one.providerOptions).some(isSealed));
      if (from === null || (sealed.length === 0 && !hasCalls)) return [];
      return [{ type: "provider-data", from, ...(sealed.length > 0 ? { fields: { [FIELD]: sealed } } : {}) }];
    },
  };
}

/** Metadata of two pieces of one stretch: what each provider says of it is laid together. */
function withMetadata(before: SharedV4ProviderMetadata, next: SharedV4ProviderMetadata = {}): SharedV4ProviderMetadata {
  const all = { ...before };
  for (const [provider, fields] of Object.entries(next)) all[provider] = { ...all[provider], ...fields };
  return all;
}

/** Whether metadata hold what nobody but the provider can read. */
const isSealed = (metadata: object): boolean =>
  Object.entries(metadata).some(
    ([name, value]) => /encrypted|signature|redacted/iu.test(name) && typeof value === "string" && value !== "",
  );
