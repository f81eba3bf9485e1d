import { z } from "zod";
import { fromBytes } from "../vector-bytes.ts";
import { statement } from "./statement.ts";

// By hand for what Prisma has no words for: ranks of words, fingerprints, and metadata that contain an object.

/** Of a doc that is being read, or could not be, nothing is found. */
const IN_SCOPE = `d."accountId" = $1 and d.state <> 'pending' and (d."agentId" = any($2::uuid[]) or d."userId" = any($3::uuid[])
  or d."indexId" = any($4::uuid[]) or d."sessionId" = any($5::uuid[]) or d."projectId" = any($6::uuid[]))
  and coalesce(d.metadata, '{}') @> $7::jsonb`;
/** The parameters of that condition. */
const scope = {
  accountId: "uuid",
  agentIds: "uuid[]",
  userIds: "uuid[]",
  indexIds: "uuid[]",
  sessionIds: "uuid[]",
  projectIds: "uuid[]",
  metadataFilter: "jsonb",
} as const;

/** The best of the latest `ranked` pieces that have one of the words or a word that begins with its stem. */
export const searchWordRows = statement({
  name: "search-words",
  text: `with words as (
       select w, (tsvector_to_array(to_tsvector($8::regconfig, w)))[1] as stem from unnest($9::text[]) w
     ), query as (
       select to_tsquery('simple', string_agg('''' || case when starts_with(w, stem) then stem else w end || ''':*', ' | ')) as q
       from words where stem is not null
     ), matched as (
       select c.id, c.search from query, "DocChunk" c join "Doc" d on d.id = c."docId"
       where ${IN_SCOPE} and c.search @@ query.q order by d."createdAt" desc, c.id limit $11
     )
     select m.id, ts_rank(m.search, query.q)::float8 as score from query, matched m
     order by score desc, m.id limit $10`,
  parameters: { ...scope, language: "regconfig", words: "text[]", limit: "int8", ranked: "int8" },
  row: z.object({ id: z.string(), score: z.number() }),
});

/** The beginnings of the latest pieces. */
export const listBeginningRows = statement({
  name: "list-beginnings",
  // The inner list is sorted before any text is cut.
  text: `select p.id, left(p.content, $8) as content from (
       select c.id, c.content from "DocChunk" c join "Doc" d on d.id = c."docId" where ${IN_SCOPE}
       order by d."createdAt" desc, c.id offset $9 limit $10) p`,
  parameters: { ...scope, characters: "int4", from: "int8", limit: "int8" },
  row: z.object({ id: z.string(), content: z.string() }),
});

/** Those of the latest `among` pieces that a model has embedded whose fingerprints are most alike to one. */
export const nearestChunkRows = statement({
  name: "nearest-chunks",
  text: `with latest as (
       select c.id, e.fingerprint from "Doc" d join "DocChunk" c on c."docId" = d.id
       join "ChunkEmbedding" e on e."chunkId" = c.id
       where ${IN_SCOPE} and e.model = $8 order by d."createdAt" desc, c.id limit $9
     )
     select id from latest order by coalesce(bit_count(fingerprint # $10::varbit), 0), id limit $11`,
  parameters: { ...scope, model: "text", among: "int8", print: "varbit", limit: "int8" },
  row: z.object({ id: z.string() }),
});

/** A stored vector. */
export const StoredVector = z.instanceof(Uint8Array).transform(fromBytes);

/** The vectors of pieces. */
export const readVectorRows = statement({
  name: "read-vectors",
  text: `select c.id, e.vector from "ChunkEmbedding" e join "DocChunk" c on c.id = e."chunkId"
     join "Doc" d on d.id = c."docId" where d."accountId" = $1 and c.id = any($2::uuid[])`,
  parameters: { accountId: "uuid", ids: "uuid[]" },
  row: z.object({ id: z.string(), vector: StoredVector }),
});

/** Pieces, each with its doc. */
export const findChunkRows = statement({
  name: "find-chunks",
  text: `select c.id, c."docId", d."agentId", d."userId", d."indexId", d."sessionId", d."projectId", d.title, d.metadata, c.position as index, c.content,
       c."pageFrom", c."pageTo", c."startChar", c."endChar", c.headings, e.vector
     from "DocChunk" c join "Doc" d on d.id = c."docId" left join "ChunkEmbedding" e on e."chunkId" = c.id
     where d."accountId" = $1 and c.id = any($2::uuid[])`,
  parameters: { accountId: "uuid", ids: "uuid[]" },
  row: z.object({
    id: z.string(),
    docId: z.string(),
    agentId: z.string().nullable(),
    userId: z.string().nullable(),
    indexId: z.string().nullable(),
    sessionId: z.string().nullable(),
    projectId: z.string().nullable(),
    title: z.string(),
    metadata: z.record(z.string(), z.unknown()).nullable(),
    index: z.number(),
    content: z.string(),
    pageFrom: z.number().nullable(),
    pageTo: z.number().nullable(),
    startChar: z.number().nullable(),
    endChar: z.number().nullable(),
    headings: z.array(z.string()),
    // Plain numbers, as answers have them.
    vector: StoredVector.transform((vector) => Array.from(vector)).nullable(),
  }),
});
