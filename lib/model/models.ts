import type { CallModel, ModelInfo } from "../domain/model.ts";
import { callOpenAI } from "./ai-sdk.ts";
import { modelCatalogue, type ProviderSettings } from "./catalogue.ts";
import { callChatCompletions } from "./chat-completions.ts";
import { callDemo } from "./demo.ts";
import { embedThrough } from "./embeddings.ts";
import { DEFAULT_MODEL, modelNames } from "./names.ts";
import { observed } from "./observe.ts";
import { withoutKeys } from "./provider-error.ts";
import { retrying } from "./retry.ts";

export type ModelSetup = ProviderSettings & {
  readonly model?: string;
  readonly smallModel?: string;
  /** Absent: docs are found by their words alone. */
  readonly embeddingModel?: string;
};

/** OpenAI itself, or with a base URL anything that speaks its chat completions. */
const callProvider = ({ apiKey, baseUrl }: ProviderSettings): CallModel =>
  observed(
    withoutKeys(
      retrying(baseUrl === undefined ? callOpenAI({ apiKey }) : callChatCompletions({ baseUrl, apiKey })),
      apiKey,
    ),
    "openai",
  );

/** The models of this server: the provider's where a key or a base URL is set, else the built-in demo. */
export function openModels(setup: ModelSetup) {
  if (setup.apiKey === undefined && setup.baseUrl === undefined) return demoModels(setup);
  const { defaultModel, smallModel } = modelNames(setup);
  const { list, mayAsk } = modelCatalogue(setup, [defaultModel, smallModel]);
  const { embeddingModel } = setup;
  const embedding =
    embeddingModel === undefined ? null : { model: embeddingModel, embed: embedThrough(setup, embeddingModel) };
  return { call: callProvider(setup), defaultModel, smallModel, isDemo: false, list: () => list(), mayAsk, embedding };
}

/** The demo, which gives way to the provider for a request that brings a key of its own. */
function demoModels(setup: ModelSetup) {
  const provider = callProvider(setup);
  const answer = observed(callDemo, "parley.demo");
  const demo: ModelInfo = { id: "demo", contextWindow: null };
  const listed = setup.model ?? DEFAULT_MODEL;
  const call: CallModel = (request) => {
    if (request.apiKey === undefined) return answer(request);
    return provider(request.model === demo.id ? { ...request, model: listed } : request);
  };
  const list = (apiKey?: string): readonly ModelInfo[] =>
    apiKey === undefined ? [demo] : [demo, { id: listed, contextWindow: null }];
  return {
    call,
    defaultModel: "demo",
    smallModel: "demo",
    isDemo: true,
    embedding: null,
    list: async (apiKey?: string) => list(apiKey),
    mayAsk: async (model: string, apiKey?: string) => list(apiKey).some(({ id }) => id === model),
  };
}
