import { expect, test } from "vitest";
import type { ModelInfo } from "../domain/model.ts";
import { chooseModel } from "./choose-model.ts";
import { listedModels, withoutKeyNames } from "./model-list.ts";

const ids = (value: unknown) => listedModels(value)?.map(({ id }) => id);

test.each<[string, unknown, string[]]>([
  ["OpenAI's", { object: "list", data: [{ id: "a" }, { id: "b" }] }, ["a", "b"]],
  ["a bare list", [{ id: "a" }, { id: "b" }], ["a", "b"]],
  ["names", { data: ["a", "b"] }, ["a", "b"]],
  ["Ollama's own", { models: [{ name: "a", model: "a" }, { name: "b" }] }, ["a", "b"]],
  ["by names", { data: { a: { context_length: 5 }, b: null } }, ["a", "b"]],
  [
    "with odd ones",
    { data: [null, 7, {}, { id: 7 }, { id: "" }, { id: "a", context_window: null }, { id: "b" }] },
    ["a", "b"],
  ],
  ["models beside empty data", { data: [], models: [{ name: "a" }] }, ["a"]],
  ["Cloudflare's", { result: [{ name: "a" }] }, ["a"]],
  ["items", { items: [{ id: "a" }] }, ["a"]],
  ["a list within", { data: { data: [{ id: "a" }] } }, ["a"]],
  ["one model by itself", { data: { id: "a", object: "model" } }, ["a"]],
  ["data of null", { object: "list", data: null }, []],
  ["an empty list under another name", { object: "list", models: [] }, []],
  ["one twice", { data: [{ id: "a" }, { id: "a" }] }, ["a"]],
])("24: a list is read entry by entry: %s", (_, list, expected) => {
  expect(ids(list)).toEqual(expected);
});

test.each([null, "no", 7, {}, { data: "no" }])("24: %j is no list", (value) => {
  expect(listedModels(value)).toBeNull();
});

test.each<[string, object, number | null]>([
  ["context_window", { context_window: 8192 }, 8192],
  ["max_model_len", { max_model_len: 8192 }, 8192],
  ["context_length", { context_length: 8192 }, 8192],
  ["max_context_length", { max_context_length: 8192 }, 8192],
  ["what is loaded before what could be", { max_context_length: 131_072, loaded_context_length: 8192 }, 8192],
  ["meta.n_ctx before n_ctx_train", { meta: { n_ctx_train: 131_072, n_ctx: 8192 } }, 8192],
  ["meta.n_ctx_train", { meta: { n_ctx_train: 8192 } }, 8192],
  ["top_provider", { context_length: 200_000, top_provider: { context_length: 8192 } }, 8192],
  ["a text", { context_length: "8192" }, 8192],
  ["null before another name", { context_window: null, context_length: 8192 }, 8192],
  ["zero", { context_window: 0 }, null],
  ["nonsense", { context_window: "8k", context_length: -1, meta: 7 }, null],
  ["nothing", {}, null],
])("20: a model's window is found under %s", (_, entry, contextWindow) => {
  expect(listedModels([{ id: "a", ...entry }])).toMatchObject([{ contextWindow }]);
});

test.each<[string, unknown[], string]>([
  ["the first", ["llama3.2:latest", "qwen3"], "llama3.2:latest"],
  ["no embedding model", ["nomic-embed-text", "bge-m3", "text-embedding-3-small", "gemma3:4b"], "gemma3:4b"],
  ["nothing that hears or paints", ["whisper-1", "tts-1-hd", "dall-e-3", "gpt-4.1"], "gpt-4.1"],
  [
    "by kind",
    [
      { id: "x", type: "embeddings" },
      { id: "y", type: "llm" },
    ],
    "y",
  ],
  [
    "by capability",
    [
      { id: "x", capabilities: { completion_chat: false } },
      { id: "y", capabilities: { completion_chat: true } },
    ],
    "y",
  ],
  [
    "by method",
    [
      { id: "x", supportedGenerationMethods: ["embedContent"] },
      { id: "y", supportedGenerationMethods: ["generateContent"] },
    ],
    "y",
  ],
  ["the only one, whatever it is called", ["my-embedder-that-chats"], "my-embedder-that-chats"],
])("27: a model is chosen: %s", async (_, list, expected) => {
  expect(await chooseModel({ baseUrl: "http://models.test/v1" }, async () => listedModels(list) ?? [])).toBe(expected);
});

test.each<[string, () => Promise<readonly ModelInfo[]>, string]>([
  ["an empty list", async () => [], "names no model"],
  [
    "embedding models alone",
    async () => listedModels(["embed-a", "embed-b"]) ?? [],
    "names no model that one can chat with",
  ],
])("27: where there is none, the start says what is missing: %s", async (_, read, words) => {
  await expect(chooseModel({ baseUrl: "http://models.test/v1" }, read)).rejects.toThrow(
    `OPENAI_MODEL is not set, and the list of http://models.test/v1 ${words}. Set OPENAI_MODEL.`,
  );
});

test("27: a server that is not there yet is asked again", async () => {
  let n = 0;
  const read = async () => {
    if (++n === 1) throw new TypeError("fetch failed");
    return listedModels(["m"]) ?? [];
  };
  expect(await chooseModel({ baseUrl: "http://models.test/v1" }, read)).toBe("m");
});

test.each([
  { id: "x", type: "text-embedding" },
  { id: "x", mode: "embedding" },
  { id: "x", model_type: "embedding" },
  { id: "x", capabilities: ["embeddings"] },
  { id: "x", capabilities: ["rerank"] },
  { id: "x", capabilities: { embeddings: true, completion: false } },
  { id: "x", task: { name: "Text-to-Image" } },
  { id: "x", output_modalities: ["image"] },
  ...[
    "voyage-3",
    "paraphrase-multilingual",
    "kokoro",
    "orpheus",
    "parakeet-tdt",
    "stt-1",
    "sdxl",
    "colbert",
    "wan2.1-t2v",
  ].map((id) => ({ id })),
])("27: %j is nothing to chat with", (entry) => {
  expect(listedModels([entry])).toMatchObject([{ isChat: false }]);
});

test.each([
  { id: "x", mode: "chat" },
  { id: "x", type: "text-generation" },
  { id: "x", task: { name: "Text Generation" } },
  { id: "x", capabilities: ["completion", "tools"] },
])("27: %j is something to chat with", (entry) => {
  expect(listedModels([entry])).toMatchObject([{ isChat: true }]);
});

test("a model whose name tells the key is left out", () => {
  const key = "sk-0123456789abcdefghij";
  const models = listedModels([{ id: "a" }, { id: `for ${key}` }, { id: "b", name: `b of ${key.slice(3, 18)}` }]) ?? [];
  expect(withoutKeyNames(models, key).map(({ id }) => id)).toEqual(["a"]);
  expect(withoutKeyNames(models, "lm-studio")).toBe(models);
  expect(withoutKeyNames(models, undefined)).toBe(models);
});
