import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EDIT, READ_ONLY } from "../domain/api-key.ts";
import { ChatError } from "../domain/errors.ts";
import { type Api, openApi } from "../testing/api.ts";
import { DIALECTS, KEY_SCOPES, surfaceAt } from "./index.ts";

// What the list of dialects says of each is true of the server.

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

test("names, labels and prefixes are each of one dialect", () => {
  for (const all of [DIALECTS.map(({ name }) => name), DIALECTS.map(({ label }) => label)]) {
    expect(new Set(all).size).toBe(DIALECTS.length);
  }
  const prefixes = DIALECTS.flatMap((dialect) => dialect.prefixes);
  expect(new Set(prefixes).size).toBe(prefixes.length);
});

test("the longest prefix decides, and only whole segments count", () => {
  const at = (path: string) => surfaceAt(path, DIALECTS)?.name ?? null;
  expect([at("/api/v1/chat/x"), at("/api/v1"), at("/api/v10"), at("/api"), at("/apis"), at("/")]).toEqual([
    "llamacloud",
    "llamacloud",
    "julep",
    "julep",
    null,
    null,
  ]);
});

test("a key can be narrowed to each dialect and to reading, may be let edit, and nothing else", async () => {
  expect(KEY_SCOPES).toEqual([...DIALECTS.map(({ name }) => name), READ_ONLY, EDIT]);
  const headers = await api.browser();
  const make = (scope: string) =>
    api.call("POST", "/api/app/keys", { key: null, headers, body: { name: "narrow", scopes: [scope] } });
  for (const scope of KEY_SCOPES) expect((await make(scope)).body.scopes).toEqual([scope]);
  expect((await make("web")).status).toBe(422);
});

describe.each(DIALECTS)("$label", ({ name, prefixes, failure, reference, sample }) => {
  test.each(prefixes)("answers what nobody serves below %s, in its shape", async (prefix) => {
    const expected = await failure(new ChatError("not-found", "Not Found")).json();
    for (const path of [prefix, `${prefix}/`, `${prefix}/no/such/path`]) {
      for (const method of ["GET", "POST", "DELETE"]) {
        const { status, body } = await api.call(method, path, { key: null });
        expect([method, path, status, body]).toEqual([method, path, 404, expected]);
      }
    }
  });

  test("has its operations below its prefixes", async () => {
    const { operations } = await reference();
    const wrong = operations.filter(({ path }) => surfaceAt(path, DIALECTS)?.name !== name);
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test("has a sample call of one of its turns", async () => {
    const code = sample("an-agent") ?? "";
    const paths = [...code.matchAll(/\{origin\}([^"]*)"/gu)].map(([, path = ""]) => path);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect([path, surfaceAt(path, DIALECTS)?.name]).toEqual([path, name]);
    expect(code).toContain("$PARLEY_KEY");
  });
});
