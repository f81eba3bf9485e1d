import type { ModelInfo } from "../domain/model.ts";
import { hiding } from "../domain/secrets.ts";
import { modelFacts } from "./model-facts.ts";
import { isObject, items, text } from "./shapes.ts";

const MOST_MODELS = 1000;
const LONGEST_ID = 500;
const LONGEST_LABEL = 200;

/**
 * The models of a provider's list: OpenAI's `{"data": […]}`, `{"models": […]}`, a bare list, an object by names, or a
 * list of names. Each entry is read by itself; what has no name is left out. Null where it is no list at all.
 */
export function listedModels(value: unknown): readonly ModelInfo[] | null {
  const list = listOf(value);
  if (list === null) return null;
  const byId = new Map<string, ModelInfo>();
  for (const model of list.flatMap(listed)) if (!byId.has(model.id)) byId.set(model.id, model);
  return [...byId.values()].slice(0, MOST_MODELS);
}

/** A shorter key is a word that names of models hold too, such as "lm-studio". */
const SHORTEST_KEY = 16;

/** The models in whose names is nothing of the key: lists are shown, and a server may tell in one what it was sent. */
export function withoutKeyNames(models: readonly ModelInfo[], apiKey: string | undefined): readonly ModelInfo[] {
  if (apiKey === undefined || apiKey.length < SHORTEST_KEY) return models;
  const hide = hiding([apiKey]);
  return models.filter(({ id, label }) => [id, label ?? ""].every((name) => hide(name) === name));
}

function listOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return null;
  const { data, models } = value;
  if (Array.isArray(data) && data.length > 0) return Array.isArray(models) ? joined(data, models) : data;
  // Ollama and Gemini name their own list so; Cloudflare and others have other names.
  const lists = [models, data, value.result, value.items, value.list].filter((one) => Array.isArray(one));
  const full = lists.find((one) => one.length > 0);
  if (full !== undefined) return full;
  if (Array.isArray(data) || data === null || (Array.isArray(models) && value.object === "list")) return [];
  const within = isObject(data) ? data : isObject(models) ? models : null;
  if (within === null) return null;
  // One model by itself, or a list within the list.
  if (nameOf(within) !== "") return [within];
  if (Array.isArray(within.data) || Array.isArray(within.models)) return listOf(within);
  return Object.entries(within).map(([id, entry]) => ({ ...(isObject(entry) ? entry : {}), id }));
}

/** llama.cpp gives two lists of the same models, of which each tells what the other does not. */
function joined(data: readonly unknown[], models: readonly unknown[]): readonly unknown[] {
  const byName = new Map(models.filter(isObject).map((entry) => [nameOf(entry), entry]));
  return data.map((entry) => (isObject(entry) ? { ...byName.get(nameOf(entry)), ...entry } : entry));
}

const nameOf = (entry: Readonly<Record<string, unknown>>): string =>
  text(entry.id) || text(entry.model) || text(entry.name);

function listed(entry: unknown): ModelInfo[] {
  if (typeof entry === "string") return listed({ id: entry });
  if (!isObject(entry)) return [];
  const id = nameOf(entry);
  if (id === "" || id.length > LONGEST_ID) return [];
  return [{ id, label: labelOf(entry, id), provider: null, isChat: isChat(entry, id), ...modelFacts(entry) }];
}

/** What people call it, where that is another name than its id. */
function labelOf(entry: Readonly<Record<string, unknown>>, id: string): string | null {
  const label = (text(entry.display_name) || text(entry.displayName) || text(entry.name)).trim();
  return label === "" || label === id || label.startsWith("models/") ? null : label.slice(0, LONGEST_LABEL);
}

const NO_CHAT =
  /embed|rerank|\b(?:bge|gte|e5|tts|asr|stt|ocr|clip|sora|veo|sdxl|colbert|kokoro|orpheus|parakeet|t2v|i2v)\b|\bvoyage-\d|paraphrase-|\bwan\d|minilm|whisper|dall-?e|moderation|diffusion|\bflux\b|imagen|image|speech|audio|transcri|realtime|guard|aqa$|(?:babbage|davinci|ada)-\d|instruct-gguf-embed/iu;
const CHAT_TYPES = /chat|llm|vlm|language|text|generat|completion|conversational/iu;
/** Kinds that have a word of chat in their names too: "text-embedding", "Text-to-Image". */
const NO_CHAT_TYPES =
  /embed|rerank|moderation|classif|image$|-to-(?:image|speech|audio|video)|speech|audio|video|transcri/iu;
const CANNOT = /^(?:embeddings?|rerank\w*|moderation|image_generation|speech|transcription)$/iu;

function isChat(entry: Readonly<Record<string, unknown>>, id: string): boolean {
  const { capabilities, supportedGenerationMethods: methods, output_modalities: output } = entry;
  const known = isObject(capabilities) ? chatCapability(capabilities) : undefined;
  if (known !== undefined) return known;
  if (Array.isArray(capabilities) && isAside(capabilities)) return false;
  if (Array.isArray(output) && output.length > 0 && !output.includes("text")) return false;
  if (Array.isArray(methods)) return items(methods).includes("generateContent");
  const { type, task, mode, model_type: modelType } = entry;
  const kind = [type, task, isObject(task) ? task.name : "", mode, modelType].map(text).find((one) => one !== "") ?? "";
  if (NO_CHAT_TYPES.test(kind)) return false;
  if (kind !== "" && kind !== "model" && !CHAT_TYPES.test(kind)) return false;
  return !NO_CHAT.test(id);
}

/** What flags say of chatting; undefined: nothing. */
function chatCapability(flags: Readonly<Record<string, unknown>>): boolean | undefined {
  const own = flags.completion_chat ?? flags.chat_completion ?? flags.chat ?? flags.completion;
  return typeof own === "boolean" ? own : undefined;
}

/** Whether a list of what a model can do names other work and no chat. */
const isAside = (capabilities: readonly unknown[]): boolean =>
  capabilities.some((one) => CANNOT.test(text(one))) && !capabilities.some((one) => CHAT_TYPES.test(text(one)));
