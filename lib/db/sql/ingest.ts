import { z } from "zod";
import { statement } from "./statement.ts";

// What a job does to its doc. By hand for the fence: each holds the job's row first, so that nothing of a process that
// has lost its job comes behind the one that has it now.

const HELD = `held as materialized (
  select id from "Job" where id = $1 and "leaseOwner" = $2 and state = 'in_progress' for no key update
)`;
const hold = { jobId: "uuid", owner: "text" } as const;
const Id = z.object({ id: z.string() });

/** How many jobs of an account are open. */
export const countOpenJobs = statement({
  name: "count-open-jobs",
  text: `select count(*)::int as open from "Job" where "accountId" = $1 and input is not null
     and state in ('pending', 'retrying', 'in_progress')`,
  parameters: { accountId: "uuid" },
  row: z.object({ open: z.number() }),
});

/** Enters a doc of a file and the job that reads it, unless its owner has one of this title and content. */
export const insertFileDocRow = statement({
  name: "insert-file-doc",
  text: `with doc as (
       insert into "Doc" (id, "accountId", "agentId", "userId", "indexId", "sessionId", "projectId", "fileId", title,
         "contentHash", state, metadata, "readAs")
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', $11, $12) on conflict do nothing returning id
     )
     insert into "Job" (id, "accountId", "docId", kind, state, input)
     select $13, $2, doc.id, 'ingest', 'pending', '{}' from doc returning "docId" as id`,
  parameters: {
    id: "uuid",
    accountId: "uuid",
    agentId: "uuid?",
    userId: "uuid?",
    indexId: "uuid?",
    sessionId: "uuid?",
    projectId: "uuid?",
    fileId: "uuid",
    title: "text",
    contentHash: "text",
    metadata: "jsonb",
    readAs: "text",
    jobId: "uuid",
  },
  row: Id,
});

/** Has a failed doc of a file read again. */
export const readAgainRow = statement({
  name: "read-doc-again",
  text: `with doc as (
       update "Doc" set state = 'pending', reason = '', "fileId" = $3, "readAs" = $5 where id = $1 and "accountId" = $2 and state = 'failed'
         and not exists (select 1 from "DocChunk" c where c."docId" = $1) returning id
     )
     insert into "Job" (id, "accountId", "docId", kind, state, input)
     select $4, $2, doc.id, 'ingest', 'pending', '{}' from doc returning "docId" as id`,
  parameters: { id: "uuid", accountId: "uuid", fileId: "uuid", jobId: "uuid", readAs: "text" },
  row: Id,
});

/**
 * Has the failed docs of an owner read again, the earliest first: those of files that nobody has cancelled; where one
 * doc is named, that one alone, whoever has cancelled it. One that has pieces was read, and waits to be embedded alone.
 */
export const readFailedAgainRows = statement({
  name: "read-docs-again",
  text: `with failed as (
       select d.id, exists (select 1 from "DocChunk" c where c."docId" = d.id) as "isRead"
       from "Doc" d where d."accountId" = $1 and $2 in (d."agentId", d."userId", d."indexId", d."sessionId", d."projectId")
         and d.state = 'failed' and d."fileId" is not null
         and (d.id = $4 or ($4 is null and coalesce(
           (select j.state from "Job" j where j."docId" = d.id order by j."createdAt" desc, j.id desc limit 1), '') <> 'aborted'))
       order by d."createdAt", d.id limit $3 for no key update of d
     ), doc as (
       update "Doc" d set state = case when failed."isRead" then 'ready' else 'pending' end, reason = ''
       from failed where d.id = failed.id returning d.id, failed."isRead"
     ), job as (
       insert into "Job" (id, "accountId", "docId", kind, state, input)
       select gen_random_uuid(), $1, doc.id, 'ingest', 'pending', '{}' from doc where not doc."isRead"
     )
     select id from doc`,
  parameters: { accountId: "uuid", ownerId: "uuid", most: "int8", docId: "uuid?" },
  row: Id,
});

/**
 * How many docs an owner has, and how many characters those come to that were made of files of its account. One that is
 * still to be read counts as its file, and each as a few: it has its rows.
 */
export const sumDocs = statement({
  name: "sum-docs",
  text: `select count(*) filter (where $2 in (d."agentId", d."userId", d."indexId", d."sessionId", d."projectId"))::int as docs,
       coalesce(sum(greatest(2000, coalesce(d.characters, case d.state when 'pending' then least(f.size, $3) end)))
         filter (where d."fileId" is not null), 0)::float8 as characters
     from "Doc" d left join lateral (select x.size from "File" x where x.id = d."fileId" offset 0) f on true
     where d."accountId" = $1`,
  parameters: { accountId: "uuid", ownerId: "uuid", most: "int4" },
  row: z.object({ docs: z.number(), characters: z.number() }),
});

/** Enters jobs for docs that wait to be read and have none: what ended theirs did not come to the end. */
export const takeUpLostDocRows = statement({
  name: "take-up-lost-docs",
  text: `insert into "Job" (id, "accountId", "docId", kind, state, input)
     select gen_random_uuid(), d."accountId", d.id, 'ingest', 'pending', '{}' from "Doc" d
     where d.state = 'pending' and d."fileId" is not null and not exists (select 1 from "Job" j where j."docId" = d.id
       and j.input is not null and j.state in ('pending', 'retrying', 'in_progress'))
     limit $1`,
  parameters: { most: "int8" },
});

/** Removes the pieces of the doc of a job. */
export const clearPieceRows = statement({
  name: "clear-pieces",
  text: `with ${HELD}, gone as (delete from "DocChunk" where "docId" = $3 and exists (select 1 from held))
     select id from held`,
  parameters: { ...hold, docId: "uuid" },
  row: Id,
});

/** Adds pieces to the doc of a job, and says how far it is. */
export const insertPieceRows = statement({
  name: "insert-pieces",
  text: `with ${HELD}, added as (
       insert into "DocChunk" (id, "docId", position, content, "pageFrom", "pageTo", "startChar", "endChar", headings, tokens)
       select x.id, $3, x.position, x.content, x."pageFrom", x."pageTo", x."startChar", x."endChar",
         array(select jsonb_array_elements_text(x.headings)), x.tokens
       from held, jsonb_to_recordset($4) x(id uuid, position int, content text, "pageFrom" int, "pageTo" int,
         "startChar" int, "endChar" int, headings jsonb, tokens int)
     ), told as (
       update "Job" set progress = greatest(progress, $5), "updatedAt" = now() where id in (select id from held)
     )
     select id from held`,
  parameters: { ...hold, docId: "uuid", pieces: "jsonb", progress: "int4" },
  row: Id,
});

const ENDING = (name: string) => `lower(substring(${name} from '[^./\\\\]*$'))`;

/** The doc of the account of a doc that was read of the same file, as the same kind, and how many pieces it has. */
export const findTwinRow = statement({
  name: "find-twin",
  text: `select o.id, o.characters, o.pages, o."emptyPages",
       (select coalesce(max(c.position) + 1, 0) from "DocChunk" c where c."docId" = o.id) as pieces
     from "Doc" d join "Doc" o on o."fileId" = d."fileId" and o."accountId" = d."accountId"
       and ${ENDING('o."readAs"')} = ${ENDING('d."readAs"')}
     where d.id = $1 and o.id <> d.id and o.state = 'ready' and o.characters is not null
     order by o."createdAt", o.id limit 1`,
  parameters: { docId: "uuid" },
  row: z.object({
    id: z.string(),
    characters: z.number(),
    pages: z.number().nullable(),
    emptyPages: z.number().nullable(),
    pieces: z.number(),
  }),
});

/**
 * Copies pieces of a doc of the same account to the doc of a job: those at positions from `from` to before `to`. Says
 * how far the job is.
 */
export const copyPieceRows = statement({
  name: "copy-pieces",
  text: `with ${HELD}, twin as materialized (
       select o.id from held, "Doc" d join "Doc" o on o."accountId" = d."accountId"
       where d.id = $3 and o.id = $4 and o.state = 'ready'
     ), copied as (
       insert into "DocChunk" (id, "docId", position, content, "pageFrom", "pageTo", "startChar", "endChar", headings, tokens)
       select gen_random_uuid(), $3, c.position, c.content, c."pageFrom", c."pageTo", c."startChar", c."endChar", c.headings,
         c.tokens from twin join "DocChunk" c on c."docId" = twin.id and c.position >= $5 and c.position < $6
     ), told as (
       update "Job" set progress = greatest(progress, $7), "updatedAt" = now() where id = $1 and exists (select 1 from twin)
     )
     select id from twin`,
  parameters: { ...hold, docId: "uuid", twinId: "uuid", from: "int4", to: "int4", progress: "int4" },
  row: Id,
});

/** Ends a job together with its doc, which has all its pieces, or none. */
export const endIngestRow = statement({
  name: "end-ingest",
  text: `with ended as (
       update "Job" set state = case when $4 = 'ready' then 'succeeded' else $7 end, reason = $5, "leaseUntil" = null,
         progress = case when $4 = 'ready' then 100 else progress end, "updatedAt" = now()
       where id = $1 and "leaseOwner" = $2 and state = 'in_progress' returning id
     ), gone as (
       delete from "DocChunk" where "docId" = $3 and $4 <> 'ready' and exists (select 1 from ended)
     ), doc as (
       update "Doc" set state = $4, reason = $5, characters = $6, pages = $8, "emptyPages" = $9
       where id = $3 and exists (select 1 from ended)
     )
     select id from ended`,
  parameters: {
    ...hold,
    docId: "uuid",
    state: "text",
    reason: "text",
    characters: "int4?",
    jobState: "text",
    pages: "int4?",
    emptyPages: "int4?",
  },
  row: Id,
});
