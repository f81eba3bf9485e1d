import { afterAll, beforeAll, expect, test } from "vitest";
import { insertEmbeddings } from "../../db/embeddings.ts";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../../testing/server.ts";
import { fingerprint } from "./fingerprint.ts";
import { unit } from "./rank.ts";
import { type SearchOptions, searchDocs } from "./search.ts";

const PIECES = 5000;
const AT_ONCE = 1000;
const DIMENSIONS = 1536;
const MEGABYTE = 1024 * 1024;

let server: TestServer;
let agentId: string;
beforeAll(async () => {
  server = await openTestServer({ environment: { OPENAI_EMBEDDING_MODEL: "big" } });
  const { pool } = server.parley.ports.database;
  const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
  const made = await server.fetch(`${ORIGIN}/api/agents`, { method: "POST", headers, body: '{"name": "Ada"}' });
  agentId = (await made.json()).id;
  for (let from = 0; from < PIECES; from += AT_ONCE) {
    await pool.query(
      `with doc as (
         insert into "Doc" (id, "accountId", "agentId", title, "contentHash")
         values (gen_random_uuid(), $1, $2, 'Many', $3::int::text) returning id
       ), pieces as (
         insert into "DocChunk" (id, "docId", position, content)
         select gen_random_uuid(), doc.id, n, (select string_agg('pear' || n || 'x' || k, ' ') from generate_series(1, 64) k)
           || repeat(' pear', 200)
         from doc, generate_series($3::int, $3::int + ${AT_ONCE - 1}) n returning id
       )
       insert into "ChunkEmbedding" ("chunkId", model, vector, fingerprint)
       select id, 'big', decode(repeat('0000803c', ${DIMENSIONS}), 'hex'), repeat('01', 512)::varbit from pieces`,
      [server.parley.ownerId, agentId, from],
    );
  }
}, 120_000);
afterAll(() => server.close());

/** How many bytes the answers of the database have while `work` goes on: in all, and the longest. */
async function bytesRead(work: () => Promise<unknown>): Promise<{ readonly all: number; readonly most: number }> {
  const { pool } = server.parley.ports.database;
  const query = pool.query.bind(pool);
  const sizes: number[] = [];
  // The pool's own method has many forms; this test's statements use the one with a promise.
  pool.query = (async (...args: Parameters<typeof query>) => {
    const result = await query(...args);
    sizes.push(sizeOf((result as unknown as { rows: object[] }).rows));
    return result;
  }) as unknown as typeof pool.query;
  try {
    await work();
  } finally {
    pool.query = query;
  }
  return { all: sizes.reduce((sum, size) => sum + size, 0), most: Math.max(...sizes) };
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce<number>((sum, one) => sum + sizeOf(one), 0);
}

const options: SearchOptions = {
  mode: "hybrid",
  limit: 50,
  lang: "en-US",
  metadataFilter: {},
  includeEmbeddings: true,
  confidence: -1,
  mmrStrength: 0.5,
  alpha: 0.5,
  trigramSimilarityThreshold: 0.01,
  kMultiplier: 1e9,
};

test("C6: the worst search that a caller may ask for reads some megabytes, in answers of half a one", async () => {
  const { ports, ownerId } = server.parley;
  const scope = { ...ports, accountId: ownerId, via: "key" as const };
  const text = Array.from({ length: 64 }, (_, n) => `paer${n}`).join(" ");
  const vector = Array.from({ length: DIMENSIONS }, (_, n) => Math.sin(n));
  const found: unknown[] = [];
  const { all, most } = await bytesRead(async () => {
    found.push(...(await searchDocs(scope, { agentIds: [agentId], userIds: [] }, { text, vector }, options)).hits);
  });
  expect(found).toHaveLength(50);
  expect(all).toBeLessThan(10 * MEGABYTE);
  expect(most).toBeLessThan(1.5 * MEGABYTE);
}, 120_000);

test("C6: the piece that is nearest is found among thousands, whatever its age", async () => {
  const { ports, ownerId } = server.parley;
  const [planted] = (
    await ports.database.pool.query<{ id: string }>(
      `select c.id from "DocChunk" c join "Doc" d on d.id = c."docId" where d."agentId" = $1 order by c.id desc limit 1`,
      [agentId],
    )
  ).rows;
  const vector = Array.from({ length: DIMENSIONS }, (_, n) => Math.sin(n * n));
  const near = unit(vector.map((value, n) => value + Math.cos(n) / 2));
  const embedding = { chunkId: planted?.id ?? "", vector: [...near], fingerprint: fingerprint(near) };
  await insertEmbeddings(ports.database, "big", [embedding]);
  const scope = { ...ports, accountId: ownerId, via: "key" as const };
  const asked = { ...options, mode: "vector" as const, confidence: 0.5 };
  const { hits: found } = await searchDocs(scope, { agentIds: [agentId], userIds: [] }, { text: null, vector }, asked);
  expect(found.map(({ snippet }) => snippet.id)).toEqual([planted?.id]);
}, 60_000);
