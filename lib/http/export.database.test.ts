import { afterAll, beforeAll, expect, test } from "vitest";
import {
  listSessionPlaces,
  listStoredBranches,
  listStoredRuns,
  listStoredSummaries,
  readSegment,
  readSegments,
} from "../db/export.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { linesOf, titleOf } from "../testing/lines.ts";

// What a person takes along: all of it, and nothing of anybody else's.

let api: Api;
let lines: ReturnType<typeof linesOf>;
let answers = 0;
beforeAll(async () => {
  api = await openApi();
  lines = linesOf(api);
  api.model.onMessage(/./, (request) => ({ content: titleOf(request) ?? `A${++answers} \`\`\` # </details>` }));
});
afterAll(() => api.close());

const pathOf = (id: string, format: string) => `/api/app/sessions/${id}/export?format=${format}`;
const jsonOf = async (id: string) => (await api.call("GET", pathOf(id, "json"))).body;
const database = () => api.server.parley.ports.database;

type Exported = { readonly role: string; readonly branch_id: string; readonly parts: readonly { text?: string }[] };
const textsOf = (messages: readonly Exported[]) => messages.map(({ parts }) => parts.map(({ text }) => text).join(""));

test("a session as JSON has every branch, whichever is shown, with its runs and what they used", async () => {
  const id = await lines.make();
  await lines.send(id, "Q1");
  await lines.send(id, "Q2");
  await lines.instead(id, "Q2", "Q3");
  const { session, branches, runs, messages, summaries, format, version } = await jsonOf(id);
  expect({ format, version, id: session.id }).toEqual({ format: "parley", version: 1, id });
  expect(branches).toHaveLength(2);
  expect(branches[1]).toMatchObject({ id: session.active_branch_id, parent_id: branches[0].id, fork_position: 1 });
  expect(textsOf(messages.filter(({ role }: Exported) => role === "user"))).toEqual(["Q1", "Q2", "Q3"]);
  expect(messages).toHaveLength(6);
  expect(runs).toHaveLength(3);
  expect(runs[0]).toMatchObject({ status: "completed", usage: { input_tokens: expect.any(Number) } });
  expect(summaries).toEqual([]);
});

test("a session as Markdown is the line that is shown, and nothing said in it is taken for the page", async () => {
  const id = await lines.make();
  await lines.send(id, "Q1");
  await lines.instead(id, "Q1", "Q2");
  await api.call("PATCH", `/api/v1/chat/${id}`, { body: { generated_title: "# A *title*\n<b>" } });
  const { body, headers } = await api.call("GET", pathOf(id, "markdown"));
  expect(headers.get("content-type")).toBe("text/markdown; charset=utf-8");
  expect(body).toMatch(/^# \\# A \\\*title\\\* &lt;b>\n/u);
  expect(body).toContain("## You, ");
  expect(body).toContain("\nQ2\n");
  expect(body).not.toContain("\nQ1\n");
});

test.each([
  ["../../etc/passwd", "etc passwd"],
  ["a\r\nset-cookie: x=1", "a set-cookie x=1"],
  ["CON", "session CON"],
  ["...", "file"],
  ['say "hi"; filename=x.exe', "say hi ; filename=x.exe"],
  ["قائمة \u202etxt.exe", "قائمة txt.exe"],
  ["😀".repeat(70), "😀".repeat(70)],
])("a title such as %j gives a safe name", async (title, name) => {
  const id = await lines.make();
  await database().pool.query(`update "Session" set title = $2 where id = $1`, [id, title]);
  const { headers } = await api.call("GET", pathOf(id, "json"));
  const disposition = headers.get("content-disposition") ?? "";
  expect(disposition).toMatch(/^attachment; filename="[\w. -]+"; filename\*=UTF-8''[\w.%-]+$/u);
  expect(decodeURIComponent(disposition.split("UTF-8''")[1] ?? "")).toBe(`${name}.json`);
});

test("2,000 messages come whole and in order, some at a time", async () => {
  const id = await lines.make();
  await database().pool.query(
    `insert into "Message" (id, "sessionId", "branchId", position, role, source, parts)
     select gen_random_uuid(), s.id, s."activeBranchId", n, 'user', 'api_request',
       json_build_array(json_build_object('type', 'text', 'text', 'M' || n || repeat('x', case n % 500 when 0 then 700000 else 10 end)))
     from "Session" s, generate_series(0, 1999) n where s.id = $1`,
    [id],
  );
  const response = await api.send("GET", pathOf(id, "json"));
  let largest = 0;
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    largest = Math.max(largest, chunk.length);
    text += decoder.decode(chunk, { stream: true });
  }
  const said = textsOf(JSON.parse(text).messages);
  expect(said.map((one) => /^M\d+/u.exec(one)?.[0])).toEqual(Array.from({ length: 2000 }, (_, n) => `M${n}`));
  expect(largest).toBeLessThan(1_300_000);
  const { body } = await api.call("GET", pathOf(id, "markdown"));
  expect(body.match(/\nM\d+x/gu)).toHaveLength(2000);
});

test("somebody else's session is not there, and none of its rows", async () => {
  const id = await lines.make();
  await lines.send(id, "Q1");
  await api.call("POST", `/api/app/sessions/${id}/summary`);
  const other = await api.server.makeAccount();
  for (const format of ["json", "markdown"]) {
    expect((await api.call("GET", pathOf(id, format), { key: other.key })).status).toBe(404);
    expect((await api.call("GET", pathOf(newId(), format))).status).toBe(404);
  }
  expect((await api.call("GET", pathOf(id, "pdf"))).status).toBe(422);
  const owner = api.server.parley.ownerId;
  const [branch] = await listStoredBranches(database(), owner, id, null, 1);
  const segment = { branchId: branch?.id ?? "", from: 0, to: 9 };
  const looks = (accountId: string) =>
    Promise.all([
      listSessionPlaces(database(), accountId, null, 9),
      listStoredBranches(database(), accountId, id, null, 9),
      listStoredRuns(database(), accountId, id, null, 9),
      listStoredSummaries(database(), accountId, id, null, 9),
      readSegments(database(), accountId, id),
      readSegment(database(), accountId, id, segment, { limit: 9, bytes: 999_999 }),
    ]);
  expect((await looks(owner)).map(({ length }) => length > 0)).toEqual([true, true, true, true, true, true]);
  expect(await looks(other.id)).toEqual([[], [], [], [], [], []]);
});

test("a session that is deleted while it is read breaks off: nobody takes a part for the whole", async () => {
  const id = await lines.make();
  await lines.send(id, "Q1");
  const response = await api.send("GET", pathOf(id, "json"));
  const reader = response.body?.getReader();
  await reader?.read();
  await api.call("DELETE", `/api/v1/chat/${id}`);
  const rest = async () => {
    for (;;) if ((await reader?.read())?.done !== false) return;
  };
  await expect(rest()).rejects.toThrow();
});

test("everything of an account is one line each, with an end, and nothing of another account", async () => {
  const account = await api.server.makeAccount();
  const other = await api.server.makeAccount();
  for (const [by, word] of [
    [account, "mine"],
    [other, "theirs"],
  ] as const) {
    const call = async (path: string, body: object) => (await api.call("POST", path, { key: by.key, body })).body;
    const agent = await call("/api/agents", { name: `${word} agent` });
    await call(`/api/agents/${agent.id}/docs`, { title: `${word} doc`, content: [`${word} one`, `${word} two`] });
    await call(`/api/agents/${agent.id}/tools`, {
      name: "site",
      type: "api_call",
      api_call: { method: "GET", url: "https://example.org/", headers: { authorization: `${word}-secret` } },
    });
    await call("/api/users", { name: `${word} user` });
    await call("/api/v1/indexes", { name: `${word} index` });
    for (const archived of [true, false]) {
      const { session_id } = await call("/api/v1/chat", {});
      await call(`/api/v1/chat/${session_id}/messages/stream`, { index_ids: [], prompt: `${word} question` });
      await api.call("PATCH", `/api/v1/chat/${session_id}`, { key: by.key, body: { archived } });
    }
    await api.send("POST", `/api/app/files?name=${word}.txt`, { key: by.key, body: `${word} bytes` });
  }
  const headers = { "sec-fetch-site": "same-origin", cookie: await api.server.signIn(account.id) };
  const answer = await api.call("GET", "/api/app/account/export", { key: null, headers });
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="parley-[\d-]+\.ndjson"/u);
  expect(answer.body).not.toMatch(/theirs|mine-secret/u);
  const all: { type: string; base64?: string; text?: string }[] = answer.body
    .trimEnd()
    .split("\n")
    .map((text: string) => JSON.parse(text));
  const counted = Object.groupBy(all, ({ type }) => type);
  expect(Object.fromEntries(Object.entries(counted).map(([type, some]) => [type, some?.length]))).toMatchObject({
    export: 1,
    user: 1,
    index: 1,
    document: 1,
    document_text: 2,
    session: 2,
    branch: 2,
    run: 2,
    message: 4,
    file: 1,
    file_bytes: 1,
    end: 1,
  });
  expect(all.at(-1)).toEqual({ type: "end" });
  expect(Buffer.from(counted.file_bytes?.[0]?.base64 ?? "", "base64").toString()).toBe("mine bytes");
  expect((await api.call("GET", "/api/app/account/export", { key: account.key })).status).toBe(403);
});
