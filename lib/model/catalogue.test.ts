import { afterEach, expect, test, vi } from "vitest";
import { modelCatalogue } from "./catalogue.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settings = { baseUrl: "http://provider.test/v1/", apiKey: "key" };

test("the configured names come first, each once, with what the provider says of them", async () => {
  provide({ data: [{ id: "big" }, { id: "mine", context_window: 8000 }, { id: "other", max_model_len: 4000 }] });
  expect(await modelCatalogue(settings, ["mine", "small", "mine"])()).toEqual([
    { id: "mine", contextWindow: 8000 },
    { id: "small", contextWindow: null },
    { id: "big", contextWindow: null },
    { id: "other", contextWindow: 4000 },
  ]);
});

test("the provider is asked with the key, at its list, and not where it redirects to", async () => {
  const asked = provide({ data: [] });
  await modelCatalogue(settings, [])();
  expect(asked.mock.calls).toMatchObject([
    ["http://provider.test/v1/models", { headers: { authorization: "Bearer key" }, redirect: "error" }],
  ]);
});

test("callers at the same time share one question", async () => {
  const asked = provide({ data: [{ id: "a" }] });
  const list = modelCatalogue(settings, []);
  await Promise.all([list(), list(), list()]);
  expect(asked).toHaveBeenCalledOnce();
});

test("the provider is asked again after five minutes, while callers get what is known", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const asked = provide({ data: [{ id: "old" }] });
  const list = modelCatalogue(settings, []);
  await list();
  vi.advanceTimersByTime(5 * 60_000 + 1);
  asked.mockImplementation(async () => Response.json({ data: [{ id: "new" }] }));
  expect((await list()).map(({ id }) => id)).toEqual(["old"]);
  await expect.poll(async () => (await list()).map(({ id }) => id)).toEqual(["new"]);
  expect(asked).toHaveBeenCalledTimes(2);
});

test.each<[string, () => Promise<Response>]>([
  ["cannot be reached", () => Promise.reject(new TypeError("fetch failed"))],
  ["answers no list", async () => Response.json({ models: [] })],
  ["answers no JSON", async () => new Response("<html>")],
])("a provider that %s leaves the configured names", async (_, answer) => {
  provide({}).mockImplementation(answer);
  expect(await modelCatalogue(settings, ["mine"])()).toEqual([{ id: "mine", contextWindow: null }]);
});

test("a provider that fails later leaves what was known", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const asked = provide({ data: [{ id: "a" }] });
  const list = modelCatalogue(settings, []);
  await list();
  vi.advanceTimersByTime(5 * 60_000 + 1);
  asked.mockRejectedValue(new TypeError("fetch failed"));
  await list();
  expect((await list()).map(({ id }) => id)).toEqual(["a"]);
});

function provide(answer: object) {
  const asked = vi.fn(async (): Promise<Response> => Response.json(answer));
  vi.stubGlobal("fetch", asked);
  return asked;
}
