import { z } from "zod";
import { fromBytes } from "../vector-bytes.ts";
import { type ParameterType, statement, unseen } from "./statement.ts";

// By hand for what Prisma has no words for: ranks of words, fingerprints, and metadata that contain an object.

/**
 * Of a doc that is being read, or could not be, nothing is found. Where no metadata are asked for, a planner that knows
 * the values sees that all docs have them; else it takes them for one in a hundred.
 */
export const IN_SCOPE = `d."accountId" = $1 and d.state <> 'pending' and (d."agentId" = any($2::uuid[]) or d."userId" = any($3::uuid[])
  or d."indexId" = any($4::uuid[]) or d."sessionId" = any($5::uuid[]) or d."projectId" = any($6::uuid[]))
  and ($7::jsonb = '{}' or coalesce(d.metadata, '{}') @> $7::jsonb) and ($8::uuid[] is null or d.id = any($8::uuid[]))`;
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
 * Words as conditions of text search, each in the forms of a language, and an empty text for one that says nothing; how
 * many pieces are in scope, or `most` where there are more; and how many bytes the pieces of everybody take.
 */
export const searchTermRows = statement({
  name: "search-terms",
  text: `select array(
       select coalesce(to_tsquery('simple', case when length(stem) < 3 then '''' || w || ''' | ''' || stem || ''''
         when starts_with(w, stem) then '''' || stem || ''':*'
         else '''' || w || ''':* | ''' || stem || ''':*' end)::text, '')
       from (select w, n, (tsvector_to_array(to_tsvector($9::regconfig, w)))[1] as stem
         from unnest($10::text[]) with ordinality x(w, n) offset 0) y order by n) as queries,
     (select count(*)::int from (select 1 from "Doc" d join "DocChunk" c on c."docId" = d.id where ${IN_SCOPE} limit $11) x) as pieces,
     pg_relation_size('"DocChunk"')::float8 as bytes`,
  parameters: { ...scope, language: "regconfig", words: "text[]", most: "int8" },
  row: z.object({ queries: z.array(z.string()), pieces: z.number(), bytes: z.number() }),
});

/**
 * In how many pieces of a sample of everybody's a word stands, for the words that `least` of them have, how many pieces
 * the sample has, and how many of all the pieces it is of one. It has so many blocks of the table, and always the same.
 */
export const sampleWordRows = statement({
  name: "sample-words",
  text: `with part as materialized (
       select least(100, 100.0 * $1::int4 / greatest(1, pg_relation_size('"DocChunk"') / current_setting('block_size')::int))::float4 as percent
     ), pieces as materialized (
       select count(*)::float8 as pieces from part cross join lateral (
         select 1 from "DocChunk" tablesample system (part.percent) repeatable (7)) x
     )
     select w.word, w.ndoc::float8 as found, pieces.pieces, part.percent::float8 / 100 as part
     from part cross join pieces cross join lateral ts_stat(format(
       'select search from "DocChunk" tablesample system (%s) repeatable (7)', part.percent)) w
     where w.ndoc >= $2 order by w.ndoc desc limit $3`,
  parameters: { blocks: "int4", least: "int4", limit: "int8" },
  row: z.object({ word: z.string(), found: z.number(), pieces: z.number(), part: z.number() }),
});

/**
 * Pieces that are gathered and have any of the terms, best first, with a score of 0 to 1; how many were gathered, and
 * how many by the first condition.
 *
 * A term counts for more the fewer pieces have it, and somewhat more where a piece says it often or says little else,
 * as in BM25. `shares` says which share of `pieces` has a term at the least; where `pieces` is null, all in scope are
 * gathered.
 */
const ranked = <const Own extends Readonly<Record<string, ParameterType>>>(name: string, gathered: string, own: Own) =>
  statement({
    name,
    text: `with docs as materialized (
        select d.id from "Doc" d where ${IN_SCOPE}
      ), found as materialized (${gathered}), texts as materialized (
        select id, search || '' as search, length(search)::float8 as size from (select distinct on (id) id, search from found) x
      ), terms as materialized (
        select n::int as n, q::tsquery as q, share from unnest($9::text[], $10::float8[]) with ordinality t(q, share, n)
      ), matched as materialized (
        select t.id, t.size, w.n, ts_rank(t.search, w.q) as rank from terms w join texts t on t.search @@ w.q
      ), weights as materialized (
        select w.n, ln(1 + coalesce($11::float8, (select count(distinct id) from matched))
          / greatest(1, coalesce(m.pieces, 0), w.share * coalesce($11::float8, 0))) as weight
        from terms w left join (select n, count(*) as pieces from matched group by n) m using (n)
      ), scored as (
        select m.id, sum(w.weight * (1 + 1.2 * least(1, greatest(0, m.rank / 0.0607927 - 1) / 0.645)))
          / (0.75 + 0.25 * m.size / greatest(1, (select avg(size) from texts))) as found
        from matched m join weights w using (n) group by m.id, m.size
      )
      select id, least(1, found / (2.2 * (select sum(weight) from weights)))::float8 as score,
        (select count(*)::int from found) as gathered, (select count(*)::int from found where n = 1) as first
      from scored order by found desc, id limit $12`,
    parameters: { ...scope, terms: "text[]", shares: "float8[]", pieces: "float8?", limit: "int8", ...own },
    isPlannedAnew: true,
    row: z.object({ id: z.string(), score: z.number(), gathered: z.number(), first: z.number() }),
  });

/**
 * Of a scope of many pieces: those that meet conditions, the first ones first, so many of each, until there are `most`.
 */
export const searchWordRows = ranked(
  "search-words",
  // Each list is made by itself ("offset 0") and by a table of hashes ("is true"): the planner, which does not know how
  // many docs are in scope, would else ask the index of words anew for each of them. No list is begun that is not
  // needed.
  `select x.id, x.search, r.n from unnest($13::text[]) with ordinality r(q, n) cross join lateral (
     select c.id, c.search from (select id, "docId", search from "DocChunk" where search @@ r.q::tsquery offset 0) c
     where (c."docId" in (select id from docs)) is true limit $14) x limit $15`,
  { conditions: "text[]", each: "int8", most: "int8" },
);

/** Of a scope of few pieces: all of them. */
export const searchFewWordRows = ranked(
  "search-few-words",
  `select c.id, c.search, 1 as n from docs join "DocChunk" c on c."docId" = docs.id`,
  {},
);

/**
 * The words of the next pieces behind a place, each once, and the place of the last of these pieces: so many pieces, of
 * no more words than `words` but for the first. The latest docs come first. No row: there are no more.
 */
export const listWordRows = statement({
  name: "list-words",
  text: `with docs as materialized (
       select d.id from "Doc" d where ${IN_SCOPE} and d.id <= $9 order by d.id desc
     ), pieces as materialized (
       select c.* from docs cross join lateral (
         select c."docId", c.position, c.search from "DocChunk" c
         where c."docId" = docs.id and (docs.id < $9 or c.position > $10) order by c.position) c limit $11
     ), counted as materialized (
       select *, row_number() over place as n, sum(length(search)) over place as words
       from pieces window place as (order by "docId" desc, position)
     ), told as materialized (select * from counted where n = 1 or words <= $12)
     select "docId", position, array_to_string(array(select distinct unnest(tsvector_to_array(search)) from told), E'\\n') as words
     from (select "docId", position from told order by n desc limit 1) last`,
  parameters: { ...scope, docId: "uuid", position: "int4", limit: "int8", words: "int8" },
  // As one text: a list of thousands takes its parser a tenth of a second when it is new to it. No word has the end of
  // a line.
  row: z.object({ docId: z.string(), position: z.number(), words: z.string().transform((text) => text.split("\n")) }),
});

/** Pieces that meet any of some conditions, those of the first ones first, and which it was, from 1 on. */
export const findMeetingRows = statement({
  name: "find-meeting",
  // As "search-words" does.
  text: `with docs as materialized (select d.id from "Doc" d where ${IN_SCOPE})
     select x.id, r.n::int from unnest($9::text[]) with ordinality r(q, n) cross join lateral (
       select c.id from (select id, "docId" from "DocChunk" where search @@ r.q::tsquery offset 0) c
       where (c."docId" in (select id from docs)) is true limit $10) x limit $10`,
  parameters: { ...scope, conditions: "text[]", limit: "int8" },
  row: z.object({ id: z.string(), n: z.number() }),
});

/** The pieces that a model has embedded whose fingerprints are most alike to one. */
export const nearestChunkRows = statement({
  name: "nearest-chunks",
  text: `select c.id from "Doc" d join "DocChunk" c on c."docId" = d.id join "ChunkEmbedding" e on e."chunkId" = c.id
     where ${IN_SCOPE} and e.model = $9
     order by coalesce(bit_count(e.fingerprint # $10::varbit), 0), c.id limit $11`,
  parameters: { ...scope, model: "text", print: "varbit", limit: "int8" },
  isPlannedAnew: true,
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
     join "Doc" d on d.id = c."docId" where d."accountId" = $1 and c.id = any(${unseen("$2", "uuid[]")})`,
  parameters: { accountId: "uuid", ids: "uuid[]" },
  row: z.object({ id: z.string(), vector: StoredVector }),
});

/** Pieces, each with its doc. */
export const findChunkRows = statement({
  name: "find-chunks",
  text: `select c.id, c."docId", d."agentId", d."userId", d."indexId", d."sessionId", d."projectId", d.title, d.metadata, c.position as index, c.content,
       c."pageFrom", c."pageTo", c."startChar", c."endChar", c.headings, e.vector
     from "DocChunk" c join "Doc" d on d.id = c."docId" left join "ChunkEmbedding" e on e."chunkId" = c.id
     where d."accountId" = $1 and c.id = any(${unseen("$2", "uuid[]")})`,
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
