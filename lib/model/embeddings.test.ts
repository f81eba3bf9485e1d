import { afterEach, expect, test, vi } from "vitest";
import { embedThrough } from "./embeddings.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("25: embeddings are asked for under the base URL's path, with its query and Azure's header", async () => {
  const asked: [string, string | null, string | null][] = [];
  vi.stubGlobal("fetch", async (url: URL | string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    asked.push([String(url), headers.get("authorization"), headers.get("api-key")]);
    return Response.json({ data: [{ embedding: [1, 2], index: 0 }], usage: { prompt_tokens: 1.5 } });
  });
  const baseUrl = "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21";
  const embed = embedThrough({ baseUrl, apiKey: "key" }, "m");
  expect(await embed(["text"], { signal: new AbortController().signal })).toEqual({ vectors: [[1, 2]], tokens: 2 });
  expect(asked).toEqual([
    ["https://r.openai.azure.com/openai/deployments/d/embeddings?api-version=2024-10-21", "Bearer key", "key"],
  ]);
});
