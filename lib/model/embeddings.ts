import { createOpenAI } from "@ai-sdk/openai";
import { ChatError } from "../domain/errors.ts";
import type { EmbedTexts } from "../domain/model.ts";
import type { ProviderSettings } from "./catalogue.ts";
import { limitedFetch } from "./limited-text.ts";
import { toProviderError, withoutKey } from "./provider-error.ts";

/** A hundred vectors of 4,096 numbers have some 9 MB. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** Embeds texts through the embeddings endpoint of OpenAI, or of a server that speaks like it. */
export function embedThrough({ apiKey, baseUrl }: ProviderSettings, model: string): EmbedTexts {
  return async (texts, options) => {
    const key = options.apiKey ?? apiKey ?? "";
    const provider = createOpenAI({ apiKey: key, baseURL: baseUrl, fetch: limitedFetch(LIMIT_BYTES) });
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
    return { vectors, tokens: usage?.tokens ?? null };
  };
}
