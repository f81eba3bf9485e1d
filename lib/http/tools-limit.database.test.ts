import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const toolOf = (n: number, description = "What it does") => ({
  name: `tool_${n}`,
  type: "function",
  function: { description, parameters: { type: "object", properties: {} } },
});

test("13: an agent has so many tools, each of so many characters: nobody fills the memory of whoever reads it", async () => {
  const agent = (await api.call("POST", "/api/agents", { body: { name: "Many" } })).body.id;
  const add = (tool: object) => api.call("POST", `/api/agents/${agent}/tools`, { body: tool });
  const long = await add(toolOf(0, "x".repeat(70_000)));
  expect([long.status, JSON.stringify(long.body)]).toEqual([400, expect.stringContaining("65536 characters")]);
  const first = await add(toolOf(0));
  expect(first.status).toBe(201);
  for (let n = 1; n < 128; n++) expect((await add(toolOf(n))).status).toBe(201);
  const more = await add(toolOf(128));
  expect([more.status, JSON.stringify(more.body)]).toEqual([400, expect.stringContaining("at most 128 tools")]);
  const path = `/api/agents/${agent}/tools/${first.body.id}`;
  const patched = await api.call("PATCH", path, { body: { function: { description: "x".repeat(70_000) } } });
  expect(patched.status).toBe(400);
  expect((await api.call("DELETE", path)).status).toBeLessThan(300);
  expect((await add(toolOf(128))).status).toBe(201);
});
