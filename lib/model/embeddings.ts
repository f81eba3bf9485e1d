import { createOpenAI } from "@ai-sdk/openai";
import { ChatError } from "../domain/errors.ts";
import type { EmbedTexts } from "../domain/model.ts";
import type { ProviderSettings } from "./catalogue.ts";
import { toProviderError, withoutKey } from "./provider-error.ts";

const TEXTS_PER_CALL = 100;

/** Embeds texts through the embeddings endpoint of OpenAI, or of a server that speaks like it. */
export function embedThrough({ apiKey, baseUrl }: ProviderSettings, model: string): EmbedTexts {
  return async (texts, options) => {
    const provider = createOpenAI({ apiKey: options.apiKey ?? apiKey ?? "", baseURL: baseUrl });
    const vectors: (readonly number[])[] = [];
    for (let from = 0; from < texts.length; from += TEXTS_PER_CALL) {
      const values = texts.slice(from, from + TEXTS_PER_CALL);
      try {
        const { embeddings } = await provider.embeddingModel(model).doEmbed({ values, abortSignal: options.signal });
        vectors.push(...embeddings);
      } catch (thrown) {
        options.signal.throwIfAborted();
        throw withoutKey(toProviderError(thrown), [options.apiKey, apiKey]);
      }
    }
    if (vectors.length !== texts.length || vectors.some((vector) => vector.length !== vectors[0]?.length)) {
      throw new ChatError("model-failed", "The embedding model did not give one vector of one length for each text");
    }
    return vectors;
  };
}
