import type { ModelFacts, ModelPrice } from "../domain/model.ts";
import { isObject } from "./shapes.ts";

// What the entry of a model in its provider's list tells of it. Each server has names of its own; a name means the same
// wherever it comes from. The tables are told in docs/models.md.

type Entry = Readonly<Record<string, unknown>>;
type Path = readonly string[];
type Reader<Fact> = (entry: Entry) => Fact | null;

/** What an entry tells of a model; null what it does not tell. */
export const modelFacts = (entry: Entry): ModelFacts => ({
  contextWindow: first(WINDOWS.map(tokens), entry),
  tools: first(TOOLS, entry),
  images: first(IMAGES, entry),
  reasoning: first(REASONING, entry),
  price: priceOf(entry),
});

function first<Fact>(readers: readonly Reader<Fact>[], entry: Entry): Fact | null {
  for (const read of readers) {
    const fact = read(entry);
    if (fact !== null) return fact;
  }
  return null;
}

function at(entry: Entry, path: Path): unknown {
  let value: unknown = entry;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return value;
}

const pathOf = (dotted: string): Path => dotted.split(".");

// How many tokens a model holds: what it was started with before what it could hold.
const WINDOWS = [
  "loaded_context_length",
  "meta.n_ctx",
  "max_model_len",
  "top_provider.context_length",
  "context_window",
  "context_length",
  "contextLength",
  "contextWindow",
  "max_context_length",
  "max_context_tokens",
  "max_input_tokens",
  "model_info.max_input_tokens",
  "model_spec.availableContextTokens",
  "metadata.context_length",
  "inputTokenLimit",
  "input_token_limit",
  "context_size",
  "limits.max_context_length",
  "limits.context_window",
  "limits.max_input_tokens",
  "max_sequence_length",
  "n_ctx",
  "meta.n_ctx_train",
];

function tokens(dotted: string): Reader<number> {
  const path = pathOf(dotted);
  return (entry) => {
    const value = at(entry, path);
    const number = typeof value === "string" && /^\d{1,9}$/u.test(value) ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) && number >= 1 ? Math.floor(number) : null;
  };
}

/** A field that says yes or no. */
function flag(dotted: string): Reader<boolean> {
  const path = pathOf(dotted);
  return (entry) => {
    const value = at(entry, path);
    return typeof value === "boolean" ? value : null;
  };
}

/** A field that is known to be there where the answer is yes, and says nothing else. */
function yes(dotted: string): Reader<boolean> {
  const read = flag(dotted);
  return (entry) => read(entry) || null;
}

/** A list of all that a model takes: what is not in it, it does not take. */
function whole(dotted: string, word: RegExp): Reader<boolean> {
  const path = pathOf(dotted);
  return (entry) => {
    const words = texts(at(entry, path));
    return words.length === 0 ? null : words.some((one) => word.test(one));
  };
}

/** A list that names some of what a model can: what is not in it, it may be able to do all the same. */
function named(dotted: string, word: RegExp): Reader<boolean> {
  const read = whole(dotted, word);
  return (entry) => read(entry) || null;
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

const TOOL_WORDS = /^(?:tools?|tool[-_ ](?:use|calls?|calling)|function[-_ ]call(?:s|ing)?)$/iu;
const IMAGE_WORDS = /^(?:images?|image[-_ ](?:input|url)|vision|multimodal)$/iu;
const REASONING_WORDS = /^(?:reasoning|include_reasoning|reasoning_effort|thinking)$/iu;

const TOOLS: readonly Reader<boolean>[] = [
  flag("capabilities.function_calling"),
  flag("supports_tools"),
  flag("supports_function_calling"),
  flag("model_info.supports_function_calling"),
  flag("model_spec.capabilities.supportsFunctionCalling"),
  // Any model takes them there; those that were trained for it take them well.
  yes("capabilities.trained_for_tool_use"),
  whole("supported_parameters", TOOL_WORDS),
  whole("supported_features", TOOL_WORDS),
  named("capabilities", TOOL_WORDS),
  named("features", TOOL_WORDS),
  named("tags", TOOL_WORDS),
];

const IMAGES: readonly Reader<boolean>[] = [
  flag("capabilities.vision"),
  flag("capabilities.image_input.supported"),
  flag("supports_vision"),
  flag("supports_image_input"),
  flag("supports_image_in"),
  flag("model_info.supports_vision"),
  flag("model_spec.capabilities.supportsVision"),
  whole("architecture.input_modalities", IMAGE_WORDS),
  whole("input_modalities", IMAGE_WORDS),
  whole("supported_input_modalities", IMAGE_WORDS),
  flag("modalities.vision"),
  // "text+image->text"
  (entry) => {
    const modality = at(entry, ["architecture", "modality"]);
    return typeof modality === "string" && modality.includes("->")
      ? /image/iu.test(modality.split("->")[0] ?? "")
      : null;
  },
  // Ollama and llama.cpp: a list with this word names images too, where the model sees them.
  (entry) => (texts(entry.capabilities).includes("completion") ? whole("capabilities", IMAGE_WORDS)(entry) : null),
  named("capabilities", IMAGE_WORDS),
  named("features", IMAGE_WORDS),
  named("tags", IMAGE_WORDS),
  // LM Studio tells them apart by their type.
  ({ type }) => (type === "vlm" ? true : type === "llm" ? false : null),
];

const REASONING: readonly Reader<boolean>[] = [
  flag("thinking"),
  flag("capabilities.reasoning"),
  flag("capabilities.thinking.supported"),
  flag("supports_reasoning"),
  flag("model_info.supports_reasoning"),
  flag("model_spec.capabilities.supportsReasoning"),
  whole("supported_parameters", REASONING_WORDS),
  whole("supported_features", REASONING_WORDS),
  named("capabilities", REASONING_WORDS),
  named("features", REASONING_WORDS),
  named("tags", REASONING_WORDS),
];

const MILLION = 1_000_000;

/**
 * Where prices stand, of the prompt and of the answer, and what one of their unit is in dollars for a million tokens.
 */
type PricePlace = {
  readonly input: string;
  readonly output: string;
  readonly scale: number;
  /** Some tell a price for one token as a text where others tell one for a million as a number. */
  readonly type?: "string" | "number";
};

const PRICES: readonly PricePlace[] = [
  { input: "pricing.prompt", output: "pricing.completion", scale: MILLION },
  { input: "pricing.input", output: "pricing.output", scale: MILLION, type: "string" },
  { input: "pricing.input", output: "pricing.output", scale: 1, type: "number" },
  { input: "metadata.pricing.input_tokens", output: "metadata.pricing.output_tokens", scale: 1 },
  { input: "model_spec.pricing.input.usd", output: "model_spec.pricing.output.usd", scale: 1 },
  { input: "input_cost_per_token", output: "output_cost_per_token", scale: MILLION },
  { input: "model_info.input_cost_per_token", output: "model_info.output_cost_per_token", scale: MILLION },
  { input: "input_price", output: "output_price", scale: MILLION },
  // Ten-thousandths of a dollar for a million, and cents for a hundred million.
  { input: "input_token_price_per_m", output: "output_token_price_per_m", scale: 1 / 10_000 },
  { input: "prompt_text_token_price", output: "completion_text_token_price", scale: 1 / 10_000 },
];

function priceOf(entry: Entry): ModelPrice | null {
  for (const place of PRICES) {
    const input = dollars(at(entry, pathOf(place.input)), place);
    const output = dollars(at(entry, pathOf(place.output)), place);
    if (input !== null || output !== null) return { input, output };
  }
  return null;
}

function dollars(value: unknown, { scale, type }: PricePlace): number | null {
  if (type !== undefined && typeof value !== type) return null;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  // A price that hangs on what the router chooses is told as -1.
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0) return null;
  // Without the dust of binary fractions.
  return Number((number * scale).toPrecision(10));
}
