import { afterAll, beforeAll, expect, test } from "vitest";
import { defaults } from "../core/agents.ts";
import { mergeGuest } from "../db/accounts.ts";
import { type Api, openApi } from "../testing/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  api.model.onMessage(/.*/s, { content: "Hello." });
});
afterAll(() => api.close());

const PATH = "/api/app/agents";

async function guest(): Promise<Record<string, string>> {
  const site = { "sec-fetch-site": "same-origin" };
  const made = await api.call("POST", "/api/v1/chat", { key: null, headers: site, body: {} });
  return { ...site, cookie: made.headers.get("set-cookie")?.split(";")[0] ?? "" };
}

test("an agent is made, listed, changed field by field and deleted", async () => {
  const made = await api.call("POST", PATH, { body: { name: " Guide ", instructions: "Be brief.\nBe kind." } });
  expect(made).toMatchObject({
    status: 200,
    body: { name: "Guide", instructions: "Be brief.\nBe kind.", model: null, slug: null, is_public: false, tools: [] },
  });
  const path = `${PATH}/${made.body.id}`;
  const change = { slug: "guide", temperature: 0.2, max_tokens: 100, session_max_ttl: 60, is_public: true };
  expect((await api.call("PATCH", path, { body: change })).body).toMatchObject({ ...change, name: "Guide" });
  const cleared = { slug: null, temperature: null, session_max_ttl: null, is_public: false };
  expect((await api.call("PATCH", path, { body: cleared })).body).toMatchObject({ ...cleared, max_tokens: 100 });
  expect((await api.call("GET", PATH)).body.items[0]).toMatchObject({ id: made.body.id, name: "Guide" });
  expect((await api.call("DELETE", path)).status).toBe(204);
  expect((await api.call("GET", path)).status).toBe(404);
});

test.each([
  [{ name: " " }, "name"],
  [{ name: "A", slug: "No spaces" }, "slug"],
  [{ name: "A", temperature: 3 }, "temperature"],
  [{ name: "A", max_tokens: 0 }, "max_tokens"],
])("%j is refused at its field", async (body, field) => {
  const { status, body: error } = await api.call("POST", PATH, { body });
  expect([status, error.detail[0].loc]).toEqual([422, ["body", field]]);
});

test("a slug that is taken is a conflict, and a guest's agent has none and is not public", async () => {
  expect(await api.call("POST", PATH, { body: { name: "A", slug: "taxson" } })).toMatchObject({
    status: 409,
    body: { detail: "Another agent has this slug" },
  });
  const headers = await guest();
  const own = await api.call("POST", PATH, { key: null, headers, body: { name: "Mine" } });
  expect(own.status).toBe(200);
  for (const body of [{ slug: "mine" }, { is_public: true }]) {
    expect((await api.call("PATCH", `${PATH}/${own.body.id}`, { key: null, headers, body })).status).toBe(403);
  }
});

test("instructions whose text stays keep their items", async () => {
  const { id } = (await api.call("POST", "/api/agents", { body: { name: "A", instructions: ["one", "two"] } })).body;
  const read = async () => (await api.call("GET", `/api/agents/${id}`)).body.instructions;
  await api.call("PATCH", `${PATH}/${id}`, { body: { name: "B", instructions: "one\ntwo" } });
  expect(await read()).toEqual(["one", "two"]);
  await api.call("PATCH", `${PATH}/${id}`, { body: { instructions: "one\nthree" } });
  expect(await read()).toEqual(["one\nthree"]);
});

test("a guest's agents come along into the account", async () => {
  const headers = await guest();
  const { id } = (await api.call("POST", PATH, { key: null, headers, body: { name: "Mine" } })).body;
  const { database } = api.server.parley.ports;
  const { rows } = await database.pool.query(`select "accountId" as id from "Agent" where id = $1`, [id]);
  const into = await api.server.makeAccount();
  const home = await defaults({ database, accountId: into.id });
  await mergeGuest(database, rows[0].id, { accountId: into.id, ...home });
  expect((await api.call("GET", `${PATH}/${id}`, { key: into.key })).body).toMatchObject({ id, name: "Mine" });
});

test("what a guest has given to its first agent and its project comes along, and what the account has already is there once", async () => {
  const headers = await guest();
  const { database } = api.server.parley.ports;
  const { rows } = await database.pool.query(
    `select g.id from "Account" g where g.kind = 'guest' order by g."createdAt" desc limit 1`,
  );
  const guestId: string = rows[0].id;
  const into = await api.server.makeAccount();
  const [own, home] = await Promise.all([
    defaults({ database, accountId: guestId }),
    defaults({ database, accountId: into.id }),
  ]);
  const add = (caller: object, owner: object, title: string) =>
    api.call("POST", "/api/app/docs", { ...caller, body: { ...owner, title, text: `The ${title} tells of owls.` } });
  const [asGuest, asPerson] = [{ key: null, headers }, { key: into.key }];
  const made = [
    await add(asGuest, { agent_id: own.agentId }, "book"),
    await add(asGuest, { project_id: own.projectId }, "letter"),
    await add(asGuest, { project_id: own.projectId }, "equal"),
    await add(asPerson, { project_id: home.projectId }, "equal"),
  ];
  expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  for (const [n, { body }] of made.entries()) {
    const caller = n < 3 ? asGuest : asPerson;
    await expect.poll(async () => (await api.call("GET", `/api/app/docs/${body.id}`, caller)).body.state).toBe("ready");
  }
  await mergeGuest(database, guestId, { accountId: into.id, ...home });

  const titles = async (owner: string) =>
    (await api.call("GET", `/api/app/docs?${owner}`, asPerson)).body.items
      .map(({ title }: { title: string }) => title)
      .sort();
  expect(await titles(`agent_id=${own.agentId}`)).toEqual(["book"]);
  expect(await titles(`project_id=${home.projectId}`)).toEqual(["equal", "letter"]);
  expect((await api.call("GET", `${PATH}/${own.agentId}`, asPerson)).body.is_default).toBe(false);
  const pieces = await database.pool.query(
    `select count(*)::int as n from "DocChunk" c join "Doc" d on d.id = c."docId"
     where d."accountId" = $1 and c."ownerId" = coalesce(d."agentId", d."projectId")`,
    [into.id],
  );
  expect(pieces.rows[0].n).toBe(3);
});

test("an agent that a first turn brings is the session's from then on, a later one joins it", async () => {
  const [one, two] = [
    (await api.call("POST", PATH, { body: { name: "One", instructions: "You are one." } })).body.id,
    (await api.call("POST", PATH, { body: { name: "Two" } })).body.id,
  ];
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  const ask = (body: object) =>
    api.call("POST", `/api/v1/chat/${session_id}/messages/stream`, { body: { index_ids: [], prompt: "hi", ...body } });
  const agents = async () => {
    const { rows } = await api.server.parley.ports.database.pool.query(
      `select "agentId" as id from "SessionAgent" where "sessionId" = $1 order by position`,
      [session_id],
    );
    return rows.map(({ id }) => id);
  };
  await ask({ agent_id: one });
  expect(await agents()).toEqual([one]);
  await ask({});
  expect(api.modelCalls().at(-1)?.body.messages[0].content).toContain("You are one.");
  await ask({ agent_id: two });
  expect(await agents()).toEqual([one, two]);
});

test("a tool is added, refused under a taken name, changed and taken away", async () => {
  const agent = (await api.call("POST", PATH, { body: { name: "With tools" } })).body;
  const path = `${PATH}/${agent.id}/tools`;
  const tool = { name: "now", type: "api_call", api_call: { method: "GET", url: "https://time.test/now" } };
  const made = await api.call("POST", path, { body: tool });
  expect(made).toMatchObject({ status: 201, body: { name: "now", spec: { url: "https://time.test/now" } } });
  expect((await api.call("POST", path, { body: tool })).status).toBe(409);
  const wrong = await api.call("POST", path, {
    body: { ...tool, name: "then", api_call: { method: "GET", url: "x" } },
  });
  expect(wrong).toMatchObject({ status: 422, body: { detail: [{ loc: ["body", "api_call", "url"] }] } });

  const one = `${path}/${made.body.id}`;
  expect((await api.call("PUT", one, { body: { ...tool, description: "The time" } })).body).toMatchObject({
    description: "The time",
  });
  expect((await api.call("GET", `${PATH}/${agent.id}`)).body.tools).toMatchObject([{ description: "The time" }]);
  expect((await api.call("DELETE", one)).status).toBe(204);
  expect((await api.call("DELETE", one)).status).toBe(404);
  expect((await api.call("GET", `${PATH}/${agent.id}`)).body.tools).toEqual([]);
});
