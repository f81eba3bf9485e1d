import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { cancelIngest, ingestFile } from "../core/ingest.ts";
import type { Scope } from "../core/scope.ts";
import { takeUpLostDocs } from "../db/ingest.ts";
import { type Api, openApi } from "../testing/api.ts";
import { ORIGIN, OWNER_KEY } from "../testing/server.ts";

// What documents of indexes must bear: fields of forms that no database takes, copies without end, and ends half-way.

let api: Api;
let scope: Scope;
beforeAll(async () => {
  api = await openApi();
  scope = { ...api.server.parley.ports, accountId: api.server.parley.ownerId, via: "key" };
}, 60_000);
afterAll(() => api.close());

const call = (method: string, path: string, body?: unknown) => api.call(method, `/api/app${path}`, { body });
const sql = async (text: string, values: readonly unknown[] = []) =>
  (await scope.database.pool.query(text, [...values])).rows;

async function made(name: string): Promise<string> {
  return (await call("POST", "/indexes", { name })).body.id;
}

const read = (id: string) =>
  vi.waitFor(async () => {
    const { body } = await call("GET", `/docs/${id}`);
    expect(body.state).not.toBe("pending");
    return body;
  }, 60_000);

async function upload(indexId: string, name: string, content: string) {
  const answer = await api.server.fetch(`${ORIGIN}/api/app/docs/upload?index_id=${indexId}&name=${name}`, {
    method: "POST",
    headers: { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/octet-stream" },
    body: content,
  });
  return answer.json();
}

type Field = readonly [name: string, value: string];

/** Sends a file in a form, with fields before and behind it. */
async function sendForm(indexId: string, before: readonly Field[], behind: readonly Field[] = [], content = "Sloes.") {
  const field = ([name, value]: Field) =>
    `--edge\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = `--edge\r\ncontent-disposition: form-data; name="upload_file"; filename="a.txt"\r\n\r\n${content}\r\n`;
  const form = `${before.map(field).join("")}${file}${behind.map(field).join("")}--edge--\r\n`;
  const answer = await api.server.fetch(`${ORIGIN}/api/v1/beta/directories/${indexId}/files/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${OWNER_KEY}`, "content-type": "multipart/form-data; boundary=edge" },
    body: form,
  });
  return { status: answer.status, body: await answer.json() };
}

test("I17-5: fields of a form are made what the database takes, and a name is one line that is seen", async () => {
  const id = await made("Forms");
  const named = await sendForm(id, [], [["display_name", "Q3/Q4\u0000\u202e re\r\nport\u0007"]]);
  expect(named).toMatchObject({ status: 200, body: { display_name: "Q3/Q4 re port" } });
  const unseen = await sendForm(id, [["display_name", "\u0000\u202e"]]);
  expect(unseen).toMatchObject({ status: 200, body: { display_name: "a.txt" } });
  const noted = await sendForm(id, [], [["metadata", '{"a":"x\\u0000\\ud800","\\u0000":[1]}']], "Noted.");
  expect(noted).toMatchObject({ status: 200, body: { metadata: { a: "x��", "�": [1] } } });
  const added = { file_id: named.body.file_id, display_name: "a\u202eb\nc" };
  const other = await api.call("POST", `/api/v1/beta/directories/${id}/files`, { body: added });
  expect(other.body.display_name).toBe("ab c");
  const text = await call("POST", "/docs", { index_id: id, title: "T\u2028\u202ex\u0000", text: "Told." });
  expect(text.body.title).toBe("T x");
});

test("S16: a form that fails behind its file leaves nothing of it", async () => {
  const id = await made("Failing forms");
  const { database } = api.server.parley.ports;
  const files = async () => (await database.pool.query(`select count(*)::int as n from "File"`)).rows[0].n;
  const before = await files();
  const long = await sendForm(id, [], [["display_name", "x".repeat(70_000)]], "A long field.");
  const parts = Array.from({ length: 21 }, (_, n): Field => [`f${n}`, "x"]);
  const many = await sendForm(id, [], parts, "Many parts.");
  const none = await sendForm(id, [], [["metadata", "[1]"]], "No metadata.");
  expect([long.status, many.status, none.status]).toEqual([413, 400, 400]);
  expect(await files()).toBe(before);
});

test("I17-5: metadata that is none is refused, and before a byte is stored where it comes first", async () => {
  const id = await made("Refused");
  const deep = `{"a":${"[".repeat(300)}${"]".repeat(300)}}`;
  for (const metadata of ["{", "[]", "1", deep]) {
    const refused = await sendForm(id, [["metadata", metadata]], [], `Refused ${metadata.length}`);
    expect([metadata, refused.status]).toEqual([metadata, 400]);
    expect((await sendForm(id, [], [["metadata", metadata]], `Behind ${metadata.length}`)).status).toBe(400);
  }
  const stored = await sql(`select 1 from "File" f join "FileBytes" b on b."fileId" = f.id
    where convert_from(b.bytes, 'UTF8') like 'Refused %'`);
  expect(stored).toEqual([]);
  expect((await call("GET", `/docs?index_id=${id}`)).body.items).toEqual([]);
});

test("I17-6: copies of one file end where the account's text has no more room", async () => {
  const { files } = scope;
  const room = { guest: 100_000, account: 100_000, all: 10_000_000 };
  const small: Scope = { ...scope, files: { each: 1_000_000, ...files, room } };
  const id = await made("Copies");
  const { body: first } = await sendForm(id, [], [], "Plums ripen late. ".repeat(2000));
  await read(first.id);
  const copy = (n: number) =>
    ingestFile(small, { role: "index", id }, { fileId: first.file_id, title: `${n}`, metadata: null });
  const copies = [await copy(1)];
  const refused = expect.objectContaining({ code: "too-large", message: expect.stringMatching(/room/u) });
  await expect(copy(2)).rejects.toEqual(refused);
  // One that is there already is given, room or not; and what failed takes room when it is read again.
  expect((await copy(1)).id).toBe(copies[0]?.id);
  await read(copies[0]?.id ?? "");
  await sql(`update "Doc" set state = 'failed', characters = null where id = $1`, [copies[0]?.id]);
  await sql(`delete from "DocChunk" where "docId" = $1`, [copies[0]?.id]);
  const tight: Scope = { ...small, files: { each: 1_000_000, room: { ...room, account: 60_000 } } };
  const again = { fileId: first.file_id, title: "1", metadata: null };
  await expect(ingestFile(tight, { role: "index", id }, again)).rejects.toEqual(refused);
  // Read again, and it may be done by now.
  expect((await copy(1)).state).not.toBe("failed");
  expect((await call("GET", `/docs?index_id=${id}`)).body.items).toHaveLength(2);
});

test("I17-6: an owner has a most of documents, and an account of indexes", async () => {
  const id = await made("Many");
  await sql(
    `insert into "Doc" (id, "accountId", "indexId", title, "contentHash")
     select gen_random_uuid(), $1, $2, n::text, 'x' from generate_series(1, 10000) n`,
    [scope.accountId, id],
  );
  expect(await sendForm(id, [])).toMatchObject({ status: 400 });
  const { id: accountId, key } = await api.server.makeAccount();
  await api.call("GET", "/api/app/indexes", { key });
  const first = await api.call("POST", "/api/app/indexes", { key, body: { name: "First" } });
  await sql(
    `insert into "Index" (id, "accountId", "projectId", name)
     select gen_random_uuid(), $1, "projectId", 'n' from "Index", generate_series(1, 999) where id = $2`,
    [accountId, first.body.id],
  );
  const over = await api.call("POST", "/api/app/indexes", { key, body: { name: "One more" } });
  expect(over).toMatchObject({ status: 400 });
});

test("I17-11: a document whose job was ended waits for nothing, whatever ends the process", async () => {
  const id = await made("Cancelled");
  const waiting = async (title: string) => {
    const { body } = await sendForm(id, [["display_name", title]], [], `Of ${title}`);
    await read(body.id);
    // As one whose job nobody has taken.
    await sql(`update "Doc" set state = 'pending', characters = null where id = $1`, [body.id]);
    await sql(`delete from "DocChunk" where "docId" = $1`, [body.id]);
    return body.id;
  };
  const cancelled = await waiting("one");
  await sql(`update "Job" set state = 'retrying', "dueAt" = now() + interval '1 hour' where "docId" = $1`, [cancelled]);
  // All that the cancelling does is one statement: no process ends between its parts.
  const seen: string[] = [];
  const { query } = scope.database.pool;
  const pool = Object.create(scope.database.pool, {
    query: {
      value: (...asked: Parameters<typeof query>) => {
        seen.push(JSON.stringify(asked[0]));
        return Reflect.apply(query, scope.database.pool, asked);
      },
    },
  });
  await cancelIngest({ ...scope, database: { ...scope.database, pool } }, cancelled);
  expect(seen.filter((text) => /update/u.test(text))).toHaveLength(1);
  expect(await read(cancelled)).toMatchObject({ state: "failed", reason: expect.stringMatching(/^Cancelled/u) });
  // What an earlier version has left is taken up at the start.
  const lost = await waiting("two");
  await takeUpLostDocs(scope.database, 1000);
  api.server.parley.ports.jobs?.wake();
  expect(await read(lost)).toMatchObject({ state: "ready" });
});

test("I17-10: equal bytes are read as what each document is called, whoever was first", async () => {
  const page = "<p>Plums</p><script>hidden()</script>";
  const contentOf = async (doc: { readonly id: string }) => {
    await read(doc.id);
    const pieces = await sql(`select content from "DocChunk" where "docId" = $1 order by position`, [doc.id]);
    return pieces.map(({ content }) => content).join("");
  };
  const id = await made("Kinds");
  const plain = await upload(id, "page.txt", page);
  expect(await contentOf(plain)).toContain("<script>");
  expect(await contentOf(await upload(id, "page.html", page))).toBe("Plums");
  // A copy of the same kind is still made without another reading, and one without an ending goes by its file.
  expect(await contentOf(await upload(await made("Kinds, too"), "page.html", page))).toBe("Plums");
  const bare = await ingestFile(
    scope,
    { role: "index", id },
    { fileId: plain.file_id, title: "The page", metadata: null },
  );
  expect(await contentOf(bare)).toBe("Plums");
});

test("I17-12: an index of many documents is deleted by some at a time, and what runs keep of them goes along", async () => {
  const id = await made("Large");
  await sql(
    `insert into "Doc" (id, "accountId", "indexId", title, "contentHash")
     select gen_random_uuid(), $1, $2, n::text, 'x' from generate_series(1, 450) n`,
    [scope.accountId, id],
  );
  // As a statement whose time is over.
  await sql(`create function too_many() returns trigger language plpgsql as $$ begin
    if (select count(*) from gone) > 200 then raise 'canceling statement due to statement timeout'; end if;
    return null; end $$`);
  await sql(`create trigger too_many after delete on "Doc" referencing old table as gone
    for each statement execute function too_many()`);
  expect((await call("DELETE", `/indexes/${id}`)).status).toBe(204);
  await sql(`drop trigger too_many on "Doc"`);
  expect(await sql(`select 1 from "Doc" where "indexId" = $1`, [id])).toEqual([]);
  expect((await call("DELETE", `/indexes/${id}`)).status).toBe(404);
});

test("I17-17: what was uploaded as a document goes with it at once, unless somebody holds the file", async () => {
  const id = await made("Mistaken");
  const there = async (fileId: string) => (await call("GET", `/files/${fileId}`)).status;
  const sent = await upload(id, "secret.txt", "Sent by mistake.");
  await call("DELETE", `/docs/${sent.id}`);
  expect(await there(sent.file_id)).toBe(404);
  const { body: formed } = await sendForm(id, [], [], "Sent by mistake, in a form.");
  await call("DELETE", `/indexes/${id}`);
  expect(await there(formed.file_id)).toBe(404);
  const other = await made("Held");
  const held = await api.server.fetch(`${ORIGIN}/api/app/files?name=held.txt`, {
    method: "POST",
    headers: { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/octet-stream" },
    body: "Waits for its question.",
  });
  const { id: heldId } = await held.json();
  const again = await upload(other, "held.txt", "Waits for its question.");
  expect(again.file_id).toBe(heldId);
  await call("DELETE", `/docs/${again.id}`);
  expect(await there(heldId)).toBe(200);
});

test("I17-20: a document that could not be read is not offered, and who asks for it is told why", async () => {
  const id = await made("Unread");
  const broken = await upload(id, "contract.pdf", "%PDF-1.7 and nothing more");
  const { reason } = await read(broken.id);
  const look = (path: string) =>
    api.call("POST", `/api/v1/retrieval/files/${path}`, { body: { index_id: id, file_id: broken.id, pattern: "x" } });
  expect((await look("find")).body.items).toEqual([]);
  for (const path of ["read", "grep"]) {
    const { status, body } = await look(path);
    expect([path, status]).toEqual([path, 400]);
    expect(JSON.stringify(body)).toContain(reason);
  }
});

test("I17-16: a repeat of a request may name the same indexes in another order", async () => {
  const [one, two] = [await made("One"), await made("Two")];
  api.model.onMessage(/./s, { content: "Said once." });
  const { body: chat } = await api.call("POST", "/api/v1/chat", { body: { index_ids: [one, two] } });
  const ask = (indexIds: readonly string[]) =>
    api.call("POST", `/api/v1/chat/${chat.session_id}/messages/stream`, {
      body: { index_ids: indexIds, prompt: "Once?", message_id: "8d7d1c4e-0f5e-4a36-9f5e-6d0c8a9d2b77" },
    });
  const first = await ask([one, two]);
  expect([first.status, (await ask([two, one])).status]).toEqual([200, 200]);
});
