import { afterAll, beforeAll, expect, test } from "vitest";
import { insertDoc } from "../../db/docs.ts";
import { copyEmbeddingRows } from "../../db/sql/embeddings.ts";
import { ChatError } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import { openTestServer, type TestServer } from "../../testing/server.ts";
import { readAgain } from "../ingest.ts";
import { createProject } from "../projects.ts";
import type { Scope } from "../scope.ts";
import { embedPending } from "./embed-pending.ts";

let server: TestServer;
let scope: Scope;
const asked: string[][] = [];
const refused = new Set<string>();

beforeAll(async () => {
  server = await openTestServer();
  const { ports, ownerId } = server.parley;
  const embed = async (_: unknown, texts: readonly string[]) => {
    asked.push([...texts]);
    if (texts.some((text) => refused.has(text))) throw new ChatError("model-refused", "The model refused it");
    if (texts.some((text) => text.includes("poison"))) throw new ChatError("model-failed", "The service failed");
    return texts.map((text) => [text.length, 1]);
  };
  const models = { ...ports.models, embedding: { model: "counting", embed } };
  scope = { ...ports, models, accountId: ownerId, via: "key" };
}, 60_000);
afterAll(() => server.close());

async function addDoc(title: string, contents: readonly string[], accountId = scope.accountId): Promise<void> {
  const project = await createProject({ ...scope, accountId }, { name: title, canonicalName: null, metadata: null });
  const chunks = contents.map((content) => ({ id: newId(), content }));
  const owner = { role: "project" as const, id: project.id };
  const doc = { id: newId(), owner, title, contentHash: title, chunks, metadata: null, embedInstruction: null };
  await insertDoc(scope.database, accountId, doc);
}

/** Embeds all that waits. Gives what the model was asked for. */
async function embedded(): Promise<string[]> {
  asked.length = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const soon = (_: string, work: () => Promise<void>) => void work().then(resolve, reject);
  embedPending({ ...scope, runner: { ...scope.runner, soon } });
  await promise;
  return asked.flat().sort();
}

test("a text is embedded once in an account, and another account's never serves", async () => {
  await addDoc("first", ["quince", "pear"]);
  expect(await embedded()).toEqual(["pear", "quince"]);
  await addDoc("second", ["quince", "apple"]);
  expect(await embedded()).toEqual(["apple"]);
  await addDoc("foreign", ["quince"], (await server.makeAccount()).id);
  expect(await embedded()).toEqual(["quince"]);
  const { rows } = await scope.database.pool.query(
    `select count(*)::int as n from "DocChunk" c left join "ChunkEmbedding" e on e."chunkId" = c.id where e.model is null`,
  );
  expect(rows).toEqual([{ n: 0 }]);
});

test("C6: of equal pieces one is embedded, and to copy it costs no more looks the more there are", async () => {
  const equal = Array.from({ length: 1000 }, () => "same");
  const accountId = (await server.makeAccount()).id;
  for (const title of ["one", "two", "three"]) await addDoc(title, equal, accountId);
  expect(await embedded()).toEqual(["same"]);
  const { pool } = scope.database;
  const { rows } = await pool.query(
    `select c.id from "DocChunk" c join "Doc" d on d.id = c."docId" where d."accountId" = $1 limit 64`,
    [accountId],
  );
  const ids = rows.map(({ id }) => id);
  const explained = await pool.query(`explain (analyze, format json) ${copyEmbeddingRows.text}`, ["counting", ids]);
  const most = Math.max(...looksOf(explained.rows[0]["QUERY PLAN"][0].Plan));
  // Of 64 pieces with 3,000 equal ones each.
  expect(most).toBeLessThan(10_000);
});

type Plan = { readonly "Actual Rows": number; readonly "Actual Loops": number; readonly Plans?: readonly Plan[] };

/** How many rows each step of a plan has gone through. */
const looksOf = (plan: Plan): number[] => [
  plan["Actual Rows"] * plan["Actual Loops"],
  ...(plan.Plans ?? []).flatMap(looksOf),
];

test("S16: accounts take turns, some pieces each, whoever came first", async () => {
  const many = Array.from({ length: 400 }, (_, n) => `many ${n}`);
  await addDoc("many", many, (await server.makeAccount()).id);
  await addDoc("few", ["few"], (await server.makeAccount()).id);
  expect(await embedded()).toHaveLength(401);
  expect(asked.findIndex((texts) => texts.includes("few"))).toBeLessThan(2);
});

test("17: a document that the embedding model refuses says so, and is embedded when it is to be read again", async () => {
  await addDoc("refused", ["thistle"]);
  const { id, projectId } = await scope.database.prisma.doc.findFirstOrThrow({ where: { title: "refused" } });
  const file = await storedFile();
  await scope.database.prisma.doc.update({ where: { id }, data: { fileId: file } });
  refused.add("thistle");
  expect(await embedded()).toEqual(["thistle"]);
  const state = () => scope.database.prisma.doc.findFirst({ where: { id }, select: { state: true, reason: true } });
  const reason = expect.stringContaining("found by its words alone");
  expect(await state()).toEqual({ state: "failed", reason });
  expect(await embedded()).toEqual([]);

  refused.clear();
  const jobs = () => scope.database.prisma.job.count({ where: { docId: id } });
  const quiet = { ...scope, runner: { ...scope.runner, soon: () => {} } };
  expect(await readAgain(quiet, { role: "project", id: projectId ?? "" })).toBe(1);
  expect([await state(), await jobs()]).toEqual([{ state: "ready", reason: "" }, 0]);
  expect(await embedded()).toEqual(["thistle"]);
});

test("S16: an account whose pieces fail is set aside, and others go on; where all fail it ends soon", async () => {
  const accounts = await Promise.all(Array.from({ length: 8 }, () => server.makeAccount()));
  const [first, ...others] = accounts.map(({ id }) => id);
  await addDoc("failing", ["poison"], first);
  for (const [n, id] of others.entries()) await addDoc("sound", [`sound ${n}`], id);
  await embedded().catch(() => {});
  expect(asked.flat().filter((text) => text.startsWith("sound"))).toHaveLength(7);
  for (const id of others) await addDoc("failing", ["poison"], id);
  await expect(embedded()).rejects.toThrow("The service failed");
  expect(asked).toHaveLength(5);
});

async function storedFile(): Promise<string> {
  const id = newId();
  const file = { id, accountId: scope.accountId, name: "t.txt", mediaType: "text/plain", size: 7, hash: "h" };
  await scope.database.prisma.file.create({ data: file });
  return id;
}
