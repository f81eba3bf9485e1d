import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mergeGuest } from "../db/accounts.ts";
import { addWords, readSaid, searchSaid } from "../db/message-words.ts";
import { type Api, openApi } from "../testing/api.ts";
import { storedMessage } from "../testing/stored-turns.ts";

let api: Api;
let other: { readonly id: string; readonly key: string };

beforeAll(async () => {
  api = await openApi();
  api.model.onMessage(/CAFÉ/, { content: "In der Straße: Crème brûlée. **Bold** words" });
  api.model.onMessage(/队列/, { content: "请求在队列里等待，所以延迟变长。" });
  api.model.onMessage(/./, { content: "An answer about the lighthouse" });
  other = await api.server.makeAccount();
});
afterAll(() => api.close());

type Options = { readonly key?: string; readonly body?: object };
const search = async (query: string, { key, body = {} }: Options = {}) =>
  api.call("POST", "/api/app/search", { key, body: { query, ...body } });
/** What is found, as texts with what is marked in brackets, by the id of its session. */
async function found(query: string, options: Options = {}): Promise<Record<string, string[]>> {
  const { status, body } = await search(query, options);
  expect(status).toBe(200);
  return Object.fromEntries(
    body.sessions.map((session: { session_id: string; hits: { text: string; marks: [number, number][] }[] }) => [
      session.session_id,
      session.hits.map(({ text, marks }) =>
        marks.reduceRight(
          (said, [from, to]) => `${said.slice(0, from)}[${said.slice(from, to)}]${said.slice(to)}`,
          text,
        ),
      ),
    ]),
  );
}

async function talk(prompts: readonly string[], key?: string): Promise<string> {
  const id = (await api.call("POST", "/api/v1/chat", { key, body: {} })).body.session_id;
  for (const prompt of prompts) await ask(id, prompt, {}, key);
  return id;
}
const ask = (id: string, prompt: string, more: object = {}, key?: string) =>
  api.call("POST", `/api/v1/chat/${id}/messages/stream`, { key, body: { index_ids: [], prompt, ...more } });

/** Puts messages with these parts on the line of a session. */
async function put(id: string, messages: readonly { readonly role: string; readonly parts: readonly object[] }[]) {
  const { pool } = api.server.parley.ports.database;
  const { rows } = await pool.query(
    `update "Branch" b set "nextPosition" = "nextPosition" + $2 from "Session" s
     where s.id = $1 and b.id = s."activeBranchId" returning b.id, "nextPosition" - $2 as base`,
    [id, messages.length],
  );
  await pool.query(
    `insert into "Message" (id, "sessionId", "branchId", position, role, source, parts)
     select gen_random_uuid(), $1, $2, $3 + n - 1, m->>'role', 'api_request', m->'parts'
     from json_array_elements($4::json) with ordinality x(m, n)`,
    [id, rows[0].id, rows[0].base, JSON.stringify(messages)],
  );
}

test("questions and answers are found by their words, whatever their case and accents, the last word by its beginning", async () => {
  const id = await talk(["Where is the CAFÉ zebra?"]);
  expect(await found("cafe zebra")).toEqual({ [id]: ["Where is the [CAFÉ] [zebra]?"] });
  expect(await found("Where is the café zeb")).toEqual({ [id]: ["[Where] [is] [the] [CAFÉ] [zeb]ra?"] });
  expect(await found("creme BRULEE")).toEqual({ [id]: ["In der Straße: [Crème] [brûlée]. Bold words"] });
  expect(await found("caf zebra")).toEqual({});
  expect(await found('"crème brûlée"')).toEqual({ [id]: [expect.stringContaining("[Crème] [brûlée]")] });
  expect(await found('"brûlée crème"')).toEqual({});
});

test("what is written without spaces is found in the midst of it", async () => {
  const id = await talk(["为什么队列很慢？"]);
  expect(await found("队列")).toEqual({ [id]: ["为什么[队列]很慢？", "请求在[队列]里等待，所以延迟变长。"] });
  expect(await found("延迟变")).toEqual({ [id]: ["请求在队列里等待，所以[延迟变]长。"] });
  expect(await found("慢队")).toEqual({});
});

test("a hit tells its turn and a place from which its turns are read", async () => {
  const id = await talk(["First of the quagga", "Second of the quagga"]);
  const { body } = await search("second quagga");
  const [hit] = body.sessions[0].hits;
  expect(hit).toMatchObject({ role: "user", turn_id: hit.message_id });
  const window = await api.call("GET", `/api/app/sessions/${id}/turns?from=${hit.place}`);
  expect(window.body.events[0]).toMatchObject({ type: "user_input", content: "Second of the quagga" });
  const answer = (await search("lighthouse", { body: { session_id: id } })).body.sessions[0].hits;
  expect(answer.map(({ role }: { role: string }) => role)).toEqual(["assistant", "assistant"]);
  expect(answer[1]).toMatchObject({ turn_id: hit.turn_id, place: hit.place });
});

test("the session that changed last comes first, its messages in their order; a title is found too", async () => {
  const [a, b] = [await talk(["One okapi", "Two okapi"]), await talk(["Three okapi"])];
  expect(Object.entries(await found("okapi"))).toEqual([
    [b, ["Three [okapi]"]],
    [a, ["One [okapi]", "Two [okapi]"]],
  ]);
  await api.call("PATCH", `/api/v1/chat/${a}`, { body: { generated_title: "Élan vital" } });
  const { body } = await search("elan");
  expect(body.sessions).toMatchObject([{ session_id: a, title: "Élan vital", title_marks: [[0, 4]], hits: [] }]);
});

test("another account's messages and titles are found by nobody else, and its sessions are not there", async () => {
  const theirs = await talk(["Their secret axolotl"], other.key);
  expect(await found("axolotl")).toEqual({});
  expect(Object.keys(await found("axolotl", { key: other.key }))).toEqual([theirs]);
  expect((await search("axolotl", { body: { session_id: theirs } })).status).toBe(404);
});

test("each query keeps to its account by itself", async () => {
  const { ports, ownerId } = api.server.parley;
  const id = await talk(["A lonely thylacine"]);
  await api.call("PATCH", `/api/v1/chat/${id}`, { body: { generated_title: "Thylacine" } });
  const wanted = { words: ["thylacine"], isBegun: false, exact: [] };
  const ask = (accountId: string, sessionId: string | null) =>
    searchSaid(ports.database, { accountId, sessionId, withArchived: true }, wanted, 10);
  expect(await addWords(ports.database, other.id)).toBe(false);
  expect((await ask(ownerId, id))?.messages).toEqual([]);
  expect(await addWords(ports.database, ownerId)).toBe(false);
  const found = await ask(ownerId, id);
  expect(found?.messages).toHaveLength(1);
  expect((await ask(ownerId, null))?.titles).toHaveLength(1);
  expect(await ask(other.id, id)).toEqual({ messages: [], titles: [] });
  expect(await ask(other.id, null)).toEqual({ messages: [], titles: [] });
  expect(await readSaid(ports.database, ownerId, found?.messages ?? [])).toHaveLength(1);
  expect(await readSaid(ports.database, other.id, found?.messages ?? [])).toEqual([]);
});

test("only the line that is shown is searched, with what it shares with the others", async () => {
  const id = await talk(["Begin with a wombat"]);
  await ask(id, "An older numbat");
  const [hit] = (await search("older numbat")).body.sessions[0].hits;
  await ask(id, "A newer numbat", { instead_of_id: hit.message_id });
  expect(await found("numbat")).toEqual({ [id]: ["A newer [numbat]"] });
  expect(await found("wombat")).toEqual({ [id]: ["Begin with a [wombat]"] });
  const [{ alternatives }] = (await api.call("GET", `/api/app/sessions/${id}/turns`)).body.forks;
  const older = alternatives.find((one: { number: number }) => one.number === 1);
  await api.call("POST", `/api/app/sessions/${id}/branches`, { body: { branch_id: older.branch_id } });
  expect(await found("numbat")).toEqual({ [id]: ["An older [numbat]"] });
});

test("archived sessions are found where they are asked for", async () => {
  const id = await talk(["An archived tapir"]);
  await api.call("PATCH", `/api/v1/chat/${id}`, { body: { archived: true } });
  expect(await found("tapir")).toEqual({});
  expect(Object.keys(await found("tapir", { body: { archived: true } }))).toEqual([id]);
});

test("thoughts, tools and instructions are not searched", async () => {
  const id = await talk([]);
  await put(id, [
    { role: "system", parts: [{ type: "text", text: "system kudu" }] },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "thought kudu" },
        { type: "tool-call", callId: "c", name: "kudu", input: { kudu: "kudu" } },
        { type: "text", text: "said kudu" },
      ],
    },
    { role: "tool", parts: [{ type: "tool-result", callId: "c", name: "kudu", output: "kudu", isError: false }] },
  ]);
  expect(await found("kudu")).toEqual({ [id]: ["said [kudu]"] });
});

test("what is deleted is not found, and its words are gone", async () => {
  const [session, history] = [await talk(["A deleted gharial"]), await talk(["A deleted gharial"])];
  expect(Object.keys(await found("gharial"))).toHaveLength(2);
  await api.call("DELETE", `/api/v1/chat/${session}`);
  await api.call("DELETE", `/api/sessions/${history}/history`);
  expect(await found("gharial")).toEqual({});
  const { rows } = await api.server.parley.ports.database.pool.query(
    `select * from "MessageWords" where words @@ 'gharial'::tsquery`,
  );
  expect(rows).toEqual([]);
});

test("200 hits are told, and that there are more", async () => {
  const id = await talk([]);
  const said = (n: number) => ({ role: "user", parts: [storedMessage(`Number ${n} of the pangolins`).parts[0] ?? {}] });
  await put(
    id,
    Array.from({ length: 205 }, (_, n) => said(n)),
  );
  // A slow machine gives the last of them their words later.
  await expect.poll(async () => (await search("pangolins")).body.is_partial).toBe(false);
  const { body } = await search("pangolins");
  expect([body.sessions[0].hits.length, body.has_more]).toEqual([200, true]);
  expect(body.sessions[0].hits[199].text).toBe("Number 199 of the pangolins");
});

test("a long message is cut around the first word that was found", async () => {
  const id = await talk([]);
  const text = `${"before it ".repeat(3000)}the bongo ${"behind it ".repeat(3000)}`;
  await put(id, [{ role: "user", parts: [{ type: "text", text }] }]);
  const [said = ""] = (await found("bongo"))[id] ?? [];
  expect(said).toMatch(/^…[a-z ]{20,40}the \[bongo\] behind it [a-z ]+…$/u);
  expect(said.length).toBeLessThan(175);
});

describe("whatever is sent is answered:", () => {
  test.each([
    "",
    " ",
    "%",
    "\\",
    "' \" | & ! <-> :* (",
    "\u0000",
    "\ud83d",
    "*",
    "a\u0000b\\",
    "''",
    "%_%",
    "🦔",
    "ー々",
  ])("%j", async (query) => {
    const { status, body } = await search(query);
    expect([status, body.has_more]).toEqual([200, false]);
  });

  test("words that are half NUL, signs and letters", async () => {
    expect(await found("\u0000%axolotl\\' \ud83d", { key: other.key })).not.toEqual({});
  });

  test.each([
    { query: "x".repeat(10_000) },
    { query: 1 },
    {},
    { query: "x", session_id: "x" },
    { query: "x", archived: 2 },
  ])("422 for a body that is none", async (body) => {
    expect((await api.call("POST", "/api/app/search", { body })).status).toBe(422);
  });

  test("a session that never was is a 404", async () => {
    const session_id = "01970000-0000-7000-8000-00000000000a";
    expect((await search("x", { body: { session_id } })).status).toBe(404);
  });
});

test("a guest's words go along when it becomes somebody's", async () => {
  const guest = await api.server.makeAccount();
  const { pool } = api.server.parley.ports.database;
  const id = await talk(["A moving serval"], guest.key);
  expect(Object.keys(await found("serval", { key: guest.key }))).toEqual([id]);
  await pool.query(`update "Account" set kind = 'guest' where id = $1`, [guest.id]);
  const home = await pool.query(
    `select p.id as "projectId", a.id as "agentId" from "Project" p join "Agent" a on a."accountId" = p."accountId"
     where p."accountId" = $1 and p."isDefault" and a."isDefault"`,
    [other.id],
  );
  await mergeGuest(api.server.parley.ports.database, guest.id, { accountId: other.id, ...home.rows[0] });
  expect(Object.keys(await found("serval", { key: other.key }))).toEqual([id]);
});
