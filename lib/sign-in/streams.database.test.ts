import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { openBrowser } from "../testing/browser.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());
afterEach(() => {
  vi.useRealTimers();
});

/** Every way in which a stream of a turn is read, which runs until it is ended. */
const STREAMS: readonly (readonly [string, (agentId: string, sessionId: string) => readonly [string, object]])[] = [
  ["LlamaCloud", (_, id) => [`/api/v1/chat/${id}/messages/stream`, { index_ids: [], prompt: "slowly" }]],
  ["Julep", (_, id) => [`/api/sessions/${id}/chat`, { stream: true, messages: [{ role: "user", content: "slowly" }] }]],
  [
    "assistants",
    (agent) => [
      `/api/v1/compatibility/openai/v1/assistants/${agent}/chat/completions`,
      { stream: true, messages: [{ role: "user", content: "slowly" }] },
    ],
  ],
  ["bots", (agent) => ["/v1/chat", { bot_uid: agent, stream: true, prompt: "slowly" }]],
];

test.each(STREAMS)("S10: a stream of %s ends within 15 seconds of the end of its key", async (_, ask) => {
  const { id, key } = await api.makeKey();
  const agent = (await api.call("POST", "/api/agents", { body: { name: "Ada" } })).body.id;
  const session = (await api.call("POST", "/api/sessions", { body: { agent } })).body.id;
  slowly();
  const [path, body] = ask(agent, session);
  const stream = await api.send("POST", path, { key, body });
  expect(stream.status).toBeLessThan(300);
  const headers = await api.browser();
  const rest = await reader(stream);
  expect((await api.call("DELETE", `/api/app/keys/${id}`, { key: null, headers })).status).toBe(204);
  later(16_000);
  await rest.toItsEnd();
});

test("S10: a stream that is followed ends with its browser's sign-in, and goes on in another", async () => {
  const browser = openBrowser(api);
  const made = await browser.call("POST", "/api/app/account", {
    email: "ada@example.org",
    password: "seven ferries at dawn",
  });
  expect(made.status).toBe(200);
  const other = openBrowser(api);
  expect(await other.signIn("ada@example.org", "seven ferries at dawn")).toBe(true);
  const session = (await browser.call("POST", "/api/v1/chat", {})).body.session_id;
  slowly();
  const path = `/api/v1/chat/${session}/messages/stream`;
  const asking = await api.send("POST", path, {
    key: null,
    headers: browser.headers(),
    body: { index_ids: [], prompt: "slowly" },
  });
  const asked = await reader(asking);
  const followed = await reader(await api.send("GET", path, { key: null, headers: browser.headers() }));
  const elsewhere = await reader(await api.send("GET", path, { key: null, headers: other.headers() }));
  await browser.signOut();
  later(16_000);
  await Promise.all([asked.toItsEnd(), followed.toItsEnd()]);
  expect(await elsewhere.next()).not.toBe("");
  await other.call("POST", `/api/v1/chat/${session}/stop`, {});
  await elsewhere.toItsEnd();
});

/** The model says a word now and then, for longer than a test lasts. */
function slowly(): void {
  api.model.clearFixtures();
  api.model.onMessage(/.*/su, { content: "word ".repeat(2000) }, { latency: 50 });
}

/** The streams' clock is so much later; only the clock, so that everything else goes on. */
function later(ms: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
}

async function reader(response: Response) {
  const body = response.body?.getReader();
  const decoder = new TextDecoder();
  const next = async (): Promise<string> => {
    const result = await body?.read();
    return result?.value ? decoder.decode(result.value) : "";
  };
  await next();
  return {
    next,
    async toItsEnd(): Promise<void> {
      while ((await next()) !== "");
    },
  };
}
