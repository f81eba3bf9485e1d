import { expect, test } from "vitest";
import { listedModel } from "@/lib/testing/listed-model.ts";
import type { ListedModel } from "../../api.ts";
import { modelGroups, namedModel, shortCount } from "./model-options.ts";
import { rowsFor } from "./rows.ts";

const listed = (id: string, facts: Partial<ListedModel> = {}): ListedModel => listedModel(id, facts);
const of = (provider: string, name: string, facts: Partial<ListedModel> = {}) =>
  listed(`${provider}/${name}`, { provider, ...facts });
const shape = (models: readonly ListedModel[], own: string) =>
  modelGroups(models, own).map(({ title, items }) => [title, ...items.map(({ id, name }) => `${id}=${name}`)]);

test("models stand by their providers, behind the one that answers by itself", () => {
  const models = [listed("demo"), listed("small"), of("ollama", "llama3"), of("openrouter", "meta/llama")];
  expect(shape(models, "demo")).toEqual([
    ["The agent’s own", "=demo"],
    ["This server", "small=small"],
    ["ollama", "ollama/llama3=llama3"],
    ["openrouter", "openrouter/meta/llama=meta/llama"],
  ]);
});

test("models of the server's own router stand by their makers, whole", () => {
  expect(shape([listed("demo"), listed("meta/llama"), listed("/odd")], "demo")).toEqual([
    ["The agent’s own", "=demo"],
    ["meta", "meta/llama=meta/llama"],
    ["This server", "/odd=/odd"],
  ]);
});

test("where one model answers anyway there is nothing to choose, and nothing is offered twice", () => {
  expect(shape([listed("demo")], "demo")).toEqual([]);
  expect(shape([], "demo")).toEqual([]);
  expect(shape([listed("a"), listed("a"), listed("demo")], "demo")).toEqual([
    ["The agent’s own", "=demo"],
    ["This server", "a=a"],
  ]);
});

test.each<[Partial<ListedModel>, string]>([
  [{}, ""],
  [
    { label: "Claude", context_window: 200_000, images: true, tools: true, reasoning: true },
    "Claude · 200k tokens · images · tools · reasoning",
  ],
  [{ images: false, tools: false, reasoning: false }, "no images · no tools"],
  [{ price: { input: 3, output: 15 } }, "$3 in, $15 out"],
  [{ price: { input: 0.075, output: 0.3 } }, "$0.075 in, $0.30 out"],
  [{ price: { input: 0, output: 0 } }, "free"],
  [{ price: { input: 1, output: null } }, "$1 in"],
])("what is known of a model is told, and nothing else: %j", (facts, note) => {
  const [item] = modelGroups([listed("own"), of("p", "m", facts)], "own")[1]?.items ?? [];
  expect(item?.note.replaceAll("\u00A0", " ")).toBe(note);
});

test("a search for images finds no model that sees none", () => {
  const groups = modelGroups([listed("own"), of("p", "a", { images: true }), of("p", "b", { images: false })], "own");
  expect(rowsFor(groups, "images").groups.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(["p/a"]);
});

test.each([
  [500, "500"],
  [8192, "8k"],
  [131_072, "131k"],
  [999_999, "1M"],
  [1_048_576, "1M"],
  [1_500_000, "1.5M"],
])("%i tokens are %s", (tokens, text) => {
  expect(shortCount(tokens)).toBe(text);
});

test("a model of a provider without a list is asked for by its name", () => {
  expect(namedModel(" box/any/thing ", ["box"])).toMatchObject({ id: "box/any/thing", name: "box/any/thing" });
  for (const text of ["box", "box/", "other/model", "/x", "", "box/two words"])
    expect(namedModel(text, ["box"])).toBeNull();
});
