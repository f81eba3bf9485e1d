import { setTimeout as sleep } from "node:timers/promises";
import type { ModelInfo } from "../domain/model.ts";
import { type ProviderSettings, providerModels } from "./catalogue.ts";

const TRIES = 3;
const PAUSE_MS = 1000;

/**
 * The model that a server of models is asked for where nobody has named one: the first of its list that one can chat
 * with.
 *
 * Throws an error whose sentence says what is missing: the list, or a model in it.
 */
export async function chooseModel(
  settings: ProviderSettings,
  read: (settings: ProviderSettings) => Promise<readonly ModelInfo[]> = providerModels,
): Promise<string> {
  const found = await listSoon(settings, read);
  const chosen = chosenModel(found);
  if (chosen) return chosen.id;
  const what = found.length === 0 ? "names no model" : "names no model that one can chat with";
  throw new Error(`OPENAI_MODEL is not set, and the list of ${settings.baseUrl} ${what}. Set OPENAI_MODEL.`);
}

/** The first model of a list that one can chat with, or the only one, whatever it is called. */
export const chosenModel = (listed: readonly ModelInfo[]): ModelInfo | undefined =>
  listed.find(({ isChat }) => isChat) ?? (listed.length === 1 ? listed[0] : undefined);

/** A server that is started together with this one may need a moment. */
async function listSoon(
  settings: ProviderSettings,
  read: (settings: ProviderSettings) => Promise<readonly ModelInfo[]>,
): Promise<readonly ModelInfo[]> {
  for (let n = 1; ; n++) {
    try {
      return await read(settings);
    } catch (thrown) {
      if (n < TRIES) {
        await sleep(PAUSE_MS);
        continue;
      }
      const why = thrown instanceof Error ? thrown.message : "unknown";
      throw new Error(
        `OPENAI_MODEL is not set, and the models of ${settings.baseUrl} could not be listed (${why}). Start that server first, or set OPENAI_MODEL.`,
      );
    }
  }
}
