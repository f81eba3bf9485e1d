import { createHash } from "node:crypto";
import type { PoolClient, QueryConfig } from "pg";
import type { Database } from "./database.ts";
import { countPieces, type DocScope, scopeValues } from "./doc-search.ts";
import { inTime } from "./in-time.ts";
import { onOneConnection } from "./limited-pool.ts";
import { IN_SCOPE, SCOPE } from "./sql/doc-search.ts";
import { type Connection, inTransaction } from "./sql.ts";
import { fromBytes } from "./vector-bytes.ts";

// Where PostgreSQL has pgvector, vectors stand a second time in a table of their model, with an index of the nearest.
// No migration can require the extension, so these tables are made while the server runs, and can be made again at any
// time: back-ups and moves leave them out.

/** No such table holds anything that is not in "ChunkEmbedding". */
const PREFIX = "Vectors_";
/** The first version whose index goes on looking until it has found enough that is in scope. */
const OLDEST = [0, 8] as const;
/** What the index takes of half floats. */
const MOST_DIMENSIONS = 4000;
const BATCH = 200;
/** A scope of so few pieces is compared one by one, which is exact and as fast. */
const FEW = 4000;
const LOCK = 7_227_540;
/** Held together by all that store vectors, and alone for a moment by who has made an index. */
const STORING = 7_227_541;
/** Making an index of a million vectors takes most of an hour on a small machine. */
const INDEX_MS = 6 * 3_600_000;

/**
 * What is known of a database in this process: why it has no such tables, and of which models they were seen complete.
 */
type Known = { readonly fault: Promise<string | null>; readonly complete: Map<string, number> };
const known = new WeakMap<Database, Known>();

function knownOf(database: Database): Known {
  const found = known.get(database);
  if (found) return found;
  const made = { fault: findFault(database).catch(String), complete: new Map<string, number>() };
  known.set(database, made);
  return made;
}

/** Why a database cannot keep an index of vectors, in a sentence; null: it can. */
export const vectorFault = (database: Database): Promise<string | null> => knownOf(database).fault;

/** Whether all vectors of a model are in an index. */
export const isIndexed = (database: Database, model: string): boolean => knownOf(database).complete.has(model);

async function findFault({ kind, pool }: Database): Promise<string | null> {
  if (kind === "pglite") return "The embedded database compares all vectors by their fingerprints.";
  const { rows } = await pool.query<{ version: string; isMade: boolean }>(
    `select coalesce(installed_version, default_version) as version, installed_version is not null as "isMade"
     from pg_available_extensions where name = 'vector'`,
  );
  const [found] = rows;
  if (!found) return "PostgreSQL has no extension pgvector: vectors are compared by their fingerprints.";
  const [major = 0, minor = 0] = found.version.split(".").map(Number);
  if (major === OLDEST[0] && minor < OLDEST[1]) return `pgvector ${found.version} is older than ${OLDEST.join(".")}.`;
  if (found.isMade) return null;
  try {
    await pool.query("create extension if not exists vector");
    return null;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return `The extension pgvector could not be made in the database: ${why}`;
  }
}

const tableOf = (model: string, dimensions: number): string => {
  const hash = createHash("sha256").update(model).digest("hex").slice(0, 8);
  return `"${PREFIX}${dimensions}_${hash}"`;
};

const textOf = (vector: ArrayLike<number>): string => `[${Array.from(vector).join(",")}]`;

/**
 * Copies to the table of a model what it lacks, makes its index, and has searches use it from then on. Does nothing
 * where the database cannot. Others get their turn between the batches.
 */
export async function completeVectors(database: Database, model: string): Promise<void> {
  const { fault, complete } = knownOf(database);
  if ((await fault) !== null) return;
  const { pool } = database;
  const sizes = await pool.query<{ dimensions: number }>(
    `select octet_length(vector) / 4 as dimensions from "ChunkEmbedding" where model = $1 limit 1`,
    [model],
  );
  const dimensions = sizes.rows[0]?.dimensions;
  if (dimensions === undefined || dimensions > MOST_DIMENSIONS) return;
  const table = tableOf(model, dimensions);
  await alone(database, async (client) => {
    await client.query(`create table if not exists ${table} ("chunkId" uuid primary key references "DocChunk" on delete cascade,
      "docId" uuid not null, vector halfvec(${dimensions}) not null)`);
    await client.query(`create index if not exists ${indexOf(table, "doc")} on ${table} ("docId")`);
  });
  await fill(database, table, model, dimensions);
  await alone(database, async (client) => {
    await client.query("set local maintenance_work_mem = '256MB'");
    const text = `create index if not exists ${indexOf(table, "near")} on ${table} using hnsw (vector halfvec_ip_ops)`;
    // The driver would give up after the pool's time, and the index would be begun anew each time.
    const patient: QueryConfig & { readonly query_timeout: number } = { text, query_timeout: INDEX_MS };
    await client.query(patient);
  });
  // Whoever stored a vector before there was an index is waited for, and whoever does from here on stores it there,
  // too.
  await alone(database, async (client) => {
    await client.query("select pg_advisory_xact_lock($1)", [STORING]);
  });
  await fill(database, table, model, dimensions);
  complete.set(model, dimensions);
}

/** Copies to a table the vectors of its model that it lacks. */
async function fill(database: Database, table: string, model: string, dimensions: number): Promise<void> {
  for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
    const { rows } = await database.pool.query<{ id: string; docId: string; vector: Uint8Array }>(
      `select e."chunkId" as id, c."docId", e.vector from "ChunkEmbedding" e join "DocChunk" c on c.id = e."chunkId"
       where e.model = $1 and e."chunkId" > $2 and octet_length(e.vector) = $3
         and not exists (select 1 from ${table} v where v."chunkId" = e."chunkId")
       order by e."chunkId" limit ${BATCH}`,
      [model, after, 4 * dimensions],
    );
    const last = rows.at(-1);
    if (!last) break;
    await insertInto(
      database,
      table,
      rows.map((row) => ({ chunkId: row.id, vector: fromBytes(row.vector) })),
    );
    after = last.id;
  }
}

const indexOf = (table: string, what: string): string => table.replace(/"$/u, `_${what}"`);

/** Runs work in a transaction of its own, one process at a time and without a limit of time. */
async function alone(database: Database, work: (client: PoolClient) => Promise<void>): Promise<void> {
  await onOneConnection(database.pool, async (client) => {
    await client.query("begin");
    await client.query("set local statement_timeout = 0; set local lock_timeout = 0");
    await client.query("select pg_advisory_xact_lock($1)", [LOCK]);
    await work(client);
    await client.query("commit");
  });
}

type Embedded = { readonly chunkId: string; readonly vector: ArrayLike<number> };

/**
 * Stores vectors of a model by `store`, which gives those that it has stored, and in the same transaction in the table
 * of the model where that has an index, whichever process has made it: what is complete stays so. Gives what was
 * stored.
 */
export async function alsoIndexed<Stored extends Embedded>(
  database: Database,
  model: string,
  store: (connection: Connection) => Promise<readonly Stored[]>,
): Promise<readonly Stored[]> {
  if ((await vectorFault(database)) !== null) return store(database);
  return inTransaction(database, async (connection) => {
    await connection.pool.query("select pg_advisory_xact_lock_shared($1)", [STORING]);
    const stored = await store(connection);
    const dimensions = stored[0]?.vector.length ?? 0;
    const table = tableOf(model, dimensions);
    const { rows } = await connection.pool.query<{ isIndexed: boolean }>(
      `select to_regclass($1) is not null as "isIndexed"`,
      [indexOf(table, "near")],
    );
    const alike = stored.filter(({ vector }) => vector.length === dimensions);
    if (rows[0]?.isIndexed) await insertInto(connection, table, alike);
    return stored;
  });
}

async function insertInto({ pool }: Connection, table: string, embedded: readonly Embedded[]): Promise<void> {
  await pool.query(
    `insert into ${table} ("chunkId", "docId", vector)
     select c.id, c."docId", l2_normalize(x.vector::vector)::halfvec from unnest($1::uuid[], $2::text[]) x(id, vector)
     join "DocChunk" c on c.id = x.id on conflict ("chunkId") do update set vector = excluded.vector`,
    [embedded.map(({ chunkId }) => chunkId), embedded.map(({ vector }) => textOf(vector))],
  );
}

/**
 * The `limit` pieces in scope that are nearest to a vector, nearest first, by the index of a model; undefined: it has
 * none that is complete, or of another length. Null: it took too long and was ended.
 *
 * The index may pass over a few. Where it finds fewer than there are, all are compared.
 */
export async function nearestByIndex(
  database: Database,
  scope: DocScope,
  model: string,
  vector: readonly number[],
  limit: number,
): Promise<string[] | null | undefined> {
  if (knownOf(database).complete.get(model) !== vector.length) return;
  const table = tableOf(model, vector.length);
  const values = [...SCOPE.map((name) => scopeValues(scope)[name]), textOf(vector), limit];
  // Parameters of JSON travel as text.
  const sent = values.map((value, n) => (SCOPE[n] === "metadataFilter" ? JSON.stringify(value) : value));
  return inTime(database, async (connection) => {
    if ((await countPieces(connection, scope, FEW)) === FEW) {
      const found = await byIndex(connection, table, sent);
      if (found.length === limit) return found;
    }
    const { rows } = await connection.pool.query<{ id: string }>(
      `select id from (select v."chunkId" as id, v.vector from "Doc" d join ${table} v on v."docId" = d.id
         where ${IN_SCOPE} offset 0) x order by vector <#> $9::halfvec, id limit $10`,
      sent,
    );
    return rows.map(({ id }) => id);
  });
}

/** On a connection that is in a transaction. */
async function byIndex({ pool }: Connection, table: string, values: readonly unknown[]): Promise<string[]> {
  await pool.query(
    "set local hnsw.iterative_scan = strict_order; set local hnsw.ef_search = 100; set local enable_sort = off",
  );
  const { rows } = await pool.query<{ id: string }>(
    `select v."chunkId" as id from ${table} v join "Doc" d on d.id = v."docId"
     where ${IN_SCOPE} order by v.vector <#> $9::halfvec limit $10`,
    [...values],
  );
  await pool.query("set local enable_sort = on");
  return rows.map(({ id }) => id);
}
