import type { CallModel, ModelInfo } from "../domain/model.ts";
import { callProvider, type ProviderSettings } from "./ai-sdk.ts";
import { modelCatalogue } from "./catalogue.ts";
import { callDemo } from "./demo.ts";
import { retrying } from "./retry.ts";

const DEFAULT_MODEL = "gpt-4.1-mini";

export type ModelSetup = ProviderSettings & { readonly model?: string; readonly smallModel?: string };

/** The models of this server: the provider's where a key or a base URL is set, else the built-in demo. */
export function openModels(setup: ModelSetup) {
  if (setup.apiKey === undefined && setup.baseUrl === undefined) return demoModels(setup);
  const defaultModel = setup.model ?? DEFAULT_MODEL;
  const smallModel = setup.smallModel ?? defaultModel;
  const list = modelCatalogue(setup, [defaultModel, smallModel]);
  return { call: retrying(callProvider(setup)), defaultModel, smallModel, isDemo: false, list: () => list() };
}

/** The demo, which gives way to the provider for a request that brings a key of its own. */
function demoModels(setup: ModelSetup) {
  const provider = retrying(callProvider(setup));
  const demo: ModelInfo = { id: "demo", contextWindow: null };
  const listed = setup.model ?? DEFAULT_MODEL;
  const call: CallModel = (request) => {
    if (request.apiKey === undefined) return callDemo(request);
    return provider(request.model === demo.id ? { ...request, model: listed } : request);
  };
  return {
    call,
    defaultModel: "demo",
    smallModel: "demo",
    isDemo: true,
    list: async (apiKey?: string): Promise<readonly ModelInfo[]> =>
      apiKey === undefined ? [demo] : [demo, { id: listed, contextWindow: null }],
  };
}
