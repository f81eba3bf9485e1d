import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";
import { mountWordVectors, wordVector } from "./fixtures/word-vectors.ts";

let julep: JulepServer;
let embedded: readonly string[];
let failure: number | null = null;

beforeAll(async () => {
  julep = await openJulep({ OPENAI_EMBEDDING_MODEL: "words" });
  embedded = mountWordVectors(julep.model, () => failure);
  julep.model.onMessage(/.*/s, { content: "Yes." });
});
beforeEach(() => {
  failure = null;
});
afterAll(() => julep.close());

type Hit = { title: string; distance: number; snippet: { content: string; embedding: number[] | null } };

async function agentWith(...contents: string[]): Promise<string> {
  const { id } = await julep.client.agents.create({ name: "Ada" });
  for (const [n, content] of contents.entries()) {
    const body = { title: `T${n}`, content };
    const { body: doc } = await julep.call("POST", `/api/agents/${id}/docs`, { body });
    await expect.poll(async () => (await julep.call("GET", `/api/docs/${doc.id}`)).body.embedding_model).toBe("words");
  }
  return id;
}

const search = (agent: string, body: object) => julep.call("POST", `/api/agents/${agent}/search`, { body });
const titles = (hits: Hit[]) => hits.map((hit) => hit.title);

describe("search", () => {
  test("55. a text, a vector and both find the nearest first", async () => {
    const agent = await agentWith("red apples and pears", "the harbour of Oslo", "boats lie in the harbour");
    const vector = wordVector("boats in the harbour");
    const wide = { confidence: -1, mmr_strength: 0 };
    const byText = await search(agent, { text: "apples" });
    const byVector = await search(agent, { vector, ...wide });
    const both = await search(agent, { vector, text: "apples", alpha: 0.5, ...wide });
    expect(titles(byText.body.docs)).toEqual(["T0"]);
    expect(titles(byVector.body.docs)).toEqual(["T2", "T1", "T0"]);
    expect(titles(both.body.docs).slice(0, 2).sort()).toEqual(["T0", "T2"]);
    const distances = byVector.body.docs.map((hit: Hit) => hit.distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    for (const { body } of [byText, byVector, both]) expect(body.time).toBeGreaterThan(0);
  });

  test("55. a vector of another length is 400, no vector and no text 422", async () => {
    const agent = await agentWith("x");
    const wrong = await search(agent, { vector: [1, 2, 3] });
    expect([wrong.status, wrong.body.error.message]).toEqual([400, "The vector has 3 dimensions, the docs have 64"]);
    const none = await search(agent, { limit: 3 });
    expect([none.status, none.body.error.details[0].loc]).toEqual([422, "text"]);
  });

  test("alpha 1 is by vector alone, alpha 0 by text alone", async () => {
    const agent = await agentWith("apples apples apples", "harbour");
    const body = { text: "apples", vector: wordVector("harbour"), mmr_strength: 0, confidence: -1 };
    expect(titles((await search(agent, { ...body, alpha: 1 })).body.docs)[0]).toBe("T1");
    expect(titles((await search(agent, { ...body, alpha: 0 })).body.docs)[0]).toBe("T0");
  });

  test("with mmr what says the same comes behind what says something else", async () => {
    const agent = await agentWith("boats in the harbour", "boats in the harbour now", "boats under sail");
    const body = { vector: wordVector("boats in the harbour"), confidence: -1, limit: 2 };
    expect(titles((await search(agent, { ...body, mmr_strength: 0 })).body.docs)).toEqual(["T0", "T1"]);
    expect(titles((await search(agent, { ...body, mmr_strength: 0.7 })).body.docs)).toEqual(["T0", "T2"]);
  });
});

describe("recall", () => {
  const render = async (agent: string, recall_options: object | null, content: string) => {
    const { body } = await julep.call("POST", "/api/sessions", { body: { agent, recall_options } });
    const ask = { messages: [{ role: "user", content }] };
    return (await julep.call("POST", `/api/sessions/${body.id}/render`, { body: ask })).body;
  };

  test("the default is by vector, and hits tell their embedding", async () => {
    const agent = await agentWith("boats lie in the harbour", "red apples and pears");
    const { docs } = await render(agent, null, "boats lie in the harbour");
    expect(titles(docs)).toEqual(["T0"]);
    expect(docs[0].snippet.embedding).toHaveLength(64);
    expect(docs[0].distance).toBeGreaterThan(0);
    expect(docs[0].distance).toBeLessThan(0.5);
    // What is asked stands after who asks it.
    expect(embedded.at(-1)).toBe("user: boats lie in the harbour");
  });

  test("52. confidence 1 finds only what is the same, include_embeddings false tells no vector", async () => {
    const agent = await agentWith("boats lie in the harbour");
    const options = { mode: "vector", include_embeddings: false };
    expect((await render(agent, { ...options, confidence: 1 }, "boats in the harbour")).docs).toEqual([]);
    expect((await render(agent, options, "boats lie in the harbour")).docs[0].snippet.embedding).toBeNull();
  });

  test("an embedding service that fails leaves the words to be looked for", async () => {
    const agent = await agentWith("boats lie in the harbour");
    failure = 500;
    expect(titles((await render(agent, null, "harbour")).docs)).toEqual(["T0"]);
  });

  test("a doc that is not embedded yet is found by its words", async () => {
    failure = 400;
    const { id } = await julep.client.agents.create({ name: "Ada" });
    const { body } = await julep.call("POST", `/api/agents/${id}/docs`, {
      body: { title: "T", content: "harbour lights" },
    });
    expect(body.embeddings).toBeNull();
    expect(titles((await render(id, null, "harbour")).docs)).toEqual(["T"]);
  });
});

test("embed gives a vector of one length for each text, told the instruction first", async () => {
  const { status, body } = await julep.call("POST", "/api/embed", {
    body: { text: ["one", "two"], embed_instruction: "For search" },
  });
  expect([status, body.vectors.length, body.vectors[0].length]).toEqual([200, 2, 64]);
  expect(embedded.slice(-2)).toEqual(["For search\n\none", "For search\n\ntwo"]);
  const tooMany = await julep.call("POST", "/api/embed", { body: { text: new Array(101).fill("x") } });
  expect(tooMany.status).toBe(422);
});

test("a doc with several pieces tells a vector for each", async () => {
  const { id } = await julep.client.agents.create({ name: "Ada" });
  const { body } = await julep.call("POST", `/api/agents/${id}/docs`, {
    body: { title: "T", content: ["one", "two"] },
  });
  const read = async (query = "") => (await julep.call("GET", `/api/docs/${body.id}${query}`)).body;
  await expect.poll(async () => (await read()).embedding_dimensions).toBe(64);
  expect((await read()).embeddings).toHaveLength(2);
  expect((await read("?include_embeddings=false")).embeddings).toBeNull();
});
