import { z } from "zod";
import { fromBytes } from "../vector-bytes.ts";
import { statement } from "./statement.ts";

// By hand for what Prisma has no words for: ranks of words, fingerprints, and metadata that contain an object.

/** Of a doc that is being read, or could not be, nothing is found. */
export const IN_SCOPE = `d."accountId" = $1 and d.state <> 'pending' and (d."agentId" = any($2::uuid[]) or d."userId" = any($3::uuid[])
  or d."indexId" = any($4::uuid[]) or d."sessionId" = any($5::uuid[]) or d."projectId" = any($6::uuid[]))
  and coalesce(d.metadata, '{}') @> $7::jsonb and ($8::uuid[] is null or d.id = any($8::uuid[]))`;
/** The parameters of that condition. */
const scope = {
  accountId: "uuid",
  agentIds: "uuid[]",
  userIds: "uuid[]",
  indexIds: "uuid[]",
  sessionIds: "uuid[]",
  projectIds: "uuid[]",
  metadataFilter: "jsonb",
  docIds: "uuid[]?",
} as const;

/** Their names, in their order. */
export const SCOPE = [
  "accountId",
  "agentIds",
  "userIds",
  "indexIds",
  "sessionIds",
  "projectIds",
  "metadataFilter",
  "docIds",
] as const satisfies readonly (keyof typeof scope)[];

/** How many pieces are in scope, or `most` where there are more. */
export const countPieceRows = statement({
  name: "count-pieces",
  text: `select count(*)::int as pieces from (
      select 1 from "Doc" d join "DocChunk" c on c."docId" = d.id where ${IN_SCOPE} limit $9) x`,
  parameters: { ...scope, most: "int8" },
  row: z.object({ pieces: z.number() }),
});

/**
 * Pieces that have any of the terms, best first, with a score of 0 to 1. `hits` finds `$13` pieces that have a term.
 *
 * A term counts for more the fewer pieces have it, and somewhat more where a piece says it often or says little else, as in
 * BM25. A term that many pieces have is not looked up in all of them, but those that have all terms are. Only the texts of
 * the best by the terms that they have are read.
 */
const ranked = (name: string, hits: (condition: string) => string) =>
  statement({
    name,
    text: `with docs as materialized (
        select d.id from "Doc" d where ${IN_SCOPE}
      ), words as materialized (
        select w, (tsvector_to_array(to_tsvector($9::regconfig, w)))[1] as stem from unnest($10::text[]) x(w)
      ), terms as materialized (
        select row_number() over ()::int as n, q from (
          select to_tsquery('simple', case when length(stem) < 3 then '''' || w || ''' | ''' || stem || ''''
            when starts_with(w, stem) then '''' || stem || ''':*'
            else '''' || w || ''':* | ''' || stem || ''':*' end) as q
          from words where stem is not null
          union all select t::tsquery from unnest($11::text[]) y(t)) z
      ), whole as materialized (
        select string_agg('(' || q::text || ')', ' & ')::tsquery as q, count(*) as size from terms
      ), hits as materialized (
        select t.n, x.id from terms t cross join lateral (${hits("t.q")}) x
        union
        select t.n, x.id from whole w cross join lateral (${hits("w.q")}) x cross join terms t where w.size > 1
      ), counted as (
        select n, count(*) as pieces from hits group by n
      ), weights as materialized (
        select t.n, t.q, coalesce(c.pieces, 0) as pieces,
          ln(1 + (select count(distinct id) from hits)::float8 / greatest(coalesce(c.pieces, 0), 1)) as weight
        from terms t left join counted c using (n)
      ), best as materialized (
        select h.id, sum(w.weight) as found from hits h join weights w using (n)
        group by h.id order by found desc, h.id limit $12
      ), texts as materialized (
        select c.id, c.search, length(c.search)::float8 as size from best b join "DocChunk" c on c.id = b.id
      ), scored as (
        select t.id, sum(w.weight * (1 + 1.2 * least(1, greatest(0, ts_rank(t.search, w.q) / 0.0607927 - 1) / 0.645)))
          / (0.75 + 0.25 * t.size / greatest(1, (select avg(size) from texts))) as found
        from texts t join weights w on t.search @@ w.q group by t.id, t.size
      )
      select id, least(1, found / (2.2 * (select sum(weight) from weights)))::float8 as score,
        (select bool_and(pieces >= $13) from weights where pieces > 0) as "isPartial"
      from scored order by found desc, id limit $14`,
    parameters: {
      ...scope,
      language: "regconfig",
      words: "text[]",
      exact: "text[]",
      ranked: "int8",
      most: "int8",
      limit: "int8",
    },
    row: z.object({ id: z.string(), score: z.number(), isPartial: z.boolean() }),
  });

// Each list is made by itself ("offset 0") and by a table of hashes ("is true"): the planner, which does not know how many docs
// are in scope, would else ask the index of words anew for each of them.

/** For a scope of many pieces: the index of words is asked first. */
export const searchWordRows = ranked(
  "search-words",
  (condition) => `select c.id from (select id, "docId" from "DocChunk" where search @@ ${condition} offset 0) c
    where (c."docId" in (select id from docs)) is true limit $13`,
);

/** For a scope of few pieces, whose words are compared one by one: the index has everybody's. */
export const searchFewWordRows = ranked(
  "search-few-words",
  (condition) => `select p.id from (select c.id, c.search from docs join "DocChunk" c on c."docId" = docs.id offset 0) p
    where p.search @@ ${condition} limit $13`,
);

/** The beginnings of the latest pieces. */
export const listBeginningRows = statement({
  name: "list-beginnings",
  // The inner list is sorted before any text is cut.
  text: `select p.id, left(p.content, $9) as content from (
       select c.id, c.content from "DocChunk" c join "Doc" d on d.id = c."docId" where ${IN_SCOPE}
       order by d."createdAt" desc, c.id offset $10 limit $11) p`,
  parameters: { ...scope, characters: "int4", from: "int8", limit: "int8" },
  row: z.object({ id: z.string(), content: z.string() }),
});

/** The pieces that a model has embedded whose fingerprints are most alike to one. */
export const nearestChunkRows = statement({
  name: "nearest-chunks",
  text: `select c.id from "Doc" d join "DocChunk" c on c."docId" = d.id join "ChunkEmbedding" e on e."chunkId" = c.id
     where ${IN_SCOPE} and e.model = $9
     order by coalesce(bit_count(e.fingerprint # $10::varbit), 0), c.id limit $11`,
  parameters: { ...scope, model: "text", print: "varbit", limit: "int8" },
  row: z.object({ id: z.string() }),
});

/** Of the latest docs those whose last piece a model has not embedded. */
export const listUnembeddedDocRows = statement({
  name: "list-unembedded-docs",
  text: `select d.id from (select d.id from "Doc" d where ${IN_SCOPE} order by d."createdAt" desc limit $10) d
     cross join lateral (select c.id from "DocChunk" c where c."docId" = d.id order by c.position desc limit 1) c
     left join "ChunkEmbedding" e on e."chunkId" = c.id and e.model = $9 where e."chunkId" is null`,
  parameters: { ...scope, model: "text", latest: "int8" },
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
