import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";

let julep: JulepServer;
beforeAll(async () => {
  julep = await openJulep();
  julep.model.onMessage(/.*/s, { content: "Nine to five." });
});
afterAll(() => julep.close());

const ask = (content: string, more: object = {}) => ({ messages: [{ role: "user", content }], ...more });
const docOf = (content: string | string[], more: object = {}) => ({ title: "Opening hours", content, ...more });
const text = { mode: "text" } as const;

async function agentWith(...docs: object[]): Promise<string> {
  const { id } = await julep.client.agents.create({ name: "Ada" });
  for (const body of docs) await julep.call("POST", `/api/agents/${id}/docs`, { body });
  return id;
}

async function sessionOf(agent: string, more: object = {}): Promise<string> {
  const { body } = await julep.call("POST", "/api/sessions", { body: { agent, recall_options: text, ...more } });
  return body.id;
}

const render = async (session: string, body: object) =>
  (await julep.call("POST", `/api/sessions/${session}/render`, { body })).body;

describe("recall", () => {
  test("50. a doc that matches is named in docs and stands in the system message, in chat and in a stream", async () => {
    const agent = await agentWith(
      docOf("We are open on Monday to Friday, nine to five.", { metadata: { lang: "en" } }),
    );
    const session = await sessionOf(agent);
    const body = ask("When are you open?");
    const rendered = await render(session, body);
    expect(rendered.docs).toEqual([
      {
        id: expect.any(String),
        owner: { id: agent, role: "agent" },
        title: "Opening hours",
        snippet: { index: 0, content: "We are open on Monday to Friday, nine to five.", embedding: null },
        distance: expect.any(Number),
        metadata: { lang: "en" },
      },
    ]);
    expect(rendered.messages[0].content).toContain("## Opening hours\nWe are open on Monday");
    const { body: answer } = await julep.call("POST", `/api/sessions/${session}/chat`, { body });
    expect(answer.docs).toEqual(rendered.docs);
    expect(julep.modelCalls().at(-1)?.body.messages[0].content).toBe(rendered.messages[0].content);
    const stream = await julep.call("POST", `/api/sessions/${session}/chat`, { body: { ...body, stream: true } });
    const chunks = String(stream.body)
      .split("\n")
      .filter((line) => line.startsWith("data: "));
    const told = chunks.map((chunk) => JSON.parse(chunk.slice(6)).docs);
    expect(told).toEqual([rendered.docs, ...told.slice(1).map(() => [])]);
  });

  test("50. recall false looks for nothing", async () => {
    const session = await sessionOf(await agentWith(docOf("Open from nine to five.")));
    const rendered = await render(session, ask("When are you open?", { recall: false }));
    expect(rendered.docs).toEqual([]);
    expect(rendered.messages[0].content).not.toContain("nine to five");
  });

  test("50. a default session without an embedding model finds docs by their words", async () => {
    const agent = await agentWith(docOf("Open from nine to five."));
    const { id } = await julep.client.sessions.create({ agent });
    expect((await render(id, ask("When are you open?"))).docs).toHaveLength(1);
  });

  test("51. docs of the active agent and of every user are searched, of nobody else", async () => {
    const [first, second] = [
      await julep.client.users.create({ name: "Bo" }),
      await julep.client.users.create({ name: "Cy" }),
    ];
    const agent = await agentWith(docOf("The harbour of Oslo."));
    await agentWith(docOf("The harbour of Bergen."));
    for (const { id } of [first, second]) {
      await julep.call("POST", `/api/users/${id}/docs`, { body: docOf(`I keep a boat in the harbour. ${id}`) });
    }
    const session = await sessionOf(agent, { users: [first.id, second.id] });
    const { docs } = await render(session, ask("Tell me of the harbour"));
    const owners = docs.map((hit: { owner: { id: string } }) => hit.owner.id);
    expect(new Set(owners)).toEqual(new Set([agent, first.id, second.id]));
  });

  test("52. limit, metadata_filter and include_embeddings hold, and limits have limits", async () => {
    const agent = await agentWith(
      ...[1, 2, 3].map((n) => ({ title: `T${n}`, content: `harbour number ${n}`, metadata: { n, kind: "h" } })),
    );
    const limited = await sessionOf(agent, { recall_options: { ...text, limit: 2 } });
    expect((await render(limited, ask("harbour"))).docs).toHaveLength(2);
    const filtered = await sessionOf(agent, { recall_options: { ...text, metadata_filter: { n: 3 } } });
    const { docs } = await render(filtered, ask("harbour"));
    expect(docs.map((hit: { title: string }) => hit.title)).toEqual(["T3"]);
    for (const limit of [0, 51]) {
      const body = { agent, recall_options: { ...text, limit } };
      const { status, body: failed } = await julep.call("POST", "/api/sessions", { body });
      expect([status, failed.error.details[0].loc]).toEqual([422, "recall_options.limit"]);
    }
  });

  test.each([
    ["a word in another form", "What are the openings?", 1],
    ["words that mean nothing", "What is it and who are you?", 0],
    ["operators of the search language", "open & | ! <-> ( ':*' \\ '", 1],
    ["no words at all", "?!", 0],
  ])("a question of %s finds what it should", async (_, question, count) => {
    const session = await sessionOf(await agentWith(docOf("We open at nine.")));
    expect((await render(session, ask(question))).docs).toHaveLength(count);
  });

  test("a misspelt word is found where the session allows for it", async () => {
    const agent = await agentWith(docOf("The harbour opens at nine."));
    const strict = await sessionOf(agent);
    const lenient = await sessionOf(agent, { recall_options: { ...text, trigram_similarity_threshold: 0.3 } });
    expect((await render(strict, ask("harbuor"))).docs).toHaveLength(0);
    expect((await render(lenient, ask("harbuor"))).docs).toHaveLength(1);
  });

  test("the last message of a person or an answer is the question, though a tool spoke after it", async () => {
    const session = await sessionOf(await agentWith(docOf("The harbour opens at nine.")));
    const body = {
      messages: [
        { role: "user", content: "harbour" },
        { role: "system", content: "Be brief" },
      ],
    };
    expect((await render(session, body)).docs).toHaveLength(1);
    expect((await render(session, { messages: [{ role: "system", content: "harbour" }] })).docs).toHaveLength(0);
  });
});

describe("docs", () => {
  test("a doc has all its fields, and is read, listed and deleted", async () => {
    const agent = await agentWith();
    const made = await julep.call("POST", `/api/agents/${agent}/docs`, {
      body: docOf(["one", "two"], { metadata: { a: 1 } }),
    });
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.any(String),
        created_at: new Date(made.body.created_at).toISOString(),
        title: "Opening hours",
        content: ["one", "two"],
        embeddings: null,
        modality: "text",
        language: null,
        embedding_model: null,
        embedding_dimensions: null,
        metadata: { a: 1 },
      },
    ]);
    const { id } = made.body;
    expect((await julep.call("GET", `/api/docs/${id}`)).body).toEqual(made.body);
    expect((await julep.call("GET", `/api/agents/${agent}/docs?metadata_filter.a=1`)).body).toEqual({
      items: [made.body],
    });
    expect((await julep.call("GET", `/api/agents/${agent}/docs?metadata_filter.a=2`)).body).toEqual({ items: [] });
    const gone = await julep.call("DELETE", `/api/agents/${agent}/docs/${id}`);
    expect([gone.status, gone.body.id]).toEqual([202, id]);
    expect((await julep.call("GET", `/api/docs/${id}`)).status).toBe(404);
    expect((await julep.call("DELETE", `/api/agents/${agent}/docs/${id}`)).status).toBe(404);
  });

  test("a doc of a million characters keeps all its pieces in their order", async () => {
    const content = Array.from({ length: 40 }, (_, n) => `${n} `.repeat(25_000 / `${n} `.length).trim());
    const { status, body } = await julep.call("POST", `/api/agents/${await agentWith()}/docs`, {
      body: docOf(content),
    });
    expect(status).toBe(201);
    expect((await julep.call("GET", `/api/docs/${body.id}`)).body.content).toEqual(content);
  });

  test("53. the same doc twice for one owner is a conflict that is not tried again, for another it is none", async () => {
    const [one, other] = [await agentWith(docOf("x")), await agentWith()];
    const again = await julep.call("POST", `/api/agents/${one}/docs`, { body: docOf("x") });
    expect([again.status, again.headers.get("x-should-retry")]).toEqual([409, "false"]);
    expect((await julep.call("POST", `/api/agents/${other}/docs`, { body: docOf("x") })).status).toBe(201);
    expect((await julep.call("POST", `/api/agents/${one}/docs`, { body: docOf(["x", "y"]) })).status).toBe(201);
  });

  test.each([
    ["title", { title: "t".repeat(801), content: "x" }],
    ["content", { title: "t", content: "c".repeat(30_001) }],
    ["content[1]", { title: "t", content: ["x", "c".repeat(30_001)] }],
    ["content", { title: "t" }],
    ["content", { title: "t", content: [] }],
    ["title", { content: "x" }],
  ])("54. a wrong %s is 422", async (loc, body) => {
    const agent = await agentWith();
    const failed = await julep.call("POST", `/api/agents/${agent}/docs`, { body });
    expect([failed.status, failed.body.error.details[0].loc]).toEqual([422, loc]);
  });

  test("54. the longest title and content fit, and each text of a list is a piece with its index", async () => {
    const agent = await agentWith(
      docOf(["first harbour", "c".repeat(30_000), "second harbour"], { title: "t".repeat(800) }),
    );
    const { body } = await julep.call("POST", `/api/agents/${agent}/search`, { body: { text: "harbour" } });
    const indexes = body.docs.map((hit: { snippet: { index: number } }) => hit.snippet.index);
    expect(indexes.sort()).toEqual([0, 2]);
    expect(body.time).toBeGreaterThan(0);
  });

  test("56. many are deleted by a filter, by delete_all, and by neither", async () => {
    const agent = await agentWith(...[1, 2, 3].map((n) => docOf(`d${n}`, { metadata: { n } })));
    const deleted = async (body: object) =>
      (await julep.call("DELETE", `/api/agents/${agent}/docs`, { body })).body.items.length;
    expect(await deleted({})).toBe(0);
    expect(await deleted({ metadata_filter: { n: 2 } })).toBe(1);
    expect(await deleted({ delete_all: true })).toBe(2);
    expect((await julep.call("GET", `/api/agents/${agent}/docs`)).body).toEqual({ items: [] });
  });

  test("an owner that is not there is 404, and a wrong id 422", async () => {
    for (const path of [`/api/agents/${newId()}/docs`, `/api/users/${newId()}/docs`]) {
      expect((await julep.call("POST", path, { body: docOf("x") })).status).toBe(404);
      expect((await julep.call("GET", path)).status).toBe(404);
      expect((await julep.call("DELETE", path, { body: { delete_all: true } })).status).toBe(404);
    }
    expect((await julep.call("POST", `/api/agents/${newId()}/search`, { body: { text: "x" } })).status).toBe(404);
    expect((await julep.call("GET", "/api/docs/none")).status).toBe(422);
  });

  test("somebody else's docs are not there", async () => {
    const agent = await agentWith(docOf("harbour"));
    const { body } = await julep.call("GET", `/api/agents/${agent}/docs`);
    const { key } = await julep.server.makeAccount();
    const [{ id }] = body.items;
    expect((await julep.call("GET", `/api/docs/${id}`, { key })).status).toBe(404);
    expect((await julep.call("DELETE", `/api/agents/${agent}/docs/${id}`, { key })).status).toBe(404);
    expect((await julep.call("POST", `/api/agents/${agent}/search`, { key, body: { text: "harbour" } })).status).toBe(
      404,
    );
    expect((await julep.call("POST", `/api/agents/${agent}/docs`, { key, body: docOf("x") })).status).toBe(404);
  });

  test("deleting an owner deletes its docs", async () => {
    const agent = await agentWith(docOf("x"));
    const { body } = await julep.call("GET", `/api/agents/${agent}/docs`);
    await julep.client.agents.delete(agent);
    expect((await julep.call("GET", `/api/docs/${body.items[0].id}`)).status).toBe(404);
  });

  test("without an embedding model embed says how to get one", async () => {
    const { status, body } = await julep.call("POST", "/api/embed", { body: { text: "x" } });
    expect([status, body.error.message]).toEqual([400, expect.stringContaining("OPENAI_EMBEDDING_MODEL")]);
  });
});

describe("projects", () => {
  test("there is a default one, others are made once", async () => {
    const list = async () => (await julep.call("GET", "/api/projects")).body.items;
    expect(await list()).toEqual([expect.objectContaining({ canonical_name: "default" })]);
    const made = await julep.call("POST", "/api/projects", { body: { name: "My things", canonical_name: "things" } });
    expect([made.status, made.body.canonical_name]).toEqual([201, "things"]);
    const again = await julep.call("POST", "/api/projects", { body: { name: "x", canonical_name: "things" } });
    expect([again.status, again.headers.get("x-should-retry")]).toEqual([409, "false"]);
    const agent = await julep.client.agents.create({ name: "Ada", project: "things" } as never);
    expect(agent.project).toBe("things");
    expect(await list()).toHaveLength(2);
  });
});
