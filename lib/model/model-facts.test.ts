import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { modelFacts } from "./model-facts.ts";
import { listedModels } from "./model-list.ts";

const UNKNOWN = { contextWindow: null, tools: null, images: null, reasoning: null, price: null };

// Entries as servers are documented to give them, and what is read from each.
test.each<[string, object, object]>([
  ["OpenAI", { id: "gpt-5", object: "model", created: 1, owned_by: "openai" }, {}],
  [
    "OpenRouter",
    {
      context_length: 200_000,
      architecture: { modality: "text+image->text", input_modalities: ["image", "text"], output_modalities: ["text"] },
      pricing: { prompt: "0.000003", completion: "0.000015", image: "0.0048" },
      top_provider: { context_length: 128_000 },
      supported_parameters: ["max_tokens", "tools", "tool_choice", "include_reasoning", "reasoning"],
    },
    { contextWindow: 128_000, tools: true, images: true, reasoning: true, price: { input: 3, output: 15 } },
  ],
  [
    "OpenRouter, a model of text alone",
    {
      architecture: { modality: "text->text", input_modalities: ["text"] },
      pricing: { prompt: "0", completion: "0" },
      supported_parameters: ["max_tokens", "temperature"],
    },
    { tools: false, images: false, reasoning: false, price: { input: 0, output: 0 } },
  ],
  ["OpenRouter, whose router chooses", { pricing: { prompt: "-1", completion: "-1" } }, {}],
  ["OpenRouter of before", { architecture: { modality: "text+image->text" } }, { images: true }],
  [
    "Mistral",
    {
      capabilities: { completion_chat: true, function_calling: true, vision: false, fine_tuning: false },
      max_context_length: 131_072,
    },
    { contextWindow: 131_072, tools: true, images: false },
  ],
  [
    "Google",
    { inputTokenLimit: 1_048_576, outputTokenLimit: 65_536, supportedGenerationMethods: [], thinking: true },
    { contextWindow: 1_048_576, reasoning: true },
  ],
  [
    "Anthropic",
    {
      max_input_tokens: 200_000,
      capabilities: { image_input: { supported: true }, thinking: { supported: false, types: {} } },
    },
    { contextWindow: 200_000, images: true, reasoning: false },
  ],
  ["Anthropic of before", { type: "model", display_name: "Claude", created_at: "2024-01-01" }, {}],
  [
    "LM Studio, /api/v0",
    { type: "vlm", max_context_length: 32_768, capabilities: ["tool_use"] },
    { contextWindow: 32_768, images: true, tools: true },
  ],
  [
    "LM Studio, /api/v0, without eyes",
    { type: "llm", max_context_length: 32_768 },
    { contextWindow: 32_768, images: false },
  ],
  [
    "LM Studio, /api/v1",
    { type: "llm", capabilities: { vision: true, trained_for_tool_use: false }, max_context_length: 8192 },
    { contextWindow: 8192, images: true },
  ],
  ["vLLM", { object: "model", owned_by: "vllm", max_model_len: 32_768 }, { contextWindow: 32_768 }],
  [
    "llama.cpp",
    { meta: { n_ctx_train: 131_072 }, capabilities: ["completion", "multimodal"] },
    { contextWindow: 131_072, images: true },
  ],
  ["llama.cpp, without eyes", { capabilities: ["completion"] }, { images: false }],
  [
    "Ollama's own",
    { capabilities: ["completion", "tools", "thinking"] },
    { images: false, tools: true, reasoning: true },
  ],
  [
    "Together",
    { type: "chat", context_length: 131_072, pricing: { hourly: 0, input: 0.88, output: 0.88, base: 0 } },
    { contextWindow: 131_072, price: { input: 0.88, output: 0.88 } },
  ],
  [
    "Vercel's gateway",
    {
      context_window: 200_000,
      tags: ["reasoning", "tool-use", "vision"],
      pricing: { input: "0.000003", output: "0.000015" },
    },
    { contextWindow: 200_000, tools: true, images: true, reasoning: true, price: { input: 3, output: 15 } },
  ],
  [
    "DeepInfra",
    { metadata: { context_length: 40_960, pricing: { input_tokens: 0.1, output_tokens: 0.3 }, tags: [] } },
    { contextWindow: 40_960, price: { input: 0.1, output: 0.3 } },
  ],
  [
    "Fireworks",
    { context_length: 8192, supports_chat: true, supports_image_input: false, supports_tools: true },
    { contextWindow: 8192, images: false, tools: true },
  ],
  [
    "Moonshot",
    { context_length: 262_144, supports_image_in: true, supports_reasoning: true },
    { contextWindow: 262_144, images: true, reasoning: true },
  ],
  ["Groq", { context_window: 131_072, max_completion_tokens: 8192, active: true }, { contextWindow: 131_072 }],
  [
    "Cohere",
    { context_length: 256_000, features: ["tools", "vision", "json_mode"] },
    { contextWindow: 256_000, tools: true, images: true },
  ],
  [
    "Venice",
    {
      model_spec: {
        availableContextTokens: 65_536,
        capabilities: { supportsVision: false, supportsFunctionCalling: true, supportsReasoning: true },
        pricing: { input: { usd: 0.15 }, output: { usd: 0.6 } },
      },
    },
    { contextWindow: 65_536, tools: true, images: false, reasoning: true, price: { input: 0.15, output: 0.6 } },
  ],
  [
    "LiteLLM",
    {
      model_info: {
        max_input_tokens: 128_000,
        supports_vision: true,
        supports_function_calling: false,
        input_cost_per_token: 0.0000025,
        output_cost_per_token: null,
      },
    },
    { contextWindow: 128_000, images: true, tools: false, price: { input: 2.5, output: null } },
  ],
  [
    "GitHub Models",
    {
      limits: { max_input_tokens: 131_072 },
      supported_input_modalities: ["text", "image"],
      capabilities: ["tool-calling"],
    },
    { contextWindow: 131_072, images: true, tools: true },
  ],
  [
    "Novita",
    {
      context_size: 64_000,
      input_token_price_per_m: 2700,
      output_token_price_per_m: 11_000,
      features: ["function-calling"],
    },
    { contextWindow: 64_000, tools: true, price: { input: 0.27, output: 1.1 } },
  ],
  [
    "xAI",
    { input_modalities: ["text"], prompt_text_token_price: 20_000, completion_text_token_price: 100_000 },
    { images: false, price: { input: 2, output: 10 } },
  ],
  [
    "Requesty",
    { supports_vision: true, supports_reasoning: false, input_price: 0.000003, output_price: 0.000015 },
    { images: true, reasoning: false, price: { input: 3, output: 15 } },
  ],
  [
    "one that tells nonsense",
    {
      capabilities: 7,
      pricing: { prompt: "free", completion: {} },
      supported_parameters: "tools",
      architecture: { modality: 5, input_modalities: [] },
      thinking: "yes",
      tags: [1, null],
    },
    {},
  ],
])("facts of a model are read where %s tells them, and what it does not tell stays unknown", (_, entry, told) => {
  expect(modelFacts({ id: "m", ...entry })).toEqual({ ...UNKNOWN, ...told });
});

test("llama.cpp's two lists are read as one", () => {
  const models = [{ name: "gemma", model: "gemma", capabilities: ["completion", "multimodal"] }];
  const data = [{ id: "gemma", object: "model", meta: { n_ctx_train: 8192 } }, { id: "other" }];
  expect(listedModels({ models, object: "list", data })).toMatchObject([
    { id: "gemma", images: true, contextWindow: 8192 },
    { id: "other", images: null },
  ]);
});

test.each([
  [{ id: "a", name: "Vendor: A" }, "Vendor: A"],
  [{ id: "a", display_name: "Claude A" }, "Claude A"],
  [{ name: "models/gemini", displayName: "Gemini" }, "Gemini"],
  [{ name: "models/gemini" }, null],
  [{ id: "a", name: "a" }, null],
  [{ id: "a", name: 7 }, null],
])("what people call a model is read from %j", (entry, label) => {
  expect(listedModels([entry])).toMatchObject([{ label }]);
});

test("docs/models.md names each server whose facts are read here", () => {
  const page = readFileSync("docs/models.md", "utf8");
  for (const name of [
    "OpenRouter",
    "Mistral",
    "Google",
    "Anthropic",
    "LM Studio",
    "vLLM",
    "llama.cpp",
    "Together",
    "Vercel",
  ]) {
    expect(page.split("## What is known of a model")[1]).toContain(name);
  }
});
