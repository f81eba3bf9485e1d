import { jsonShape } from "../domain/json-shape.ts";
import { type ModelInfo, unknownModel } from "../domain/model.ts";
import { endpointUrl, keyHeaders } from "./endpoint-url.ts";
import { limitedText } from "./limited-text.ts";
import { listedModels, withoutKeyNames } from "./model-list.ts";

export type ProviderSettings = { readonly apiKey?: string; readonly baseUrl?: string };

const KEEP_MS = 5 * 60_000;
/** The pause after a first failure; it doubles with each that follows. */
const FIRST_PAUSE_MS = 2000;
const TIME_LIMIT_MS = 5000;
const LIMIT_BYTES = 4 * 1024 * 1024;
/** What a server answers that has no list of models. */
export const HAS_NO_LIST = new Set([404, 405, 501]);

export type Catalogue = {
  /** What may be asked for, the configured names first; at most 1,000 of the provider's. Never throws. */
  readonly list: () => Promise<readonly ModelInfo[]>;
  /** Whether a model may be asked for. Where the provider has not told its models yet, it is to judge itself. */
  readonly mayAsk: (model: string) => Promise<boolean>;
  /** Whether `list` is all that the provider has: it has told its models, and has a list of them. */
  readonly isComplete: () => boolean;
};

/**
 * What the provider offers; asked for every five minutes, and by many callers once.
 *
 * A list that fails changes nothing: what was known stays, and the provider is asked again after a pause of two
 * seconds, then four, and so on. A provider that has no list leaves the configured names.
 */
export const modelCatalogue = (settings: ProviderSettings, configured: readonly string[]): Catalogue =>
  catalogueOf(() => providerModels(settings), configured);

/** The same of whatever gives a list of models. */
export function catalogueOf(askFor: () => Promise<readonly ModelInfo[]>, configured: readonly string[]): Catalogue {
  let models = merged(configured, []);
  let isKnown = false;
  let until = 0;
  let failures = 0;
  let asking: Promise<void> | null = null;

  const ask = async () => {
    try {
      models = merged(configured, await askFor());
      isKnown = true;
      failures = 0;
      until = Date.now() + KEEP_MS;
    } catch {
      until = Date.now() + Math.min(KEEP_MS, FIRST_PAUSE_MS * 2 ** failures++);
    }
    asking = null;
  };
  const current = async () => {
    if (asking === null && Date.now() >= until) asking = ask();
    // The first answer is waited for; all others come in the background.
    if (!isKnown && failures === 0) await asking;
    return models;
  };
  return {
    list: async () => [...(await current()).values()],
    mayAsk: async (model) => (await current()).has(model) || !isKnown,
    isComplete: () => isKnown && models.size > configured.length,
  };
}

/** The configured names, then the provider's, each once with what the provider says of it. */
function merged(configured: readonly string[], offered: readonly ModelInfo[]): ReadonlyMap<string, ModelInfo> {
  const models = new Map(configured.map((id) => [id, unknownModel(id)]));
  for (const model of offered) {
    // A name that is set again keeps its place, and one that is configured is there to chat with, whatever it is
    // called.
    models.set(model.id, models.has(model.id) ? { ...model, isChat: true } : model);
  }
  return models;
}

/** The models of the provider's list; none where it has no list. Throws where nobody can know. */
export async function providerModels({ apiKey, baseUrl }: ProviderSettings): Promise<readonly ModelInfo[]> {
  const url = endpointUrl(baseUrl ?? "https://api.openai.com/v1", "models");
  const headers: HeadersInit = keyHeaders(url, apiKey);
  const response = await fetch(url.href, { headers, signal: AbortSignal.timeout(TIME_LIMIT_MS), redirect: "error" });
  if (!response.ok) {
    await response.body?.cancel();
    if (HAS_NO_LIST.has(response.status)) return [];
    throw new Error(`The provider's list of models failed (${response.status})`);
  }
  const text = await limitedText(response, LIMIT_BYTES);
  if (jsonShape(text).over !== null) throw new Error("The provider's list of models holds too much");
  const models = listedModels(JSON.parse(text.replace(/^\uFEFF/u, "")));
  if (models === null) throw new Error("The provider's list of models is none");
  return withoutKeyNames(models, apiKey);
}
