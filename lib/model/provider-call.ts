import type { LookupFunction } from "node:net";
import type { CallModel } from "../domain/model.ts";
import type { ProviderSetup } from "../domain/model-provider.ts";
import { callOpenAI, callThroughPackage } from "./ai-sdk.ts";
import { callChatCompletions } from "./chat-completions.ts";
import { observed } from "./observe.ts";
import { withoutKeys } from "./provider-error.ts";
import { retrying } from "./retry.ts";

/** Looks up an address that a person gave, once it is checked. Throws a sentence for one that may not be reached. */
export type CheckedLookup = (url: URL, signal: AbortSignal) => Promise<LookupFunction>;

/**
 * How a provider that a person added is called. Packages of providers are loaded with their first call. Only the address
 * of a "compatible" one is the person's own; it is reached through `lookup`.
 */
export function callProviderOf({ kind, baseUrl, apiKey }: ProviderSetup, lookup: CheckedLookup): CallModel {
  const settings = { apiKey: apiKey ?? undefined };
  const call = plainCall(kind, baseUrl ?? "", settings, lookup);
  return observed(withoutKeys(retrying(call), settings.apiKey), kind);
}

function plainCall(
  kind: ProviderSetup["kind"],
  baseUrl: string,
  settings: { readonly apiKey?: string },
  lookup: CheckedLookup,
): CallModel {
  switch (kind) {
    case "openai":
      return callOpenAI(settings);
    case "anthropic":
      return callThroughPackage(async (model, options) => {
        const { createAnthropic } = await import("@ai-sdk/anthropic");
        return createAnthropic(options)(model);
      }, settings);
    case "google":
      return callThroughPackage(async (model, options) => {
        const { createGoogleGenerativeAI } = await import("@ai-sdk/google");
        return createGoogleGenerativeAI(options)(model);
      }, settings);
    case "mistral":
      return callThroughPackage(async (model, options) => {
        const { createMistral } = await import("@ai-sdk/mistral");
        return createMistral(options)(model);
      }, settings);
    case "compatible":
      return callChatCompletions({ ...settings, baseUrl, lookup });
    default:
      return kind satisfies never;
  }
}
