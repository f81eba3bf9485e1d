import type { ModelInfo } from "../domain/model.ts";
import { hiding } from "../domain/secrets.ts";
import { modelFacts } from "./model-facts.ts";
import { isObject, items, text } from "./shapes.ts";

const MOST_MODELS = 1000;
const LONGEST_ID = 500;
const LONGEST_LABEL = 200;

/**
 * The models of a provider's list: OpenAI's `{"data": […]}`, `{"models": […]}`, a bare list, an object by names, or a list of
 * names. Each entry is read by itself; what has no name is left out. Null where it is no list at all.
 */
export function listedModels(value: unknown): readonly ModelInfo[] | null {
  const list = listOf(value);
  return list === null ? null : list.flatMap(listed).slice(0, MOST_MODELS);
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
  if (Array.isArray(data)) return Array.isArray(models) ? joined(data, models) : data;
  // Ollama and Gemini name their own list so.
  if (Array.isArray(models) && models.length > 0) return models;
  const byName = isObject(data) ? data : isObject(models) ? models : null;
  return byName && Object.entries(byName).map(([id, entry]) => ({ ...(isObject(entry) ? entry : {}), id }));
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
