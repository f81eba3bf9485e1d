import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertApiKey } from "../db/accounts.ts";
import { newId } from "../domain/ids.ts";
import { hashKey } from "../server/keys.ts";
import { type Api, openApi } from "../testing/api.ts";

// Where a secret that came with a request, or that a tool holds, is not to be told again.

const TOKEN = "Zq7Wm3TbX9dLr5Yh2";
const READ_KEY = "a key that only reads";

let api: Api;
let site: Server;
let agentId = "";
let told = "";

beforeAll(async () => {
  site = createServer(({ headers, url }, response) => {
    told = JSON.stringify({ headers, url });
    response.writeHead(200, { "content-type": "application/json", "x-sent": headers.authorization }).end(told);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const { port } = site.address() as AddressInfo; // it listens on a port
  api = await openApi({ OUTBOUND_ALLOW: `127.0.0.1:${port}`, SIGN_UP: "on" });
  const { database } = api.server.parley.ports;
  const accountId = api.server.parley.ownerId;
  const row = { id: newId(), accountId, hash: hashKey(READ_KEY), hint: "", name: "reads", scopes: ["read-only"] };
  await insertApiKey(database, row);
  await database.pool.query(`update "ApiKey" set scopes = '{read-only}' where id = $1`, [row.id]);
  api.model.onMessage(/MODE/s, { error: { message: `Bad key mock-${TOKEN}`, type: "x" }, status: 400 });
  api.model.onMessage(/.*/s, (request) =>
    request.messages.at(-1)?.role === "tool"
      ? { content: "Done." }
      : { toolCalls: [{ id: "call_1", name: "lookup", arguments: "{}" }] },
  );
  agentId = (await api.call("POST", "/api/agents", { body: { name: "Guide" } })).body.id;
  const spec = {
    method: "GET",
    url: `http://127.0.0.1:${port}/?token=${TOKEN}`,
    headers: { authorization: `Bearer ${TOKEN}` },
  };
  const body = { name: "lookup", type: "api_call", api_call: spec };
  expect((await api.call("POST", `/api/agents/${agentId}/tools`, { body })).status).toBe(201);
});
afterAll(async () => {
  await api.close();
  site.close();
});

test("a key that only reads sees a tool without its secrets, and the owner's key sees it whole", async () => {
  const read = await api.call("GET", `/api/agents/${agentId}/tools`, { key: READ_KEY });
  expect(read.body.items[0].api_call.headers).toEqual({ authorization: "[hidden]" });
  expect(JSON.stringify(read.body)).not.toContain(TOKEN);
  for (const path of ["/api/app/agents", `/api/app/agents/${agentId}`]) {
    const page = await api.call("GET", path, { key: READ_KEY });
    expect(JSON.stringify(page.body)).toContain("lookup");
    expect(JSON.stringify(page.body)).not.toContain(TOKEN);
  }
  const whole = await api.call("GET", `/api/agents/${agentId}/tools`);
  expect(whole.body.items[0].api_call.headers).toEqual({ authorization: `Bearer ${TOKEN}` });
});

test("a server that tells a tool's secrets back does not tell the model", async () => {
  const made = await api.call("POST", "/api/sessions", { body: { agent: agentId, auto_run_tools: true } });
  const body = { messages: [{ role: "user", content: "Look it up" }] };
  expect((await api.call("POST", `/api/sessions/${made.body.id}/chat`, { body })).status).toBe(201);
  expect(told).toContain(TOKEN);
  const prompt = JSON.stringify(api.modelCalls().at(-1)?.body);
  expect(prompt).toContain("[hidden]");
  expect(prompt).not.toContain(TOKEN);
});

test("a provider that quotes a brought key tells it to nobody", async () => {
  const body = { bot_slug: "taxson", prompt: "MODE", stream: false };
  const headers = { "x-custom-api-key": `mock-${TOKEN}` };
  const assistant = `/api/v1/compatibility/openai/v1/assistants/${agentId}/chat/completions`;
  const asked = await api.call("POST", assistant, { headers, body: { messages: [{ role: "user", content: "MODE" }] } });
  expect(asked.status).toBe(400);
  expect(JSON.stringify(asked.body)).not.toContain(TOKEN);
  expect(JSON.stringify((await api.call("POST", "/v1/chat", { headers, body })).body)).not.toContain(TOKEN);
  const { rows } = await api.server.parley.ports.database.pool.query(`select error::text as text from "Run"`);
  expect(rows.some(({ text }) => text?.includes("refused the request"))).toBe(true);
  expect(JSON.stringify(rows)).not.toContain(TOKEN);
});

test.each([
  ["/api/agents", { name: 7, api_key: TOKEN, metadata: { password: TOKEN } }],
  ["/api/v1/compatibility/openai/v1/assistants", { name: 7, metadata: { client_secret: TOKEN } }],
  ["/api/app/account", { password: TOKEN }],
  ["/api/app/account", { email: TOKEN, password: TOKEN }],
  ["/v1/chat", `{"api_key": "${TOKEN}", `],
  ["/api/agents", `{"api_key": "${TOKEN}", `],
])("a fault of a body for %s quotes no secret of it", async (path, body) => {
  const headers = { "sec-fetch-site": "same-origin" };
  const answer = await api.call("POST", path, { body, headers });
  expect(answer.status).toBe(422);
  expect(JSON.stringify(answer.body)).not.toContain(TOKEN);
});
