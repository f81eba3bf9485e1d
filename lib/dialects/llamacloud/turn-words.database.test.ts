import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../../testing/api.ts";
import type { SessionEvent } from "./answers.ts";

// What a turn tells of itself besides its answer: the same in the stream, and in the history that a page is made from.

let api: Api;
let browser: Readonly<Record<string, string>>;

beforeAll(async () => {
  api = await openApi();
  browser = await api.browser();
  api.model
    .onMessage(/Write a title/, { content: "A title" })
    .onMessage(/circles/, ({ tools }) =>
      (tools ?? []).length > 0
        ? { toolCalls: [{ id: "call_1", name: "calculator", arguments: '{"expression":"2+2"}' }] }
        : { content: "It stays 4." },
    )
    .onMessage(/vibes/, { content: "Hello.", finishReason: "vibes" })
    .onMessage(/slow/, { content: "one two three four ".repeat(100) }, { chunkSize: 10, latency: 20 })
    .onMessage(/go on/, { content: "Here is more." });
});
afterAll(() => api.close());

const session = async (): Promise<string> =>
  (await api.call("POST", "/api/v1/chat", { body: {}, key: null, headers: browser })).body.session_id;
const path = (id: string, withIds: boolean) => `/api/v1/chat/${id}/messages/stream${withIds ? "?event_ids=1" : ""}`;

async function ask(id: string, prompt: string, withIds = true): Promise<SessionEvent[]> {
  const body = { index_ids: [], prompt };
  const stream = (await api.call("POST", path(id, withIds), { body, key: null, headers: browser })).body;
  return stream.split("\n").flatMap((line: string) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []));
}

const history = async (id: string, withIds = true): Promise<SessionEvent[]> =>
  (await api.call("GET", `/api/v1/chat/${id}${withIds ? "?event_ids=1" : ""}`)).body.events;
const stopOf = (events: readonly SessionEvent[]) => events.findLast(({ type }) => type === "stop");

test("16: what ended a turn that would have gone on is told in the stream and ever after, and the next turn goes on", async () => {
  const id = await session();
  expect(stopOf(await ask(id, "Run in circles"))).toMatchObject({ is_error: false, limit: "repeats" });
  expect(stopOf(await history(id))).toMatchObject({ is_error: false, limit: "repeats" });
  expect(stopOf(await history(id, false))).toMatchObject({ limit: "repeats" });
  expect(stopOf(await ask(id, "Please go on"))).not.toHaveProperty("limit");
  expect((await history(id)).filter((event) => "limit" in event)).toHaveLength(1);
});

test("15: a notice is in the stream and in the history under one id, for those who ask for ids", async () => {
  const id = await session();
  const [told] = (await ask(id, "Have vibes")).filter(({ type }) => type === "notice");
  expect(told).toMatchObject({ type: "notice", content: expect.stringContaining("vibes") });
  const [stored] = (await history(id)).filter(({ type }) => type === "notice");
  expect({ ...stored, created_at: "" }).toEqual({ ...told, created_at: "" });
  expect((await ask(id, "More vibes", false)).filter(({ type }) => type === "notice")).toEqual([]);
  expect((await history(id, false)).filter(({ type }) => type === "notice")).toEqual([]);
});

test("16: a turn that was stopped tells the tokens that it came to, by our count where the provider has none", async () => {
  const id = await session();
  const response = await api.send("POST", path(id, true), {
    body: { index_ids: [], prompt: "Be slow" },
    key: null,
    headers: browser,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let read = "";
  while (!read.includes("three")) read += (await reader?.read())?.value ?? "";
  await api.call("POST", `/api/v1/chat/${id}/stop`, { key: null, headers: browser });
  for (let done = false; !done; ) {
    const next = await reader?.read();
    read += next?.value ?? "";
    done = next?.done ?? true;
  }
  const live = /data: (\{"type":"stop".*\})/u.exec(read)?.[1] ?? "{}";
  const expected = { status: "cancelled", estimated_output_tokens: expect.toSatisfy((count) => count > 0) };
  expect(JSON.parse(live)).toMatchObject(expected);
  const stored = stopOf(await history(id));
  expect(stored).toMatchObject({ estimated_output_tokens: JSON.parse(live).estimated_output_tokens });
  expect(stopOf(await history(id, false))).not.toHaveProperty("estimated_output_tokens");
});
