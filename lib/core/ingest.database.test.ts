import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { clearPieces, copyPieces } from "../db/ingest.ts";
import { ChatInput, decodePolicy, decodeRequest } from "../dialects/julep/index.ts";
import type { DocOwner } from "../domain/doc.ts";
import { newId } from "../domain/ids.ts";
import { makeDocx, makePdf, paragraph } from "../testing/documents.ts";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../testing/server.ts";
import { storedFile } from "../testing/stored-file.ts";
import { deleteDoc, searchDocsOf } from "./docs.ts";
import { cancelIngest, getFileDoc, ingestFile } from "./ingest.ts";
import { DEFAULT_RECALL } from "./recall/recall.ts";
import type { Scope } from "./scope.ts";
import { prepareTurn } from "./turn/prepare.ts";

let server: TestServer;
let scope: Scope;
let project: DocOwner;
beforeAll(async () => {
  server = await openTestServer();
  scope = { ...server.parley.ports, accountId: server.parley.ownerId, via: "key" };
  const { rows } = await scope.database.pool.query(`select id from "Project" where "accountId" = $1`, [
    scope.accountId,
  ]);
  project = { role: "project", id: rows[0].id };
}, 60_000);
afterAll(() => server.close());

async function ingest(name: string, bytes: Buffer, owner = project, title = name) {
  const fileId = await storedFile(scope.database, scope.accountId, name, bytes);
  return ingestFile(scope, owner, { fileId, title, metadata: { kind: "test" } });
}

const ended = (id: string) =>
  vi.waitFor(async () => {
    const doc = await getFileDoc(scope, id);
    expect(doc.state).not.toBe("pending");
    return doc;
  }, 60_000);

const found = (owner: DocOwner, text: string) =>
  searchDocsOf(scope, owner, { text, vector: null }, { ...DEFAULT_RECALL, mode: "text", limit: 5 });

const pieces = async (docId: string) =>
  (await scope.database.pool.query(`select * from "DocChunk" where "docId" = $1 order by position`, [docId])).rows;

test("a PDF is read behind the answer, and a search finds the page", async () => {
  const pages = Array.from({ length: 12 }, (_, n) => `Chapter ${n + 1}\nAll about the fruit called sort${n + 1}x.`);
  const doc = await ingest("fruit.pdf", makePdf(pages));
  expect(doc).toMatchObject({ state: "pending", owner: project, characters: null });
  expect(await ended(doc.id)).toMatchObject({ state: "ready", progress: 100, pages: 12, reason: "" });
  const [hit] = await found(project, "sort7x");
  expect(hit).toMatchObject({ docId: doc.id, owner: project, snippet: { place: { pageFrom: 7, pageTo: 7 } } });
});

test("17: a PDF of which some pages are pictures is read, and says how many, also where it is added again", async () => {
  const doc = await ingest("scans.pdf", makePdf(["Cover", "", "All about the fruit called sortypictured.", ""]));
  const told = { state: "ready", pages: 4, reason: "2 of 4 pages have no text: words in pictures are not read." };
  expect(await ended(doc.id)).toMatchObject(told);
  const copy = await ingestFile(scope, project, { fileId: doc.fileId ?? "", title: "The same", metadata: null });
  expect(await ended(copy.id)).toMatchObject(told);
});

test("17: what is written with accents as characters of their own is found, however it is asked for", async () => {
  const doc = await ingest("coope\u0301rative.txt", Buffer.from("La coope\u0301rative ouvre a\u0300 midi."));
  expect(await ended(doc.id)).toMatchObject({ state: "ready", title: "coop\u00e9rative.txt" });
  for (const asked of ["coop\u00e9rative", "coope\u0301rative"]) {
    expect((await found(project, asked))[0]?.docId).toBe(doc.id);
  }
});

test("a Word document is found by its words, with the headings over them", async () => {
  const body = `${paragraph("Orchard", "H1")}${paragraph("Trees", "H2")}${paragraph("The quincewort grows slowly.")}`;
  const doc = await ingest("orchard.docx", makeDocx(body));
  expect(await ended(doc.id)).toMatchObject({ state: "ready" });
  const [hit] = await found(project, "quincewort");
  expect(hit?.snippet.place?.headings).toEqual(["Orchard", "Trees"]);
});

test.each<[string, string, number | null, readonly string[]]>([
  ["handbook.pdf", "handbookword7", 7, []],
  ["report.pdf", "reportword9", 9, []],
  ["minutes.docx", "minuteword5", null, ["Minutes of the orchard", "Part 5", "Tools of part 5"]],
  ["contract.docx", "contractword13", null, ["Contract of harvest", "§ 13 Clause"]],
  ["guide.md", "guideword3", null, ["Guide to the orchard", "Part 3", "Tools of part 3"]],
  ["manual.html", "manualword6", null, ["Manual of the press", "Chapter 6"]],
  ["letters.txt", "letterword20", null, []],
  ["diary-utf16.txt", "diaryword11", null, []],
  ["prices.csv", "csvword111", null, ["id,name,note,price"]],
  ["stock-latin1.tsv", "stockword222", null, ["Größe\tOrt\tAnzahl"]],
  ["press.go", "codeword44", null, []],
  ["harvest.py", "pyword31", null, []],
])("%s is read, and a search for %s finds its place", async (name, word, page, headings) => {
  const doc = await ingest(name, readFileSync(join(import.meta.dirname, "../ingest/fixtures", name)));
  expect(await ended(doc.id)).toMatchObject({ state: "ready" });
  const [hit] = await found(project, word);
  expect(hit).toMatchObject({ docId: doc.id, snippet: { content: expect.stringContaining(word) } });
  expect(hit?.snippet.place).toMatchObject({ pageFrom: page, pageTo: page, headings });
});

test("five million characters are read whole, and nothing of them is lost or said twice", async () => {
  const lines = Array.from({ length: 125_000 }, (_, n) => `Line ${n} of a long text, word${n}.\n`.padEnd(40, "."));
  const text = lines.join("").slice(0, 5_000_000);
  const doc = await ingest("long.txt", Buffer.from(text));
  expect(await ended(doc.id)).toMatchObject({ state: "ready", characters: 5_000_000 });
  let covered = 0;
  for (const [n, piece] of (await pieces(doc.id)).entries()) {
    expect(piece.position).toBe(n);
    expect(piece.content).toBe(text.slice(piece.startChar, piece.endChar));
    expect(piece.startChar).toBeLessThanOrEqual(covered);
    covered = piece.endChar;
  }
  expect(covered).toBe(5_000_000);
  expect((await found(project, "word98765"))[0]?.docId).toBe(doc.id);
}, 120_000);

test("17: a long doc that is added again has the pieces of the first, copied a few at a time", async () => {
  const { database } = scope;
  const text = Array.from({ length: 6_000 }, (_, n) => `Line ${n} of a text that is kept twice.`).join("\n");
  const first = await ended((await ingest("twice.txt", Buffer.from(text))).id);
  const whole = await pieces(first.id);
  expect(whole.length).toBeGreaterThan(100);
  const input = { fileId: first.fileId ?? "", title: "Once more", metadata: null };
  const query = vi.spyOn(database.pool, "query");
  const copy = await ended((await ingestFile(scope, project, input)).id);
  const copies = query.mock.calls.filter(([asked]) => /copy-pieces/u.test(JSON.stringify(asked)));
  query.mockRestore();
  expect(copies.length).toBeGreaterThan(2);
  expect(copy).toMatchObject({ state: "ready", characters: text.length });
  const withoutIds = (rows: readonly object[]) => rows.map((row) => ({ ...row, id: "", docId: "" }));
  expect(withoutIds(await pieces(copy.id))).toEqual(withoutIds(whole));
});

test("17: a doc whose twin is deleted while its pieces are copied has none of them, so that it is read by itself", async () => {
  const { database } = scope;
  const bytes = Buffer.from(Array.from({ length: 6_000 }, (_, n) => `Line ${n} of a twin that goes.`).join("\n"));
  const twin = await ended((await ingest("twin.txt", bytes)).id);
  const input = { fileId: twin.fileId ?? "", title: "Stays", metadata: null };
  const doc = await ingestFile(scope, project, input);
  await ended(doc.id);
  const whole = await pieces(doc.id);

  const hold = { jobId: newId(), owner: "me" };
  await database.pool.query(
    `insert into "Job" (id, "accountId", "docId", kind, state, input, "leaseOwner", "leaseUntil")
     values ($1, $2, $3, 'none', 'in_progress', '{}', $4, now() + interval '1 minute')`,
    [hold.jobId, scope.accountId, doc.id, hold.owner],
  );
  expect(await clearPieces(database, hold, doc.id)).toBe(true);
  const { query } = database.pool;
  let copies = 0;
  const spied = vi.spyOn(database.pool, "query").mockImplementation(async (...given: Parameters<typeof query>) => {
    if (/copy-pieces/u.test(JSON.stringify(given)) && copies++ === 1) await deleteDoc(scope, project, twin.id);
    return query.apply(database.pool, given);
  });
  expect(await copyPieces(database, hold, doc.id)).toBeNull();
  spied.mockRestore();
  expect(copies).toBe(2);
  expect(await pieces(doc.id)).toEqual([]);
  expect(whole.length).toBeGreaterThan(100);
});

test("what cannot be read is failed with a sentence, has no pieces, and can be tried again", async () => {
  const doc = await ingest("broken.pdf", Buffer.from("%PDF-1.7 and nothing more"));
  const failed = await ended(doc.id);
  expect(failed).toMatchObject({ state: "failed", reason: expect.stringMatching(/damaged/u) });
  expect(await pieces(doc.id)).toEqual([]);
  const fileId = failed.fileId ?? "";
  const again = await ingestFile(scope, project, { fileId, title: "broken.pdf", metadata: null });
  expect(again).toMatchObject({ id: doc.id, state: "pending" });
  expect((await ended(doc.id)).jobId).not.toBe(failed.jobId);
});

test("the same content under the same title is one doc of an owner, and the account's file is shared", async () => {
  const bytes = Buffer.from("Medlars are eaten late.");
  const fileId = await storedFile(scope.database, scope.accountId, "medlar.txt", bytes);
  const input = { fileId, title: "medlar", metadata: null };
  const [one, other] = await Promise.all([ingestFile(scope, project, input), ingestFile(scope, project, input)]);
  expect(other.id).toBe(one.id);
  await ended(one.id);
  expect((await ingestFile(scope, project, input)).state).toBe("ready");
  expect(await pieces(one.id)).toHaveLength(1);
});

test("a doc is found by its own kind of owner alone, and goes with all its pieces", async () => {
  const { pool } = scope.database;
  const index = newId();
  await pool.query(`insert into "Index" (id, "accountId", "projectId", name) values ($1, $2, $3, 'x')`, [
    index,
    scope.accountId,
    project.id,
  ]);
  const owner: DocOwner = { role: "index", id: index };
  const doc = await ingest("sloe.txt", Buffer.from("Sloegin is made of sloes."), owner);
  await ended(doc.id);
  expect((await found(owner, "sloegin")).map(({ docId }) => docId)).toEqual([doc.id]);
  expect(await found(project, "sloegin")).toEqual([]);
  await expect(ingest("x.txt", Buffer.from("x1"), { role: "index", id: newId() })).rejects.toThrow("Index not found");
  await deleteDoc(scope, owner, doc.id);
  expect(await pieces(doc.id)).toEqual([]);
  expect((await pool.query(`select 1 from "Job" where "docId" = $1`, [doc.id])).rows).toEqual([]);
});

test("docs of a project and of a session are recalled in its turns, and none of the project for strangers", async () => {
  const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
  const post = async (path: string, body: object) => {
    const answer = await server.fetch(`${ORIGIN}/api${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return answer.json();
  };
  const { id: agent } = await post("/agents", { name: "Ada" });
  const { id: session } = await post("/sessions", { agent });
  const ofProject = await ingest("azarole.txt", Buffer.from("An azarole is a small hawthorn."));
  const ofSession = await ingest("azarole-2.txt", Buffer.from("Azarole two: for here."), {
    role: "session",
    id: session,
  });
  await ended(ofProject.id);
  await ended(ofSession.id);
  const asked = { messages: [{ role: "user", content: "What is an azarole?" }] };
  const { docs } = await post(`/sessions/${session}/render`, asked);
  const owner = { id: agent, role: "agent" };
  const told = docs.map((doc: { readonly id: string; readonly owner: object }) => ({ id: doc.id, owner: doc.owner }));
  expect(told).toEqual(
    expect.arrayContaining([
      { id: ofProject.id, owner },
      { id: ofSession.id, owner },
    ]),
  );
  const turn = decodeRequest(session, ChatInput.parse(asked));
  const policy = decodePolicy(ChatInput.parse(asked));
  const { docs: forStranger } = await prepareTurn({ ...scope, stranger: "somebody" }, policy, turn);
  expect(forStranger.map(({ docId }) => docId)).toEqual([ofSession.id]);
});

test("another account reaches neither the file nor the doc", async () => {
  const doc = await ingest("mine.txt", Buffer.from("Nobody else's words."));
  const { fileId } = await ended(doc.id);
  const { id: accountId } = await server.makeAccount();
  const other: Scope = { ...scope, accountId };
  const input = { fileId: fileId ?? "", title: "mine", metadata: null };
  await expect(ingestFile(other, project, input)).rejects.toThrow("File not found");
  await expect(getFileDoc(other, doc.id)).rejects.toThrow("Doc not found");
  await expect(cancelIngest(other, doc.id)).rejects.toThrow("Doc not found");
});

test("a doc that waits, or is being read, is cancelled and found by nobody", async () => {
  const long = Buffer.from("Damson jam is dark. ".repeat(200_000));
  const [reading, waiting] = [
    await ingest("damson.txt", long),
    await ingest("damson-2.txt", Buffer.concat([long, long]), project),
  ];
  await cancelIngest(scope, waiting.id);
  await cancelIngest(scope, reading.id);
  for (const { id } of [reading, waiting]) {
    expect(await ended(id)).toMatchObject({ state: "failed", reason: expect.stringMatching(/^Cancelled/u) });
    expect(await pieces(id)).toEqual([]);
  }
  expect(await found(project, "damson")).toEqual([]);
});
