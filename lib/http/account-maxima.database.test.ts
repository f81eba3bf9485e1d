import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaults } from "../core/agents.ts";
import { within } from "../core/maxima.ts";
import { insertGuest } from "../db/accounts.ts";
import { newId } from "../domain/ids.ts";
import { type Countable, maximaOf } from "../domain/maxima.ts";
import { type Answer, type Api, openApi } from "../testing/api.ts";
import { ORIGIN } from "../testing/server.ts";

const MOST = 5;
let api: Api;
beforeAll(async () => {
  const names = ["AGENTS", "USERS", "SESSIONS", "DOCS"];
  api = await openApi(Object.fromEntries(names.map((name) => [`ACCOUNT_${name}`, String(MOST)])));
  api.model.onMessage(/.*/s, { content: "Hello." });
});
afterAll(() => api.close());

/** Somebody with a key and what an account has from its first use on: an agent and a project. */
async function somebody() {
  const { id: accountId, key } = await api.server.makeAccount();
  const { database } = api.server.parley.ports;
  const { agentId } = await defaults({ database, accountId });
  return { accountId, key, agentId };
}
type Somebody = Awaited<ReturnType<typeof somebody>>;
type Make = (who: Somebody, n: number) => Promise<Answer>;

const posts =
  (path: (who: Somebody) => string, body: (n: number, who: Somebody) => unknown): Make =>
  (who, n) =>
    api.call("POST", path(who), { key: who.key, body: body(n, who) });

const upload: Make = async ({ key, agentId }, n) => {
  const response = await api.server.fetch(`${ORIGIN}/api/app/docs/upload?agent_id=${agentId}&name=${n}.txt`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/octet-stream" },
    body: `Text ${n}`,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

const CHAT = ({ agentId }: Somebody) => `/api/v1/compatibility/openai/v1/assistants/${agentId}/chat/completions`;
const asked = (n: number) => ({ messages: [{ role: "user", content: `Hi ${n}` }], create_session: true });

describe("of requests that come at once no more are taken than an account may have:", () => {
  test.each<[countable: Countable, there: number, way: string, make: Make]>([
    [
      "agents",
      1,
      "POST /api/agents",
      posts(
        () => "/api/agents",
        (n) => ({ name: `Agent ${n}` }),
      ),
    ],
    [
      "agents",
      1,
      "POST /api/app/agents",
      posts(
        () => "/api/app/agents",
        (n) => ({ name: `Agent ${n}` }),
      ),
    ],
    [
      "agents",
      1,
      "POST /v1/bots",
      posts(
        () => "/v1/bots",
        (n) => ({ name: `Bot ${n}` }),
      ),
    ],
    [
      "users",
      0,
      "POST /api/users",
      posts(
        () => "/api/users",
        (n) => ({ name: `User ${n}` }),
      ),
    ],
    [
      "users",
      0,
      "POST /api/users/{id}",
      ({ key }, n) => api.call("POST", `/api/users/${newId()}`, { key, body: { name: `${n}` } }),
    ],
    [
      "sessions",
      0,
      "POST /api/sessions",
      posts(
        () => "/api/sessions",
        (_, { agentId }) => ({ agent: agentId }),
      ),
    ],
    [
      "sessions",
      0,
      "POST /api/v1/chat",
      posts(
        () => "/api/v1/chat",
        () => ({}),
      ),
    ],
    ["sessions", 0, "a turn that makes one", posts(CHAT, asked)],
    [
      "docs",
      0,
      "POST /api/agents/{id}/docs",
      posts(
        ({ agentId }) => `/api/agents/${agentId}/docs`,
        (n) => ({ title: `Doc ${n}`, content: "Text" }),
      ),
    ],
    ["docs", 0, "POST /api/app/docs/upload", upload],
  ])("%s, %i of which are there, by %s", async (countable, there, _, make) => {
    const who = await somebody();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => make(who, n)));
    const [taken, refused] = [answers.filter(isTaken), answers.filter((answer) => !isTaken(answer))];
    expect(
      refused.map(({ body }) => JSON.stringify(body)).filter((body) => !body.includes(sentence(countable))),
    ).toEqual([]);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([refused[0]?.status === 422 ? 422 : 400]));
    expect(taken).toHaveLength(MOST - there);
  });
});

const isTaken = ({ status }: Answer): boolean => status < 300;
const sentence = (countable: Countable): string => `An account has at most ${MOST} ${countable}. Delete some first.`;

test("what is deleted makes room", async () => {
  const { key } = await somebody();
  const make = () => api.call("POST", "/api/users", { key, body: { name: "User" } });
  const made = await Promise.all(Array.from({ length: MOST }, make));
  expect((await make()).status).toBe(400);
  await api.call("DELETE", `/api/users/${made[0]?.body.id}`, { key });
  expect((await make()).status).toBe(201);
  expect((await make()).status).toBe(400);
});

test("keys, indexes and projects have maxima that no setting changes, and guests smaller ones", async () => {
  const { database, runner } = api.server.parley.ports;
  const guestId = newId();
  await insertGuest(database, guestId);
  const { accountId } = await somebody();
  const { pool } = database;
  const [project] = (await pool.query(`select id from "Project" where "accountId" = $1`, [guestId])).rows;
  const fill = (id: string, count: number) =>
    pool.query(
      `insert into "Index" (id, "accountId", "projectId", name) select gen_random_uuid(), $1, $2, n::text from generate_series(1, $3::int) n`,
      [id, project.id, count],
    );
  const maxima = maximaOf({});
  const make = (id: string) => within({ database, runner, accountId: id, maxima }, "indexes", () => fill(id, 1));
  await fill(guestId, 49);
  await make(guestId);
  await expect(make(guestId)).rejects.toThrow("A guest has at most 50 indexes. Delete some first, or make an account.");
  await fill(accountId, 999);
  await make(accountId);
  await expect(make(accountId)).rejects.toThrow("An account has at most 1,000 indexes. Delete some first.");
});

test("an account has a hundred keys at most, however many are asked for at once", async () => {
  const headers = await api.browser();
  const make = () => api.call("POST", "/api/app/keys", { key: null, headers, body: { name: "k" } });
  const answers = await Promise.all(Array.from({ length: 104 }, make));
  const refused = answers.filter((answer) => !isTaken(answer));
  // The key of the settings is one of them.
  expect(refused).toHaveLength(5);
  for (const { status, body } of refused) {
    expect([status, body.detail]).toEqual([400, "An account has at most 100 keys. Delete some first."]);
  }
});

test("far from a maximum not every one is counted, and past it none comes", async () => {
  const { database, runner } = api.server.parley.ports;
  const { accountId } = await somebody();
  const { pool } = database;
  const maxima = maximaOf({ users: 3000 });
  const [project] = (await pool.query(`select id from "Project" where "accountId" = $1`, [accountId])).rows;
  const insert = (count: number) =>
    pool.query(
      `insert into "User" (id, "accountId", "projectId") select gen_random_uuid(), $1, $2 from generate_series(1, $3::int)`,
      [accountId, project.id, count],
    );
  await insert(2500);
  const make = () => within({ database, runner, accountId, maxima }, "users", () => insert(1));
  const made = await Promise.allSettled(Array.from({ length: 510 }, make));
  expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(500);
});
