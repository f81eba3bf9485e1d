import { ChatError } from "../domain/errors.ts";
import { jsonShape } from "../domain/json-shape.ts";
import type { ModelInfo } from "../domain/model.ts";
import type { ProviderSetup } from "../domain/model-provider.ts";
import type { Outbound } from "../domain/outbound.ts";
import { HAS_NO_LIST } from "./catalogue.ts";
import { endpointUrl, keyHeaders } from "./endpoint-url.ts";
import { listedModels, withoutKeyNames } from "./model-list.ts";
import { refusedRequest, withoutKey } from "./provider-error.ts";

const TIME_LIMIT_MS = 10_000;

/**
 * Asks a provider which models it has. Null: it has no list, and its models are known by name alone.
 *
 * Throws "model-failed" with what the provider said, or why it could not be reached; the key is not in the words.
 */
export async function askModels(
  setup: ProviderSetup,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<readonly ModelInfo[] | null> {
  try {
    const { url, headers } = listRequest(setup);
    const request = { method: "GET", url, headers, body: null, followRedirects: false, timeoutMs: TIME_LIMIT_MS };
    const {
      status,
      headers: told,
      body,
    } = await outbound(request, signal).catch((thrown) => {
      signal.throwIfAborted();
      throw new ChatError("model-failed", thrown instanceof Error ? thrown.message : "It could not be reached.");
    });
    if (HAS_NO_LIST.has(status)) return null;
    if (status !== 200) throw refusedRequest(status, told, body);
    return listed(setup, body);
  } catch (thrown) {
    throw withoutKey(thrown, [setup.apiKey ?? undefined]);
  }
}

function listRequest({ kind, baseUrl, apiKey }: ProviderSetup) {
  const bearer: Record<string, string> = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  switch (kind) {
    case "openai":
      return { url: "https://api.openai.com/v1/models", headers: bearer };
    case "mistral":
      return { url: "https://api.mistral.ai/v1/models", headers: bearer };
    case "anthropic":
      return {
        url: "https://api.anthropic.com/v1/models?limit=1000",
        headers: { "x-api-key": apiKey ?? "", "anthropic-version": "2023-06-01" },
      };
    case "google":
      return {
        url: "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000",
        headers: { "x-goog-api-key": apiKey ?? "" },
      };
    case "compatible": {
      const url = endpointUrl(baseUrl ?? "", "models");
      return { url: url.href, headers: keyHeaders(url, apiKey ?? undefined) };
    }
    default:
      return kind satisfies never;
  }
}

/**
 * The models in a list that one can chat with, as far as it tells; none that names the key. Throws "model-failed" for
 * what is no list.
 */
function listed({ kind, apiKey }: ProviderSetup, text: string): readonly ModelInfo[] {
  const models = jsonShape(text).over === null ? listedModels(parsed(text)) : null;
  if (models === null) throw new ChatError("model-failed", "It answered with something that is no list of models");
  return withoutKeyNames(models, apiKey ?? undefined)
    .filter(({ isChat }) => isChat)
    .map((model) => (kind === "google" ? { ...model, id: model.id.replace(/^models\//u, "") } : model));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/u, ""));
  } catch {
    return null;
  }
}
