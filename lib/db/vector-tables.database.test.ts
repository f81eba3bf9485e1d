import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fingerprint } from "../core/recall/fingerprint.ts";
import { dot, unit } from "../core/recall/rank.ts";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { listTables } from "./backup/tables.ts";
import { type Database, openDatabase } from "./database.ts";
import type { DocScope } from "./doc-search.ts";
import { insertDoc } from "./docs.ts";
import { insertEmbeddings } from "./embeddings.ts";
import { alsoIndexed, completeVectors, isIndexed, nearestByIndex, vectorFault } from "./vector-tables.ts";

const root = process.cwd();
const DIMENSIONS = 16;
const MODEL = "sines";
/** A PostgreSQL server that has pgvector; the one of the other tests does not. */
const url = process.env.TEST_PGVECTOR_URL;

/** A direction that looks like chance and is the same in each run. */
function vectorOf(seed: number): number[] {
  let state = seed * 2_654_435_761;
  const numbers = Array.from({ length: DIMENSIONS }, () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32 - 0.5;
  });
  return [...unit(numbers)];
}

test("without the extension vectors have no index, and it is said why", async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  const database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root });
  expect(await vectorFault(database)).toMatch(/fingerprints/u);
  await completeVectors(database, MODEL);
  const scope = { accountId: newId(), owners: {}, metadataFilter: {} };
  expect(await nearestByIndex(database, scope, MODEL, vectorOf(1), 5)).toBeUndefined();
  await database.close();
});

describe.skipIf(url === undefined)("pgvector", () => {
  let database: Database;
  /** The same, as another process has it. */
  let other: Database;
  let scope: DocScope;
  const chunks = Array.from({ length: 4200 }, (_, n) => ({ id: newId(), content: `${n}` }));
  const few = chunks.slice(4150);

  beforeAll(async () => {
    const name = `vectors_${newId().replaceAll("-", "")}`;
    const client = new pg.Client(`${url}/postgres`);
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    database = await openDatabase({ url: `${url}/${name}`, dataDir: ".", root });
    other = await openDatabase({ url: `${url}/${name}`, dataDir: ".", root });
    const [accountId, projectId] = [newId(), newId()];
    await database.pool.query(`insert into "Account" (id, kind) values ($1, 'person')`, [accountId]);
    const project = { id: projectId, accountId, name: "p", canonicalName: "p" };
    await database.prisma.project.create({ data: project });
    scope = { accountId, owners: { projectIds: [projectId] }, metadataFilter: {} };
    const owner = { role: "project" as const, id: projectId };
    const rest = { owner, metadata: null, embedInstruction: null };
    const docs = [chunks.slice(0, 4150), few].map((pieces, n) => ({ pieces, id: newId(), title: `D${n}` }));
    for (const { pieces, id, title } of docs) {
      await insertDoc(database, accountId, { ...rest, id, title, contentHash: title, chunks: pieces });
    }
    const embedded = chunks.map(({ id }, n) => ({ chunkId: id, vector: vectorOf(n), fingerprint: fingerprint([1]) }));
    await insertEmbeddings(database, MODEL, embedded.slice(0, 4000));
    await completeVectors(database, MODEL);
    await insertEmbeddings(database, MODEL, embedded.slice(4000));
  }, 120_000);
  afterAll(() => Promise.all([database.close(), other.close()]));

  /** The nearest as they are. */
  const exact = (asked: readonly number[], among: readonly { readonly id: string }[], limit: number) =>
    among
      .map(({ id }) => ({ id, score: dot(asked, vectorOf(chunks.findIndex((chunk) => chunk.id === id))) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, limit)
      .map(({ id }) => id);

  test("what was embedded before and after the index was made is found by it, nearest first", async () => {
    expect(await vectorFault(database)).toBeNull();
    expect(isIndexed(database, MODEL)).toBe(true);
    for (const seed of [7, 1234, 4100]) {
      const asked = vectorOf(seed);
      const found = (await nearestByIndex(database, scope, MODEL, asked, 20)) ?? [];
      const expected = exact(asked, chunks, 20);
      expect(found[0]).toBe(expected[0]);
      expect(found.filter((id) => expected.includes(id)).length).toBeGreaterThanOrEqual(18);
    }
  }, 60_000);

  test("a small scope is compared one by one, and gives all it has", async () => {
    const { rows } = await database.pool.query<{ docId: string }>(`select "docId" from "DocChunk" where id = $1`, [
      few[0]?.id,
    ]);
    const docIds = rows.map(({ docId }) => docId);
    const found = await nearestByIndex(database, { ...scope, docIds }, MODEL, vectorOf(3), 60);
    expect(found).toHaveLength(50);
    expect(found?.[0]).toBe(exact(vectorOf(3), few, 1)[0]);
  });

  const embeddedAs = (n: number, vector: readonly number[]) => ({
    chunkId: chunks[n]?.id ?? "",
    vector,
    fingerprint: fingerprint([1]),
  });

  test("17: what another process stores, which knows of no index, is found by it", async () => {
    expect(isIndexed(other, MODEL)).toBe(false);
    const moved = vectorOf(90_001);
    await insertEmbeddings(other, MODEL, [embeddedAs(55, moved)]);
    expect((await nearestByIndex(database, scope, MODEL, moved, 5))?.[0]).toBe(chunks[55]?.id);
  });

  test("17: what is being stored while an index is made is waited for, and found by it", async () => {
    const late = vectorOf(90_002);
    const [isStored, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await insertEmbeddings(other, "late", [embeddedAs(1, vectorOf(1))]);
    const storing = alsoIndexed(other, "late", async ({ pool }) => {
      await pool.query(
        `insert into "ChunkEmbedding" ("chunkId", model, vector)
         select $1, 'late', vector from "ChunkEmbedding" where model = 'late' on conflict ("chunkId")
         do update set model = excluded.model`,
        [chunks[2]?.id],
      );
      isStored.resolve();
      await goOn.promise;
      // As if the index had been looked for before it was there.
      return [];
    });
    await isStored.promise;
    const making = completeVectors(database, "late");
    const waiting = async () => {
      const { rows } = await database.pool.query(`select 1 from pg_locks where locktype = 'advisory' and not granted`);
      return rows.length;
    };
    await expect.poll(waiting).toBe(1);
    expect(isIndexed(database, "late")).toBe(false);
    goOn.resolve();
    await Promise.all([storing, making]);
    const found = await nearestByIndex(database, scope, "late", late, 5);
    expect(found?.toSorted()).toEqual([chunks[1]?.id, chunks[2]?.id].toSorted());
  });

  test("another account, another length and another model find nothing", async () => {
    expect(await nearestByIndex(database, { ...scope, accountId: newId() }, MODEL, vectorOf(1), 5)).toEqual([]);
    expect(await nearestByIndex(database, scope, MODEL, [1, 0], 5)).toBeUndefined();
    expect(await nearestByIndex(database, scope, "other", vectorOf(1), 5)).toBeUndefined();
  });

  test("a deleted piece is gone, and a copy of the database leaves the tables out", async () => {
    const asked = vectorOf(77);
    await database.pool.query(`delete from "DocChunk" where id = $1`, [chunks[77]?.id]);
    expect(await nearestByIndex(database, scope, MODEL, asked, 5)).not.toContain(chunks[77]?.id);
    const names = (await listTables(database.pool)).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("Vectors"))).toEqual([]);
    expect(names).toContain("ChunkEmbedding");
  });
});
