import { z } from "zod";
import { StoredVector } from "./doc-search.ts";
import { statement, unseen } from "./statement.ts";

// By hand, since they are written by the hundred, and listed by what they lack.

const PENDING = `d.state = 'ready' and (e."chunkId" is null or e.model <> $1)`;

/** Some accounts, but for some, that have pieces which a model has not embedded, each time in another order. */
export const listPendingAccountRows = statement({
  name: "list-pending-accounts",
  text: `select id from (
       select distinct d."accountId" as id from "Doc" d join "DocChunk" c on c."docId" = d.id
       left join "ChunkEmbedding" e on e."chunkId" = c.id
       where ${PENDING} and d."accountId" <> all($2::uuid[])
     ) x order by random() limit $3`,
  parameters: { model: "text", exceptAccountIds: "uuid[]", limit: "int8" },
  row: z.object({ id: z.string() }),
});

/** Pieces of an account that a model has not embedded, the oldest docs first, from a doc on. */
export const listPendingChunkRows = statement({
  name: "list-pending-chunks",
  text: `select c.id, c."docId", d."createdAt" as "docCreatedAt", c.content, c.headings, d."embedInstruction"
     from "Doc" d join "DocChunk" c on c."docId" = d.id left join "ChunkEmbedding" e on e."chunkId" = c.id
     where d."accountId" = $2 and (d."createdAt", d.id) >= ($3, $4) and ${PENDING}
     order by d."createdAt", d.id, c.position limit $5`,
  parameters: { model: "text", accountId: "uuid", createdAt: "timestamptz", docId: "uuid", limit: "int8" },
  row: z.object({
    id: z.string(),
    docId: z.string(),
    docCreatedAt: z.date(),
    content: z.string(),
    headings: z.array(z.string()),
    embedInstruction: z.string().nullable(),
  }),
});

/** What a model says of pieces that are there: the n-th of each list belong together. */
export const insertEmbeddingRows = statement({
  name: "insert-embeddings",
  text: `insert into "ChunkEmbedding" ("chunkId", model, vector, fingerprint)
     select c.id, $1, x.vector, x.fingerprint::varbit
     from unnest(${unseen("$2", "uuid[]")}, $3::bytea[], $4::text[]) x(id, vector, fingerprint) join "DocChunk" c on c.id = x.id
     on conflict ("chunkId")
       do update set model = excluded.model, vector = excluded.vector, fingerprint = excluded.fingerprint`,
  parameters: { model: "text", chunkIds: "uuid[]", vectors: "bytea[]", fingerprints: "text[]" },
});

/**
 * So many pieces of equal content are looked at for one that is embedded: a thousand equal ones are not to cost a
 * million looks.
 */
const EQUAL = 100;

/** Copies what a model has said of the same text in the same account to pieces, where it is soon found. Gives these. */
export const copyEmbeddingRows = statement({
  name: "copy-embeddings",
  text: `with wanted as materialized (
       select c.id, c.content, c.headings, d."accountId", d."embedInstruction"
       from "DocChunk" c join "Doc" d on d.id = c."docId" where c.id = any(${unseen("$2", "uuid[]")})
     ), known as materialized (
       select o.id, w.content, o.headings, s."accountId", s."embedInstruction"
       from (select distinct content from wanted) w
       cross join lateral (
         select id, "docId", headings from "DocChunk" where md5(content) = md5(w.content) and content = w.content limit ${EQUAL}
       ) o
       cross join lateral (select x."accountId", x."embedInstruction" from "Doc" x where x.id = o."docId" offset 0) s
       cross join lateral (select 1 from "ChunkEmbedding" e where e."chunkId" = o.id and e.model = $1 offset 0) e
     ), pairs as (
       select distinct on (w.id) w.id, k.id as "knownId" from wanted w
       join known k on k.content = w.content and k.headings = w.headings and k."accountId" = w."accountId"
         and k."embedInstruction" is not distinct from w."embedInstruction"
     )
     insert into "ChunkEmbedding" ("chunkId", model, vector, fingerprint)
     select p.id, $1, e.vector, e.fingerprint from pairs p join "ChunkEmbedding" e on e."chunkId" = p."knownId"
     on conflict ("chunkId")
       do update set model = excluded.model, vector = excluded.vector, fingerprint = excluded.fingerprint
     returning "chunkId", vector`,
  parameters: { model: "text", chunkIds: "uuid[]" },
  row: z.object({ chunkId: z.string(), vector: StoredVector }),
});

/** Embedded pieces without a fingerprint. */
export const listRowsWithoutFingerprint = statement({
  name: "list-without-fingerprint",
  text: `select "chunkId", vector from "ChunkEmbedding" where fingerprint is null limit $1`,
  parameters: { limit: "int8" },
  row: z.object({ chunkId: z.string(), vector: StoredVector }),
});

/** Sets fingerprints where there are none: the n-th of both lists belong together. */
export const setFingerprintRows = statement({
  name: "set-fingerprints",
  text: `update "ChunkEmbedding" e set fingerprint = x.fingerprint::varbit
     from unnest($1::uuid[], $2::text[]) x(id, fingerprint) where e."chunkId" = x.id and e.fingerprint is null`,
  parameters: { chunkIds: "uuid[]", fingerprints: "text[]" },
});

/** Marks a doc as one that is not to be embedded, and says why. */
export const failDocRow = statement({
  name: "fail-doc",
  text: `update "Doc" set state = 'failed', reason = $2 where id = $1`,
  parameters: { id: "uuid", reason: "text" },
});
