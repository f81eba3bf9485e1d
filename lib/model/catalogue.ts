import { z } from "zod";
import type { ModelInfo } from "../domain/model.ts";

export type ProviderSettings = { readonly apiKey?: string; readonly baseUrl?: string };

const KEEP_MS = 5 * 60_000;
const TIME_LIMIT_MS = 5000;
const List = z.object({
  data: z.array(
    z.object({ id: z.string(), context_window: z.number().optional(), max_model_len: z.number().optional() }),
  ),
});

/**
 * Lists what the provider offers, the configured names first; asked for at most every five minutes.
 *
 * A provider that gives no list, or another key than ours, leaves the configured names and what was known before.
 */
export function modelCatalogue(settings: ProviderSettings, configured: readonly string[]) {
  let known: readonly ModelInfo[] = [];
  let until = 0;
  let asking: Promise<void> | null = null;

  const ask = async () => {
    until = Date.now() + KEEP_MS;
    const base = settings.baseUrl ?? "https://api.openai.com/v1";
    const headers: HeadersInit = settings.apiKey === undefined ? {} : { authorization: `Bearer ${settings.apiKey}` };
    try {
      const response = await fetch(`${base.replace(/\/$/u, "")}/models`, {
        headers,
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
        redirect: "error",
      });
      const { data } = List.parse(await response.json());
      known = data.map((model) => ({
        id: model.id,
        contextWindow: model.context_window ?? model.max_model_len ?? null,
      }));
    } catch {
      // No list: the configured names stand.
    }
  };

  return async (): Promise<readonly ModelInfo[]> => {
    if (Date.now() > until) asking = ask().finally(() => {});
    // The first ask is waited for; later ones renew in the background.
    if (known.length === 0) await asking;
    const ids = [...new Set([...configured, ...known.map((model) => model.id)])];
    return ids.map((id) => known.find((model) => model.id === id) ?? { id, contextWindow: null });
  };
}
