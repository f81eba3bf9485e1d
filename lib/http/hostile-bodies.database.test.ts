import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { ORIGIN, OWNER_KEY } from "../testing/server.ts";

const SIZE = 8 * 1024 * 1024 - 2000;
const LONGEST_ANSWER = 64 * 1024;

let api: Api;
let paths: Readonly<Record<"render" | "chat" | "completions" | "bot" | "search" | "agents", string>>;
beforeAll(async () => {
  api = await openApi();
  const agent = (await api.call("POST", "/api/agents", { body: { name: "attacked" } })).body.id;
  const session = (await api.call("POST", "/api/sessions", { body: { agent } })).body.id;
  paths = {
    render: `/api/sessions/${session}/render`,
    chat: `/sessions/${session}/chat`,
    completions: `/api/v1/compatibility/openai/v1/assistants/${agent}/chat/completions`,
    bot: "/v1/chat",
    search: `/api/agents/${agent}/search`,
    agents: "/api/agents",
  };
});
afterAll(() => api.close());

const MESSAGE = '{"role":"user","content":"x"}';
const many = (item: string, size: number) => `${`${item},`.repeat(Math.floor(size / (item.length + 1)))}${item}`;

const BODIES: readonly (readonly [name: string, (size: number) => string])[] = [
  ["messages that are empty objects", (size) => `{"messages":[${many("{}", size)}]}`],
  ["messages that are numbers", (size) => `{"messages":[${many("1", size)}]}`],
  ["a message of empty parts", (size) => `{"messages":[{"role":"user","content":[${many("{}", size)}]}]}`],
  ["a message of lists", (size) => `{"messages":[{"role":"user","content":[${many("[[]]", size)}]}]}`],
  ["as many bad messages as are read", () => `{"messages":[${many('{"role":"x","content":[1,2,3]}', 200_000)}]}`],
  ["a bias of texts", () => `{"messages":[${MESSAGE}],"logit_bias":{${many('"k":"x"', 500_000)}}}`],
  [
    "a bias of many keys",
    () =>
      `{"messages":[${MESSAGE}],"logit_bias":{${Array.from({ length: 40_000 }, (_, n) => `"k${n}":"x"`).join(",")}}}`,
  ],
  ["a key of a megabyte", () => `{"messages":[${MESSAGE}],"logit_bias":{"${"k".repeat(900_000)}":"x"}}`],
  ["tools that are none", (size) => `{"messages":[${MESSAGE}],"tools":[${many("{}", size)}]}`],
  ["too many tools", () => `{"messages":[${MESSAGE}],"tools":[${many("1", 60_000)}]}`],
  ["ends that are numbers", (size) => `{"messages":[${MESSAGE}],"stop":[${many("1", size)}]}`],
  ["a role of a megabyte", () => `{"messages":[{"role":"${"r".repeat(900_000)}","content":"x"}]}`],
  ["metadata of many values", () => `{"name":"x","messages":1,"metadata":{"a":[${many("1", 100_000)}]}}`],
  ["a vector of texts", () => `{"vector":[${many('"x"', 40_000)}],"messages":1}`],
  ["no JSON for long", (size) => `{"a":${"9".repeat(size)}x`],
  ["nothing but commas", (size) => `[${",".repeat(size)}`],
];

test.each(BODIES)("S2: %s are refused in a small answer by every dialect", { timeout: 60_000 }, async (_, bodyOf) => {
  for (const [name, path] of Object.entries(paths)) {
    const response = await api.send("POST", path, { body: bodyOf(name === "render" ? SIZE : 900_000) });
    const bytes = (await response.arrayBuffer()).byteLength;
    expect([name, response.status >= 400 && response.status < 500, bytes < LONGEST_ANSWER]).toEqual([name, true, true]);
  }
});

test("S2: as much as the contracts allow is taken", { timeout: 60_000 }, async () => {
  const messages = Array.from({ length: 10_000 }, (_, n) => ({ role: n % 2 ? "assistant" : "user", content: "x" }));
  const rendered = await api.call("POST", paths.render, { body: { messages } });
  expect([rendered.status, rendered.body.messages.length > 9999]).toEqual([200, true]);
  const url = `data:image/png;base64,${"A".repeat(7_000_000)}`;
  const image = { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }] };
  expect((await api.call("POST", paths.render, { body: image })).status).toBe(200);
});

test("S1: bytes that are no UTF-8 are refused", async () => {
  const body = Buffer.from('{"name":"\u00ff"}', "latin1");
  const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
  const response = await api.server.fetch(`${ORIGIN}/api/agents`, { method: "POST", headers, body });
  expect([response.status, (await response.json()).error.message]).toEqual([400, "The body is not valid UTF-8"]);
});
