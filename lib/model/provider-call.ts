import type { CallModel, ModelRequest } from "../domain/model.ts";
import type { ProviderSetup } from "../domain/model-provider.ts";
import type { AdaptationLog } from "./adapting.ts";
import { callOpenAI, callThroughPackage } from "./ai-sdk.ts";
import { type CheckedLookup, callChatCompletions } from "./chat-completions.ts";
import type { Lessons } from "./lessons.ts";
import { observed } from "./observe.ts";
import { withoutKeys } from "./provider-error.ts";
import { noteInability } from "./refused-abilities.ts";
import { retrying } from "./retry.ts";
import type { Waits } from "./waits.ts";

type Options = {
  /** For the address of a "compatible" one, which alone is the person's own. */
  readonly lookup: CheckedLookup;
  readonly waits: Waits;
  readonly log: AdaptationLog;
  /** What its models turned out not to take. */
  readonly lessons: Lessons;
};

/** How a provider that a person added is called. Packages of providers are loaded with their first call. */
export function callProviderOf({ kind, baseUrl, apiKey }: ProviderSetup, options: Options): CallModel {
  const ownKey = apiKey ?? undefined;
  const call = plainCall(kind, baseUrl ?? "", { ...options, apiKey: ownKey });
  const noted = (request: ModelRequest, thrown: unknown) => noteInability(options.lessons, request, thrown);
  return observed(withoutKeys(retrying(call, Math.random, options.waits.firstMs), ownKey, noted), kind);
}

function plainCall(
  kind: ProviderSetup["kind"],
  baseUrl: string,
  settings: Options & { readonly apiKey?: string },
): CallModel {
  switch (kind) {
    case "openai":
      return callOpenAI(settings);
    case "anthropic":
      return callThroughPackage(
        async (model, options) => {
          const { createAnthropic } = await import("@ai-sdk/anthropic");
          return createAnthropic(options)(model);
        },
        { ...settings, rules: { isStrict: true }, keepsFor: kind },
      );
    case "google":
      return callThroughPackage(
        async (model, options) => {
          const { createGoogleGenerativeAI } = await import("@ai-sdk/google");
          return createGoogleGenerativeAI(options)(model);
        },
        { ...settings, rules: { isStrict: true }, keepsFor: kind },
      );
    case "mistral":
      return callThroughPackage(
        async (model, options) => {
          const { createMistral } = await import("@ai-sdk/mistral");
          return createMistral(options)(model);
        },
        { ...settings, rules: { isStrict: true, hasShortIds: true }, keepsFor: kind },
      );
    case "compatible":
      return callChatCompletions({ ...settings, baseUrl });
    default:
      return kind satisfies never;
  }
}
