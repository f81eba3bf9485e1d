import Julep from "@julep/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { ORIGIN, OWNER_KEY } from "../../testing/server.ts";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";

let julep: JulepServer;
const hello = { messages: [{ role: "user" as const, content: "hello" }] };

beforeAll(async () => {
  julep = await openJulep();
  julep.model.onMessage(/hello/, { content: "Hello! How are you?" });
});
afterAll(() => julep.close());

describe("transport", () => {
  test("1. no key and a wrong key are 403, healthz needs none", async () => {
    const message = "Could not validate API KEY";
    for (const key of [null, "not a key"]) {
      const answer = await julep.call("GET", "/api/agents", { key });
      expect(answer.status).toBe(403);
      expect(answer.body).toEqual({ error: { message, code: "http_403", type: "http_error" }, message });
    }
    await expect(julep.sdk("not a key").agents.list()).rejects.toThrow(Julep.PermissionDeniedError);
    expect(await julep.call("GET", "/api/healthz", { key: null })).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
  });

  test("a cookie is no credential here", async () => {
    const answer = await julep.call("GET", "/api/agents", {
      key: null,
      headers: { cookie: "next-auth.session-token=x", "sec-fetch-site": "same-origin" },
    });
    expect(answer.status).toBe(403);
  });

  test("2. a bearer token and X-Auth-Key are the same", async () => {
    for (const value of [OWNER_KEY, `Bearer ${OWNER_KEY}`]) {
      const answer = await julep.call("GET", "/api/agents", { key: null, headers: { "x-auth-key": value } });
      expect(answer.status).toBe(200);
    }
  });

  test.each([`${ORIGIN}/api`, `${ORIGIN}/api/`])("3. the SDK at %s goes the whole way", async (baseURL) => {
    const client = julep.sdk(OWNER_KEY, baseURL);
    const agent = await client.agents.create({ name: "Ada" });
    const session = await client.sessions.create({ agent: agent.id });
    const answer = await client.sessions.chat(session.id, hello);
    expect(answer.choices).toMatchObject([{ message: { content: "Hello! How are you?" } }]);
    expect((await client.sessions.render(session.id, hello)).messages.at(-1)).toMatchObject({ content: "hello" });
    expect((await client.sessions.history(session.id)).entries).toHaveLength(2);
    const gone = await client.sessions.delete(session.id);
    expect(gone).toMatchObject({ id: session.id, jobs: [] });
    expect(Number.isNaN(Date.parse(gone.deleted_at))).toBe(false);
  });

  test("4. an unknown path is 404 in JSON, with a key and without", async () => {
    for (const path of ["/api", "/api/_stainless_unknown_path", "/api/tasks", "/api/agents/x/y/z"]) {
      const answer = await julep.call("GET", path, { key: null });
      expect(answer).toMatchObject({ status: 404, body: { error: { code: "http_404", type: "http_error" } } });
    }
    const call = julep.client.get("/_stainless_unknown_path");
    await expect(call).rejects.toThrow(Julep.NotFoundError);
  });

  test("5. DELETE takes an empty body, malformed JSON is 422", async () => {
    const { id } = await julep.session();
    const gone = await julep.call("DELETE", `/api/sessions/${id}`, { body: "" });
    expect(gone.status).toBe(202);
    const broken = await julep.call("POST", "/api/agents", { body: '{"name": ' });
    expect(broken).toMatchObject({
      status: 422,
      body: {
        message: "Validation error",
        error: { code: "validation_error", details: [{ type: "json_invalid", loc: "body" }] },
      },
    });
    expect((await julep.call("POST", "/api/agents", { body: "" })).status).toBe(422);
  });

  test("6. a malformed id is 422, an unknown one 404", async () => {
    for (const path of ["/agents/", "/sessions/", "/users/"]) {
      const malformed = await julep.call("GET", `/api${path}not-a-uuid`);
      expect(malformed.status).toBe(422);
      expect(malformed.body.error.details[0]).toMatchObject({ type: "uuid_parsing", received: '"not-a-uuid"' });
      expect((await julep.call("GET", `/api${path}11111111-1111-1111-1111-111111111111`)).status).toBe(404);
      expect((await julep.call("DELETE", `/api${path}${newId()}`)).status).toBe(404);
    }
    const [detail] = (await julep.call("GET", "/api/sessions/x/history")).body.error.details;
    expect(detail.loc).toBe("path.session_id");
  });

  test("the order of checks is key, shape, existence", async () => {
    const path = `/api/sessions/${newId()}/chat`;
    expect((await julep.call("POST", path, { key: "no", body: {} })).status).toBe(403);
    expect((await julep.call("POST", path, { body: {} })).status).toBe(422);
    expect((await julep.call("POST", path, { body: hello })).status).toBe(404);
  });

  test("7. unknown fields and connection_pool are ignored", async () => {
    const { id } = await julep.session();
    const answer = await julep.client.sessions.chat(id, { ...hello, connection_pool: "x", unheard_of: 1 } as never);
    expect(answer.choices).toHaveLength(1);
  });

  test("8. another account's session is not there", async () => {
    const { id, agentId } = await julep.session();
    const { key } = await julep.server.makeAccount();
    const tries = [
      julep.call("GET", `/api/sessions/${id}`, { key }),
      julep.call("POST", `/api/sessions/${id}/chat`, { key, body: hello }),
      julep.call("POST", `/api/sessions/${id}/render`, { key, body: hello }),
      julep.call("GET", `/api/sessions/${id}/history`, { key }),
      julep.call("DELETE", `/api/sessions/${id}`, { key }),
      julep.call("PATCH", `/api/sessions/${id}`, { key, body: {} }),
      julep.call("DELETE", `/api/sessions/${id}/history`, { key }),
      julep.call("GET", `/api/agents/${agentId}`, { key }),
      julep.call("POST", `/api/agents/${agentId}/tools`, { key, body: { name: "f", type: "function" } }),
    ];
    for (const answer of await Promise.all(tries)) expect(answer.status).toBe(404);
    const asked = await julep.call("POST", "/api/sessions", { key, body: { agent: agentId } });
    expect(asked.status).toBe(400);
    // An id cannot be taken over either: the session stays its owner's.
    const made = await julep.call("POST", "/api/agents", { key, body: { name: "B" } });
    const taken = await julep.call("POST", `/api/sessions/${id}`, { key, body: { agent: made.body.id } });
    expect(taken.status).toBe(409);
    expect(taken.headers.get("x-should-retry")).toBe("false");
    expect((await julep.client.sessions.get(id)).id).toBe(id);
  });

  test("a body over the limit is 413, an image of four megabytes is not", async () => {
    const { id } = await julep.session();
    const image = (length: number) => [
      { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(length)}` } },
    ];
    const render = (length: number) =>
      julep.call("POST", `/api/sessions/${id}/render`, {
        body: { messages: [{ role: "user", content: image(length) }] },
      });
    expect((await render(4_000_000)).status).toBe(200);
    expect(await render(9_000_000)).toMatchObject({ status: 413, body: { error: { code: "http_413" } } });
  });

  test("characters that the database cannot hold are no 500", async () => {
    const { id } = await julep.session({ name: "A\u0000B" });
    const answer = await julep.call("POST", `/api/sessions/${id}/chat`, {
      body: '{"messages":[{"role":"user","content":"hello \\u0000 \\ud800"}],"metadata":{"a\\u0000":"\\udc00"}}',
    });
    expect(answer.status).toBe(201);
    expect((await julep.call("GET", "/api/sessions?metadata_filter.a%00=%00")).body).toEqual({ items: [] });
  });

  test.each(["agents", "users", "sessions", "projects"])(
    "S1, S14: conditions on metadata of %s are bounded, and none of them is a 500",
    async (list) => {
      const { agentId: id } = await julep.session({ metadata: { a: null, kept: 1 } });
      for (const value of ['{"a":"\\u0000"}', '{"\\ud800":1}', '"\\udc00"', "1e999", '{"a":1e999}', "9".repeat(400)]) {
        const query = new URLSearchParams({ "metadata_filter.a": value });
        const answer = await julep.call("GET", `/api/${list}?${query}`);
        expect([value, answer.status, answer.body]).toEqual([value, 200, { items: [] }]);
      }
      const many = Array.from({ length: 680 }, (_, n) => `metadata_filter[${n}]=1`).join("&");
      for (const query of [many, `metadata_filter.${"a.".repeat(7000)}b=1`]) {
        const answer = await julep.call("GET", `/api/${list}?${query}`);
        expect(answer.status).toBe(422);
        expect(JSON.stringify(answer.body)).toContain("metadata_filter");
      }
      expect((await julep.call("GET", "/api/agents?metadata_filter.kept=1")).body.items).toMatchObject([{ id }]);
      await julep.call("DELETE", `/api/agents/${id}`);
    },
  );

  test.each([`{{ "a\\u0000b" }}`, `{{ load_json('"\\\\u0000"') }}`])(
    "S14: a system text that cannot be stored as it is asks the model all the same: %s",
    async (system_template) => {
      const { id } = await julep.session({}, { system_template });
      const answer = await julep.call("POST", `/api/sessions/${id}/chat`, { body: hello });
      expect([answer.status, answer.body.choices?.[0]?.message?.content]).toEqual([201, "Hello! How are you?"]);
    },
  );

  test("other origins may call, and other methods are 405", async () => {
    const preflight = await julep.call("OPTIONS", "/api/sessions", { key: null });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    const refused = await julep.call("PUT", "/api/sessions");
    expect(refused).toMatchObject({ status: 405, body: { error: { code: "http_405" } } });
    expect((await julep.call("GET", "/api/agents")).headers.get("access-control-allow-origin")).toBe("*");
  });
});

describe("sessions, agents, users", () => {
  test("57. a session needs known agents, in one of the two fields", async () => {
    const { agentId } = await julep.session();
    const unknown = "The specified participant ID is invalid for the given participant type during create";
    const cases: [object, string][] = [
      [{}, "At least one agent must be provided"],
      [{ agents: [] }, "At least one agent must be provided"],
      [{ agent: agentId, agents: [agentId] }, "Only one of 'agent' or 'agents' should be provided"],
      [{ agent: agentId, user: newId(), users: [newId()] }, "Only one of 'user' or 'users' should be provided"],
      [{ agent: newId() }, unknown],
      [{ agents: [agentId, newId()] }, unknown],
      [{ agent: agentId, user: newId() }, unknown],
      [{ agent: agentId, situation: "  " }, "situation must not be blank"],
      [{ agent: agentId, system_template: "" }, "system_template must not be blank"],
    ];
    for (const [body, message] of cases) {
      const answer = await julep.call("POST", "/api/sessions", { body });
      expect(answer).toMatchObject({ status: 400, body: { error: { code: "http_400", message }, message } });
    }
    const updated = await julep.call("POST", `/api/sessions/${newId()}`, { body: { agent: newId() } });
    expect(updated.body.error.message).toBe(`${unknown} or update`);
  });

  test("58. a session answers with its participants and all its fields", async () => {
    const { client } = julep;
    const a = await client.agents.create({ name: "A" });
    const b = await client.agents.create({ name: "B" });
    const bo = await client.users.create({ name: "Bo", about: "a student" });
    const one = await julep.call("POST", "/api/sessions", { body: { agent: a.id, user: bo.id } });
    expect(one.status).toBe(201);
    expect(one.body).toEqual({
      id: one.body.id,
      created_at: one.body.created_at,
      updated_at: one.body.updated_at,
      situation: null,
      system_template: null,
      summary: null,
      render_templates: true,
      token_budget: null,
      context_overflow: null,
      auto_run_tools: false,
      forward_tool_calls: false,
      recall_options: null,
      metadata: null,
      kind: null,
      agent: a.id,
      user: bo.id,
    });
    const many = await julep.call("POST", "/api/sessions", { body: { agents: [b.id, a.id, b.id], users: [bo.id] } });
    expect(many.body).toMatchObject({ agents: [b.id, a.id], user: bo.id });
    expect(many.body).not.toHaveProperty("agent");
    const none = await julep.call("GET", `/api/sessions/${(await julep.session()).id}`);
    expect(none.body).not.toHaveProperty("user");
    expect(none.body).not.toHaveProperty("users");
  });

  test("60. PATCH changes what it names, PUT sets the rest to its default", async () => {
    const { id } = await julep.session({}, { render_templates: false, metadata: { a: 1, b: 2 }, token_budget: 500 });
    await julep.client.sessions.update(id, { situation: "exam week", metadata: { b: 3 } });
    const patched = await julep.client.sessions.get(id);
    expect(patched).toMatchObject({
      situation: "exam week",
      render_templates: false,
      metadata: { a: 1, b: 3 },
      token_budget: 500,
    });
    await julep.call("PATCH", `/api/sessions/${id}`, {
      body: { token_budget: null, recall_options: { mode: "text" } },
    });
    const cleared = await julep.call("PATCH", `/api/sessions/${id}`, { body: { recall_options: { limit: 3 } } });
    expect(cleared.body).toMatchObject({
      token_budget: null,
      recall_options: { mode: "text", limit: 3, lang: "en-US" },
    });
    const wrong = await julep.call("PATCH", `/api/sessions/${id}`, { body: { recall_options: { limit: 51 } } });
    expect(wrong.body.error.details[0].loc).toBe("recall_options.limit");
    const put = await julep.call("PUT", `/api/sessions/${id}`, { body: { situation: "new" } });
    expect(put.body).toMatchObject({ situation: "new", render_templates: true, metadata: null, recall_options: null });
    expect(Date.parse(put.body.updated_at)).toBeGreaterThan(Date.parse(patched.created_at));
    expect((await julep.call("PUT", `/api/sessions/${newId()}`, { body: {} })).status).toBe(404);
  });

  test("61. createOrUpdate makes once, then updates and adds participants", async () => {
    const { client } = julep;
    const id = newId();
    const a = await client.agents.create({ name: "A" });
    const b = await client.agents.create({ name: "B" });
    const first = await julep.call("POST", `/api/sessions/${id}`, { body: { agent: a.id, situation: "s" } });
    const second = await julep.call("POST", `/api/sessions/${id}`, { body: { agents: [b.id, a.id], id: newId() } });
    expect([first.status, first.body.id, second.status, second.body.id]).toEqual([201, id, 201, id]);
    expect(second.body).toMatchObject({ agents: [a.id, b.id], situation: null });
    for (const path of ["agents", "users"]) {
      const made = await julep.call("POST", `/api/${path}/${id}`, { body: { name: "First" } });
      const again = await julep.call("POST", `/api/${path}/${id}`, { body: { name: "Second" } });
      expect([made.status, again.status, again.body.id, again.body.name]).toEqual([201, 201, id, "Second"]);
      expect(again.body.created_at).toBe(made.body.created_at);
    }
  });

  test("62. lists are cut, sorted and filtered", async () => {
    const { key } = await julep.server.makeAccount();
    const client = julep.sdk(key);
    const { id: agent } = await client.agents.create({ name: "A" });
    const sessions: string[] = [];
    for (const n of [1, 2, 3, 4, 5]) {
      const metadata = { n, parity: n % 2 ? "odd" : "even", deep: { n }, text: `${n}`, "dotted.key": n };
      sessions.push((await client.sessions.create({ agent, metadata })).id);
    }
    // Equal times: the pages must still neither overlap nor skip.
    await julep.server.parley.ports.database.pool.query(`update "Session" set "createdAt" = now() where id = any($1)`, [
      sessions,
    ]);
    const ids = async (query: object) => (await client.sessions.list(query)).items.map((session) => session.id);
    const all = await ids({});
    expect(all.toSorted()).toEqual(sessions.toSorted());
    expect(await ids({ direction: "asc" })).toEqual(all.toReversed());
    expect([
      ...(await ids({ limit: 2 })),
      ...(await ids({ limit: 2, offset: 2 })),
      ...(await ids({ offset: 4 })),
    ]).toEqual(all);
    expect(await ids({ limit: 0 })).toEqual([]);
    expect((await ids({ metadata_filter: { parity: "even" } })).toSorted()).toEqual([sessions[1], sessions[3]]);
    expect(await ids({ metadata_filter: { parity: "even", n: 2 } })).toEqual([sessions[1]]);
    expect(await ids({ metadata_filter: { deep: { n: 3 } } })).toEqual([sessions[2]]);
    expect(await ids({ metadata_filter: { text: 4 } })).toEqual([sessions[3]]);
    expect(await ids({ metadata_filter: { "dotted.key": 5 } })).toEqual([sessions[4]]);
    const bracket = await julep.call("GET", "/api/sessions?metadata_filter[deep][n]=1", { key });
    expect(bracket.body.items.map((session: { id: string }) => session.id)).toEqual([sessions[0]]);
    const moved = await client.sessions.update(sessions[2] ?? "", { situation: "moved" });
    expect((await ids({ sort_by: "updated_at" }))[0]).toBe(moved.id);
    // The account's default agent is nobody's business until somebody needs it.
    expect((await client.agents.list()).items.map((one) => one.id)).toEqual([agent]);
    const paged: string[] = [];
    for await (const session of client.sessions.list({ offset: 1, limit: 2 })) paged.push(session.id);
    expect(paged).toEqual(all.slice(1));
    for (const query of ["limit=-1", "limit=1001", "limit=x", "offset=-1", "sort_by=name", "direction=up"]) {
      const refused = await julep.call("GET", `/api/sessions?${query}`, { key });
      expect([query, refused.status, refused.body.error.details[0].loc]).toEqual([
        query,
        422,
        `query.${query.split("=")[0]}`,
      ]);
    }
  });

  test("62. a list without a limit has a hundred items", async () => {
    const { id, key } = await julep.server.makeAccount();
    await julep.sdk(key).users.create({ name: "first" });
    await julep.server.parley.ports.database.pool.query(
      `insert into "User" (id, "accountId", "projectId", name)
       select gen_random_uuid(), $1, p.id, n::text from "Project" p, generate_series(1, 120) n where p."accountId" = $1`,
      [id],
    );
    expect((await julep.call("GET", "/api/users", { key })).body.items).toHaveLength(100);
    expect((await julep.call("GET", "/api/users?limit=1000", { key })).body.items).toHaveLength(121);
  });

  test("63. models are listed, and not read as an agent's id", async () => {
    const { models } = await julep.client.agents.listModels();
    expect(models.map((model) => model.id)).toContain("test-model");
  });

  test("64. an agent has its defaults, instructions as a list, and a canonical name of its own", async () => {
    const answer = await julep.call("POST", "/api/agents", { body: { name: "Ada Lovelace", instructions: "x" } });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: answer.body.id,
      created_at: answer.body.created_at,
      updated_at: answer.body.updated_at,
      name: "Ada Lovelace",
      canonical_name: answer.body.canonical_name,
      project: "default",
      about: "",
      model: "",
      instructions: ["x"],
      default_settings: null,
      default_system_template: answer.body.default_system_template,
      metadata: null,
    });
    expect(answer.body.canonical_name).toMatch(/^[a-zA-Z][a-zA-Z0-9_]*$/);
    expect(answer.body.default_system_template).toContain("You are {{ agent.name }}.");
    const again = await julep.call("POST", "/api/agents", { body: { name: "Ada Lovelace" } });
    expect(again.body.canonical_name).not.toBe(answer.body.canonical_name);
    const taken = answer.body.canonical_name.toUpperCase();
    const refused = await julep.call("POST", "/api/agents", { body: { name: "B", canonical_name: taken } });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: "http_409" } } });
    expect(refused.headers.get("x-should-retry")).toBe("false");
  });

  test("an agent's fields have their limits", async () => {
    const bad: [object, string][] = [
      [{}, "name"],
      [{ name: "" }, "name"],
      [{ name: "n".repeat(256) }, "name"],
      [{ name: "A", canonical_name: "1a" }, "canonical_name"],
      [{ name: "A", canonical_name: "a-b" }, "canonical_name"],
      [{ name: "A", about: "a".repeat(16_001) }, "about"],
      [{ name: "A", default_settings: { temperature: 5.01 } }, "default_settings.temperature"],
      [{ name: "A", instructions: [1] }, "instructions[0]"],
    ];
    for (const [body, loc] of bad) {
      const answer = await julep.call("POST", "/api/agents", { body });
      expect([answer.status, answer.body.error.details[0].loc]).toEqual([422, loc]);
    }
    const unknown = await julep.call("POST", "/api/agents", { body: { name: "A", model: "no-such-model" } });
    expect(unknown.status).toBe(400);
    expect(unknown.body.error.message).toMatch(/no-such-model.*test-model/);
    const nowhere = await julep.call("POST", "/api/agents", { body: { name: "A", project: "nowhere" } });
    expect(nowhere.status).toBe(404);
    const kept = await julep.client.agents.create({
      name: "A",
      default_settings: { temperature: 1, own: "kept" } as never,
    });
    expect(kept.default_settings).toEqual({ temperature: 1, own: "kept" });
  });

  test("PATCH of an agent changes what it names, PUT sets the rest to its default", async () => {
    const { client } = julep;
    const { id, canonical_name } = await client.agents.create({ name: "A", about: "x", metadata: { a: 1 } });
    await client.agents.update(id, { instructions: ["i"], metadata: { b: 2 } });
    expect(await client.agents.get(id)).toMatchObject({ about: "x", instructions: ["i"], metadata: { a: 1, b: 2 } });
    const put = await client.agents.reset(id, { name: "B" });
    expect(put).toMatchObject({ name: "B", about: "", instructions: [], metadata: null, canonical_name });
    await client.agents.delete(id);
    await expect(client.agents.get(id)).rejects.toThrow(Julep.NotFoundError);
  });

  test("a user is made, changed and deleted, and leaves its sessions", async () => {
    const { client } = julep;
    const user = await client.users.create({});
    expect(user).toMatchObject({ name: "", about: "", project: "default", metadata: null });
    await client.users.update(user.id, { about: "a student" });
    expect(await client.users.get(user.id)).toMatchObject({ name: "", about: "a student" });
    const { agentId } = await julep.session();
    const session = await client.sessions.create({ agent: agentId, user: user.id });
    await client.users.delete(user.id);
    expect(await client.sessions.get(session.id)).not.toHaveProperty("user");
    expect((await julep.call("POST", "/api/users", { body: { name: "n".repeat(121) } })).status).toBe(422);
  });

  test("tools are made, listed, changed and deleted; a name is an agent's once", async () => {
    const { agentId } = await julep.session();
    const { tools } = julep.client.agents;
    const made = await tools.create(agentId, {
      name: "f",
      type: "function",
      function: { parameters: { type: "object" } },
    });
    expect(made).toMatchObject({
      name: "f",
      type: "function",
      description: null,
      function: { name: null, description: null, parameters: { type: "object" } },
      integration: null,
      system: null,
      api_call: null,
      computer_20241022: null,
      text_editor_20241022: null,
      bash_20241022: null,
    });
    // Ours: what a function gives, so that a person who answers for it is asked for its values.
    const returns = { type: "object", properties: { sky: { type: "string" } } };
    const look = { name: "look", type: "function", function: { returns } };
    const { body } = await julep.call("POST", `/api/agents/${agentId}/tools`, { body: look });
    expect(body.function).toEqual({ name: null, description: null, parameters: null, returns });
    await tools.delete(agentId, body.id);
    const twice = await julep.call("POST", `/api/agents/${agentId}/tools`, { body: { name: "f", type: "function" } });
    expect(twice.status).toBe(409);
    await tools.create(agentId, { name: "g", type: "bash_20241022" });
    const listed = await tools.list(agentId, { direction: "asc" });
    expect(listed.items.map((tool) => tool.name)).toEqual(["f", "g"]);
    const patched = await tools.update(agentId, made.id, { description: "does f" } as never);
    expect(patched).toMatchObject({ name: "f", description: "does f", function: { parameters: { type: "object" } } });
    const put = await tools.reset(agentId, made.id, {
      name: "h",
      type: "integration",
      integration: { provider: "dummy" },
    });
    expect(put).toMatchObject({ name: "h", function: null, integration: { provider: "dummy", method: null } });
    await tools.delete(agentId, made.id);
    expect((await tools.list(agentId)).items).toHaveLength(1);
  });

  test("37. a tool's names and sizes have their limits", async () => {
    const { agentId } = await julep.session();
    const tool = (fields: object) => julep.call("POST", `/api/agents/${agentId}/tools`, { body: fields });
    const computer = (spec: object) =>
      tool({ name: `c${newId().slice(-12)}`, type: "computer_20241022", computer_20241022: spec });
    expect((await tool({ name: "a".repeat(41), type: "function" })).status).toBe(422);
    expect((await tool({ name: "1abc", type: "function" })).status).toBe(422);
    expect((await tool({ name: "a".repeat(40), type: "function" })).status).toBe(201);
    expect((await tool({ name: "api", type: "api_call" })).body.error.details[0]).toMatchObject({
      type: "missing",
      loc: "api_call",
    });
    for (const spec of [
      { display_width_px: 599 },
      { display_height_px: 399 },
      { display_number: 11 },
      { display_number: 0 },
    ]) {
      expect((await computer(spec)).status).toBe(422);
    }
    const edge = await computer({ display_width_px: 600, display_height_px: 400, display_number: 10 });
    expect(edge.status).toBe(201);
    expect((await computer({ display_number: 1 })).body.computer_20241022).toMatchObject({ display_width_px: 1024 });
  });

  test("a session whose agents are gone can be read, and chat says what it lacks", async () => {
    const { id, agentId } = await julep.session();
    await julep.client.sessions.chat(id, hello);
    await julep.client.agents.delete(agentId);
    expect((await julep.client.sessions.history(id)).entries).toHaveLength(2);
    expect((await julep.call("POST", `/api/sessions/${id}/chat`, { body: hello })).status).toBe(400);
  });
});
