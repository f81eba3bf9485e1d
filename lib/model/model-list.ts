import type { ModelInfo } from "../domain/model.ts";
import { isObject, items, text } from "./shapes.ts";

/** A model of a list, and whether one can chat with it, as far as its entry and its name tell. */
export type ListedModel = ModelInfo & { readonly isChat: boolean };

const MOST_MODELS = 1000;
const LONGEST_ID = 500;

// Where servers say how many tokens a model holds, what it was started with before what it could hold: vLLM, LM Studio,
// llama.cpp, OpenRouter, Mistral, Groq, Together, LiteLLM, Gemini, SGLang.
const WINDOWS: readonly (readonly string[])[] = [
  ["loaded_context_length"],
  ["meta", "n_ctx"],
  ["max_model_len"],
  ["top_provider", "context_length"],
  ["context_window"],
  ["context_length"],
  ["contextLength"],
  ["contextWindow"],
  ["max_context_length"],
  ["max_context_tokens"],
  ["max_input_tokens"],
  ["model_info", "max_input_tokens"],
  ["inputTokenLimit"],
  ["input_token_limit"],
  ["context_size"],
  ["limits", "max_context_length"],
  ["limits", "context_window"],
  ["max_sequence_length"],
  ["n_ctx"],
  ["meta", "n_ctx_train"],
];

/**
 * The models of a provider's list: OpenAI's `{"data": […]}`, `{"models": […]}`, a bare list, an object by names, or a list of
 * names. Each entry is read by itself; what has no name is left out. Null where it is no list at all.
 */
export function listedModels(value: unknown): readonly ListedModel[] | null {
  const list = listOf(value);
  return list === null ? null : list.flatMap(listed).slice(0, MOST_MODELS);
}

function listOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return null;
  const { data, models } = value;
  if (Array.isArray(data)) return data;
  // Ollama and Gemini name their own list so; llama.cpp gives both.
  if (Array.isArray(models) && models.length > 0) return models;
  const byName = isObject(data) ? data : isObject(models) ? models : null;
  return byName && Object.entries(byName).map(([id, entry]) => ({ ...(isObject(entry) ? entry : {}), id }));
}

function listed(entry: unknown): ListedModel[] {
  if (typeof entry === "string") return listed({ id: entry });
  if (!isObject(entry)) return [];
  const id = text(entry.id) || text(entry.model) || text(entry.name);
  if (id === "" || id.length > LONGEST_ID) return [];
  const sees = seesImages(entry, id);
  const sight = sees === undefined ? {} : { seesImages: sees };
  return [{ id, contextWindow: windowOf(entry), isChat: isChat(entry, id), ...sight }];
}

function windowOf(entry: Readonly<Record<string, unknown>>): number | null {
  for (const path of WINDOWS) {
    let value: unknown = entry;
    for (const name of path) value = isObject(value) ? value[name] : undefined;
    const number = typeof value === "string" && /^\d{1,9}$/u.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number) && number >= 1) return Math.floor(number);
  }
  return null;
}

/** Models of names that everybody knows to see images, and such as are known not to; nobody's list tells that of theirs. */
const SEES =
  /^(?:gpt-4o|gpt-4\.1|gpt-4-turbo|gpt-5|chatgpt-4o|o1(?!-mini|-preview)|o3(?!-mini)|o4|claude-|gemini-|pixtral)/iu;
const SEES_NOT = /^(?:gpt-3\.5|o1-mini|o1-preview|o3-mini)/iu;

/**
 * Whether a model sees images, as its entry tells: OpenRouter, Mistral, LiteLLM, LM Studio, llama.cpp, Groq and Ollama's own
 * list. Undefined: nobody has said.
 */
function seesImages(entry: Readonly<Record<string, unknown>>, id: string): boolean | undefined {
  const { architecture, capabilities, model_info: info, type } = entry;
  const modalities = isObject(architecture) ? architecture.input_modalities : entry.input_modalities;
  if (Array.isArray(modalities) && modalities.length > 0) return modalities.includes("image");
  const can = isObject(capabilities)
    ? capabilities.vision
    : isObject(info)
      ? info.supports_vision
      : entry.supports_vision;
  if (typeof can === "boolean") return can;
  if (text(type) === "vlm") return true;
  if (Array.isArray(capabilities) && (capabilities.includes("vision") || capabilities.includes("multimodal")))
    return true;
  const bare = id.slice(id.lastIndexOf("/") + 1);
  return SEES.test(bare) ? true : SEES_NOT.test(bare) ? false : undefined;
}

const NO_CHAT =
  /embed|rerank|\b(?:bge|gte|e5|tts|asr|ocr|clip|sora|veo)\b|minilm|whisper|dall-?e|moderation|diffusion|\bflux\b|imagen|image|speech|audio|transcri|realtime|guard|aqa$|(?:babbage|davinci|ada)-\d|instruct-gguf-embed/iu;
const CHAT_TYPES = /chat|llm|vlm|language|text|generat|completion/iu;

function isChat(entry: Readonly<Record<string, unknown>>, id: string): boolean {
  const { type, task, capabilities, supportedGenerationMethods: methods } = entry;
  const can = isObject(capabilities) ? (capabilities.completion_chat ?? capabilities.chat_completion) : undefined;
  if (typeof can === "boolean") return can;
  if (Array.isArray(capabilities) && capabilities.includes("embedding") && !capabilities.includes("completion"))
    return false;
  if (Array.isArray(methods)) return items(methods).includes("generateContent");
  const kind = text(type) || text(task);
  if (kind !== "" && kind !== "model" && !CHAT_TYPES.test(kind)) return false;
  return !NO_CHAT.test(id);
}
