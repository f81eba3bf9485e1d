import { ChatError } from "../domain/errors.ts";
import type { EmbedTexts } from "../domain/model.ts";
import { tokenCount } from "../domain/token-count.ts";
import type { ProviderSettings } from "./catalogue.ts";
import { endpointUrl, keyHeaders } from "./endpoint-url.ts";
import { limitedFetch } from "./limited-text.ts";
import { toProviderError, withoutKey } from "./provider-error.ts";

/** A hundred vectors of 4,096 numbers have some 9 MB. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** Where a provider package is to ask; it glues addresses together, which a query does not survive. */
function address(baseUrl: string | undefined, apiKey: string | undefined) {
  const limited = limitedFetch(LIMIT_BYTES);
  if (baseUrl === undefined) return { fetch: limited };
  const url = endpointUrl(baseUrl, "embeddings");
  const ask: typeof fetch = (_, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(keyHeaders(url, apiKey))) headers.set(name, value);
    return limited(url, { ...init, headers });
  };
  return { baseURL: baseUrl, fetch: ask };
}

/**
 * Embeds texts through the embeddings endpoint of OpenAI, or of a server that speaks like it. Loads its package at
 * first.
 */
export function embedThrough({ apiKey, baseUrl }: ProviderSettings, model: string): EmbedTexts {
  return async (texts, options) => {
    const key = options.apiKey ?? apiKey ?? "";
    const { createOpenAI } = await import("@ai-sdk/openai");
    const provider = createOpenAI({ apiKey: key, ...address(baseUrl, options.apiKey ?? apiKey) });
    const request = { values: [...texts], abortSignal: options.signal };
    const { embeddings: vectors, usage } = await Promise.resolve(provider.embeddingModel(model).doEmbed(request)).catch(
      (thrown) => {
        options.signal.throwIfAborted();
        throw withoutKey(toProviderError(thrown), [options.apiKey, apiKey]);
      },
    );
    if (vectors.length !== texts.length || vectors.some((vector) => vector.length !== vectors[0]?.length)) {
      throw new ChatError("model-failed", "The embedding model did not give one vector of one length for each text");
    }
    return { vectors, tokens: tokenCount(usage?.tokens) };
  };
}
