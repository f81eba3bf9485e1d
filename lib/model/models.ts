import { type CallModel, type ModelInfo, type ModelRequest, unknownModel } from "../domain/model.ts";
import type { AdaptationLog } from "./adapting.ts";
import { callOpenAI } from "./ai-sdk.ts";
import { modelCatalogue, type ProviderSettings } from "./catalogue.ts";
import { callChatCompletions } from "./chat-completions.ts";
import { callDemo } from "./demo.ts";
import { embedThrough } from "./embeddings.ts";
import { embedHashed, HASHED_NGRAMS } from "./hashed-ngrams.ts";
import { type Lessons, lessons } from "./lessons.ts";
import { DEFAULT_MODEL, modelNames } from "./names.ts";
import { observed } from "./observe.ts";
import { withoutKeys } from "./provider-error.ts";
import { noteInability } from "./refused-abilities.ts";
import { retrying } from "./retry.ts";
import { WAITS, type Waits } from "./waits.ts";

export type ModelSetup = ProviderSettings & {
  readonly waits?: Waits;
  readonly log?: AdaptationLog;
  readonly model?: string;
  readonly smallModel?: string;
  /** Absent: docs are found by their words alone. */
  readonly embeddingModel?: string;
};

/** OpenAI itself, or with a base URL anything that speaks its chat completions. */
function callProvider({ apiKey, baseUrl, waits = WAITS, log }: ModelSetup, known: Lessons): CallModel {
  const call =
    baseUrl === undefined
      ? callOpenAI({ apiKey, waits })
      : callChatCompletions({ baseUrl, apiKey, waits, lessons: known, log });
  const noted = (request: ModelRequest, thrown: unknown) => noteInability(known, request, thrown);
  return observed(withoutKeys(retrying(call, Math.random, waits.firstMs), apiKey, noted), "openai");
}

/** The models of this server: the provider's where a key or a base URL is set, else the built-in demo. */
export function openModels(setup: ModelSetup) {
  if (setup.apiKey === undefined && setup.baseUrl === undefined) return demoModels(setup);
  const { defaultModel, smallModel } = modelNames(setup);
  const known = lessons();
  const catalogue = modelCatalogue(setup, [defaultModel, smallModel]);
  const embedding = embeddingOf(setup);
  /** The provider's models; what a refusal said of one counts before what the list says. */
  const list = async (): Promise<readonly ModelInfo[]> => (await catalogue.list()).map(known.informed);
  return {
    call: callProvider(setup, known),
    defaultModel,
    smallModel,
    isDemo: false,
    list,
    mayAsk: catalogue.mayAsk,
    embedding,
  };
}

function embeddingOf(setup: ModelSetup) {
  const model = setup.embeddingModel;
  if (model === undefined) return null;
  return { model, embed: model === HASHED_NGRAMS ? embedHashed : embedThrough(setup, model) };
}

/** The demo, which gives way to the provider for a request that brings a key of its own. */
function demoModels(setup: ModelSetup) {
  const provider = callProvider(setup, lessons());
  const answer = observed(callDemo, "parley.demo");
  const demo: ModelInfo = { ...unknownModel("demo"), images: false };
  const listed = setup.model ?? DEFAULT_MODEL;
  const call: CallModel = (request) => {
    if (request.apiKey === undefined) return answer(request);
    return provider(request.model === demo.id ? { ...request, model: listed } : request);
  };
  const list = (apiKey?: string): readonly ModelInfo[] =>
    apiKey === undefined ? [demo] : [demo, unknownModel(listed)];
  return {
    call,
    defaultModel: "demo",
    smallModel: "demo",
    isDemo: true,
    // Its docs are found by likeness too, as with a model; a model that is set up later embeds them anew.
    embedding: { model: HASHED_NGRAMS, embed: embedHashed },
    list: async (apiKey?: string) => list(apiKey),
    mayAsk: async (model: string, apiKey?: string) => list(apiKey).some(({ id }) => id === model),
  };
}
