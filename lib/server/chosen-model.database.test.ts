import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { openStrictModel, type StrictModel, saying } from "../testing/strict-model.ts";
import { greeting } from "./start-server.ts";

const UNSET = ["OPENAI_MODEL", "BUILTIN_TOOLS"];

let api: Api;
let server: StrictModel;
beforeAll(async () => {
  server = await openStrictModel();
  server.lists({ object: "list", data: [{ id: "nomic-embed-text" }, { id: "llama3.2", context_length: 8192 }, null] });
  // Blank counts as unset.
  api = await openApi({ OPENAI_BASE_URL: server.url, OPENAI_MODEL: "", BUILTIN_TOOLS: "off" });
});
afterAll(async () => {
  await api.close();
  await server.close();
  for (const name of UNSET) delete process.env[name];
});

test("27: without OPENAI_MODEL the server's list gives a model to chat with, and the start says which", async () => {
  const { parley } = api.server;
  expect(parley.ports.models.defaultModel).toBe("llama3.2");
  expect(greeting(parley)).toContain("Model    llama3.2, of the server's list (OPENAI_MODEL sets another)");
  expect(await parley.ports.models.list()).toMatchObject([
    { id: "llama3.2", contextWindow: 8192 },
    { id: "nomic-embed-text" },
  ]);
});

test("21: a setting leaves the built-in tools out", async () => {
  const seen = server.model("llama3.2", [saying("Hello.")]);
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  await api.call("POST", `/api/v1/chat/${session_id}/messages/stream`, { body: { index_ids: [], prompt: "Hi" } });
  expect(seen).toMatchObject([{ model: "llama3.2" }]);
  expect(seen[0].tools).toBeUndefined();
});
