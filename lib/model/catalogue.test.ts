import { afterEach, expect, test, vi } from "vitest";
import { unknownModel } from "../domain/model.ts";
import { modelCatalogue } from "./catalogue.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settings = { baseUrl: "http://provider.test/v1/", apiKey: "key" };

test("the configured names come first, each once, with what the provider says of them", async () => {
  provide({ data: [{ id: "big" }, { id: "mine", context_window: 8000 }, { id: "other", max_model_len: 4000 }] });
  expect(await modelCatalogue(settings, ["mine", "small", "mine"]).list()).toEqual([
    { ...unknownModel("mine"), contextWindow: 8000 },
    unknownModel("small"),
    unknownModel("big"),
    { ...unknownModel("other"), contextWindow: 4000 },
  ]);
});

test("the provider is asked with the key, at its list, and not where it redirects to", async () => {
  const asked = provide({ data: [] });
  await modelCatalogue(settings, []).list();
  expect(asked.mock.calls).toMatchObject([
    ["http://provider.test/v1/models", { headers: { authorization: "Bearer key" }, redirect: "error" }],
  ]);
});

test("callers at the same time share one question", async () => {
  const asked = provide({ data: [{ id: "a" }] });
  const { list } = modelCatalogue(settings, []);
  await Promise.all([list(), list(), list()]);
  expect(asked).toHaveBeenCalledOnce();
});

test("the provider is asked again after five minutes, while callers get what is known", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const asked = provide({ data: [{ id: "old" }] });
  const { list } = modelCatalogue(settings, []);
  await list();
  vi.advanceTimersByTime(5 * 60_000 + 1);
  asked.mockImplementation(async () => Response.json({ data: [{ id: "new" }] }));
  expect((await list()).map(({ id }) => id)).toEqual(["old"]);
  await expect.poll(async () => (await list()).map(({ id }) => id)).toEqual(["new"]);
  expect(asked).toHaveBeenCalledTimes(2);
});

const timeOut = () => Promise.reject(new DOMException("The operation timed out", "TimeoutError"));

test.each<[string, () => Promise<Response>]>([
  ["cannot be reached", () => Promise.reject(new TypeError("fetch failed"))],
  ["takes too long", timeOut],
  ["fails", async () => new Response("{}", { status: 503 })],
  ["is at its limit", async () => Response.json({ data: [{ id: "odd" }] }, { status: 429 })],
  ["refuses the key", async () => new Response("{}", { status: 401 })],
  ["answers no list", async () => Response.json({ models: [] })],
  ["answers no JSON", async () => new Response("<html>")],
  ["answers without end", async () => new Response("x".repeat(9 * 1024 * 1024))],
])("C16: a provider that %s leaves the configured names, and is left to judge others", async (_, answer) => {
  provide({}).mockImplementation(answer);
  const { list, mayAsk } = modelCatalogue(settings, ["mine"]);
  expect(await list()).toEqual([unknownModel("mine")]);
  expect([await mayAsk("mine"), await mayAsk("theirs")]).toEqual([true, true]);
});

test("C16: a provider that has no list offers the configured names alone", async () => {
  provide({}).mockImplementation(async () => new Response("", { status: 404 }));
  const { list, mayAsk } = modelCatalogue(settings, ["mine"]);
  expect(await list()).toEqual([unknownModel("mine")]);
  expect([await mayAsk("mine"), await mayAsk("theirs")]).toEqual([true, false]);
});

test("C16: after a failure the provider is asked again, after pauses that grow, and then refuses what it has not", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const asked = provide({}).mockImplementation(timeOut);
  const { list, mayAsk } = modelCatalogue(settings, ["mine"]);
  for (const pause of [2000, 4000, 8000]) {
    await list();
    await settled();
    const count = asked.mock.calls.length;
    vi.advanceTimersByTime(pause - 1);
    await list();
    expect(asked).toHaveBeenCalledTimes(count);
    vi.advanceTimersByTime(1);
  }
  asked.mockImplementation(async () => Response.json({ data: [{ id: "a" }] }));
  await expect.poll(() => mayAsk("b")).toBe(false);
  expect(await mayAsk("a")).toBe(true);
  expect(asked).toHaveBeenCalledTimes(4);
});

test("C16: a failure after a success hides nothing and refuses nothing that worked", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const asked = provide({ data: [{ id: "a" }] });
  const { mayAsk } = modelCatalogue(settings, []);
  await mayAsk("a");
  asked.mockImplementation(timeOut);
  for (let n = 0; n < 5; n++) {
    vi.advanceTimersByTime(6 * 60_000);
    expect(await mayAsk("a")).toBe(true);
  }
});

test("C16: a list has at most 1,000 of the provider's models, and odd ones are left out", async () => {
  const data = [{ id: 7 }, null, { id: "odd", context_window: "8k" }];
  provide({ data: [...data, ...Array.from({ length: 5000 }, (_, n) => ({ id: `m${n}` }))] });
  const found = await modelCatalogue(settings, ["mine"]).list();
  expect([found.length, found[1]]).toEqual([1001, unknownModel("odd")]);
});

test("a list is complete once it was told, also where it fails later, and never where there is none", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const asked = provide({}).mockImplementation(timeOut);
  const { list, isComplete } = modelCatalogue(settings, []);
  await list();
  expect(isComplete()).toBe(false);
  asked.mockImplementation(async () => Response.json({ data: [{ id: "a" }] }));
  vi.advanceTimersByTime(2001);
  await list();
  await expect.poll(isComplete).toBe(true);
  asked.mockImplementation(timeOut);
  vi.advanceTimersByTime(6 * 60_000);
  await list();
  await settled();
  expect([isComplete(), (await list()).length]).toEqual([true, 1]);
  asked.mockImplementation(async () => new Response("", { status: 404 }));
  const other = modelCatalogue(settings, []);
  await other.list();
  expect(other.isComplete()).toBe(false);
});

test("a configured model is one to chat with, whatever it is called", async () => {
  provide({ data: [{ id: "my-embedder-that-chats" }, { id: "nomic-embed-text" }] });
  const found = await modelCatalogue(settings, ["my-embedder-that-chats"]).list();
  expect(found.map(({ isChat }) => isChat)).toEqual([true, false]);
});

test("a provider that fails later leaves what was known", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const asked = provide({ data: [{ id: "a" }] });
  const { list } = modelCatalogue(settings, []);
  await list();
  vi.advanceTimersByTime(5 * 60_000 + 1);
  asked.mockRejectedValue(new TypeError("fetch failed"));
  await list();
  expect((await list()).map(({ id }) => id)).toEqual(["a"]);
});

/** Lets a question that fails at once be over. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function provide(answer: object) {
  const asked = vi.fn(async (): Promise<Response> => Response.json(answer));
  vi.stubGlobal("fetch", asked);
  return asked;
}
