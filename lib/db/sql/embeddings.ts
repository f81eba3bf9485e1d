import { z } from "zod";
import { StoredVector } from "./doc-search.ts";
import { statement } from "./statement.ts";

// By hand, since they are written by the hundred, and listed by what they lack.

/** Pieces that a model has not embedded, but for those of some accounts, the oldest docs first. */
export const listPendingChunkRows = statement({
  name: "list-pending-chunks",
  text: `select c.id, d."accountId", c."docId", c.content, c.headings, d."embedInstruction" from "Doc" d join "DocChunk" c on c."docId" = d.id
     left join "ChunkEmbedding" e on e."chunkId" = c.id
     where d.state = 'ready' and (e."chunkId" is null or e.model <> $1) and d."accountId" <> all($2::uuid[])
     order by d."createdAt", d.id, c.position limit $3`,
  parameters: { model: "text", exceptAccountIds: "uuid[]", limit: "int8" },
  row: z.object({
    id: z.string(),
    accountId: z.string(),
    docId: z.string(),
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
     from unnest($2::uuid[], $3::bytea[], $4::text[]) x(id, vector, fingerprint) join "DocChunk" c on c.id = x.id
     on conflict ("chunkId")
       do update set model = excluded.model, vector = excluded.vector, fingerprint = excluded.fingerprint`,
  parameters: { model: "text", chunkIds: "uuid[]", vectors: "bytea[]", fingerprints: "text[]" },
});

/** Copies what a model has said of the same text in the same account to pieces. Gives these. */
export const copyEmbeddingRows = statement({
  name: "copy-embeddings",
  text: `insert into "ChunkEmbedding" ("chunkId", model, vector, fingerprint)
     select distinct on (c.id) c.id, $1, e.vector, e.fingerprint
     from "DocChunk" c join "Doc" d on d.id = c."docId"
     join "DocChunk" o on md5(o.content) = md5(c.content) and o.content = c.content and o.headings = c.headings
     join "Doc" s on s.id = o."docId" and s."accountId" = d."accountId"
       and s."embedInstruction" is not distinct from d."embedInstruction"
     join "ChunkEmbedding" e on e."chunkId" = o.id and e.model = $1
     where c.id = any($2::uuid[])
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

/** Marks a doc as one that is not to be embedded. */
export const failDocRow = statement({
  name: "fail-doc",
  text: `update "Doc" set state = 'failed' where id = $1`,
  parameters: { id: "uuid" },
});
