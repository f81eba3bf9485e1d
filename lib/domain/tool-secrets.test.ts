import { expect, test } from "vitest";
import { API_CALL } from "../testing/tools.ts";
import { newId } from "./ids.ts";
import type { StoredTool } from "./tool.ts";
import { secretsOfCall, withoutToolSecrets } from "./tool-secrets.ts";
import type { ToolBody } from "./tool-spec.ts";

const stored = (body: ToolBody): StoredTool => ({
  ...body,
  id: newId(),
  agentId: newId(),
  name: "lookup",
  description: null,
  openToStrangers: false,
  createdAt: new Date(),
  updatedAt: new Date(),
});
const CALL = {
  ...API_CALL,
  url: "http://me:whisper@site.test/a?token=whisper&page=2",
  headers: { authorization: "Bearer whisper", accept: "text/plain" },
  cookies: { session: "whisper" },
  query: { api_key: "whisper", q: "plain" },
  json: { deep: { client_secret: "whisper", n: 1 }, list: [{ password: "whisper" }] },
  secrets: { any: "whisper" },
};

test.each<[string, ToolBody]>([
  ["an HTTP request", { type: "api-call", spec: CALL }],
  [
    "an HTTP request with a query as text",
    { type: "api-call", spec: { ...CALL, query: "api_key=whisper", bytes: "d2hpc3Blcg==" } },
  ],
  [
    "an integration",
    {
      type: "integration",
      spec: { provider: "brave", method: null, setup: { id: "whisper" }, arguments: { token: "whisper" } },
    },
  ],
])("%s without its secrets tells their names alone", (_, body) => {
  const text = JSON.stringify(withoutToolSecrets(stored(body)));
  expect(text).toContain("[hidden]");
  expect(text).not.toMatch(/whisper|d2hpc3Bl/u);
});

test("what is no secret of a tool stays", () => {
  const tool = withoutToolSecrets(stored({ type: "api-call", spec: CALL }));
  expect(tool.spec).toMatchObject({ method: "GET", query: { q: "plain" }, json: { deep: { n: 1 } }, givesBody: true });
  const plain = stored({
    type: "function",
    spec: { name: "f", description: null, parameters: { properties: { api_key: {} } } },
  });
  expect(withoutToolSecrets(plain)).toEqual(plain);
});

test("the secrets of an HTTP request are found by their names, a token without its scheme too", () => {
  expect(secretsOfCall({ ...CALL, headers: { authorization: "Bearer abc", accept: "text/plain" } })).toEqual(
    expect.arrayContaining(["Bearer abc", "abc", "whisper"]),
  );
  expect(secretsOfCall(CALL)).not.toContain("text/plain");
});
