import { z } from "zod";
import { statement } from "./statement.ts";

// By hand: counts beside what is counted, texts by their places, and names compared letter by letter.

const IndexRow = z.object({
  id: z.string(),
  projectId: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
  ready: z.number(),
  pending: z.number(),
  failed: z.number(),
  size: z.number(),
});

/** Indexes of an account, of a project or of these ids alone where they are given, each with what is in it. */
export const listIndexRows = statement({
  name: "list-indexes",
  text: `select i.id, i."projectId", i.name, i.description, i."createdAt", i."updatedAt", c.ready, c.pending, c.failed, c.size
     from "Index" i cross join lateral (
       select count(*) filter (where d.state = 'ready')::int as ready,
         count(*) filter (where d.state = 'pending')::int as pending,
         count(*) filter (where d.state = 'failed')::int as failed, coalesce(sum(f.size), 0)::float8 as size
       from "Doc" d left join "File" f on f.id = d."fileId" where d."indexId" = i.id) c
     where i."accountId" = $1 and ($2::uuid is null or i."projectId" = $2) and ($3::uuid[] is null or i.id = any($3))
     order by i."createdAt" desc, i.id desc offset $4 limit $5`,
  parameters: { accountId: "uuid", projectId: "uuid?", ids: "uuid[]?", offset: "int8", limit: "int8" },
  row: IndexRow,
});

/** Sets the indexes of an agent of an account, in order; those that are not the account's are left out. */
export const setAgentIndexRows = statement({
  name: "set-agent-indexes",
  text: `with agent as (select id from "Agent" where id = $1 and "accountId" = $2), living as materialized (
       -- Held: one that is deleted meanwhile is left out.
       select id from "Index" where id = any($3::uuid[]) and "accountId" = $2 order by id for key share
     ), wanted as (
       select living.id, w.n::int as n from agent, unnest($3::uuid[]) with ordinality w(id, n) join living on living.id = w.id
     ), gone as (
       delete from "AgentIndex" x using agent where x."agentId" = agent.id and x."indexId" <> all($3::uuid[])
     )
     insert into "AgentIndex" ("agentId", "indexId", position) select $1, id, n from wanted
     on conflict ("agentId", "indexId") do update set position = excluded.position returning "indexId" as id`,
  parameters: { agentId: "uuid", accountId: "uuid", ids: "uuid[]" },
  row: z.object({ id: z.string() }),
});

/** Deletes an index of an account, of a project where it is given. */
export const deleteIndexRow = statement({
  name: "delete-index",
  text: `delete from "Index" where id = $1 and "accountId" = $2 and ($3::uuid is null or "projectId" = $3) returning id`,
  parameters: { id: "uuid", accountId: "uuid", projectId: "uuid?" },
  row: z.object({ id: z.string() }),
});

const Piece = z.object({
  id: z.string(),
  position: z.number(),
  content: z.string(),
  startChar: z.number().nullable(),
  endChar: z.number().nullable(),
  pageFrom: z.number().nullable(),
  pageTo: z.number().nullable(),
  headings: z.array(z.string()),
});
export type PieceRow = Readonly<z.output<typeof Piece>>;

const PIECE = `c.id, c.position, c.content, c."startChar", c."endChar", c."pageFrom", c."pageTo", c.headings`;

/** Pieces of a doc that can be read, in their order: those behind a position that end behind a place in its text. */
export const readPieceRows = statement({
  name: "read-pieces",
  text: `select ${PIECE} from "DocChunk" c join "Doc" d on d.id = c."docId"
     where d.id = $1 and d."accountId" = $2 and d.state <> 'pending' and c.position > $3
       and (c."endChar" is null or c."endChar" > $4)
     order by c.position limit $5`,
  parameters: { docId: "uuid", accountId: "uuid", after: "int4", from: "int4", limit: "int8" },
  row: Piece,
});

/** A piece of a doc by its id, with those around it, in their order. */
export const readAroundRows = statement({
  name: "read-around-piece",
  text: `select ${PIECE} from "DocChunk" here join "Doc" d on d.id = here."docId"
     join "DocChunk" c on c."docId" = d.id and c.position between here.position - $4::int and here.position + $4::int
     where here.id = $1 and d.id = $2 and d."accountId" = $3 and d.state <> 'pending' order by c.position`,
  parameters: { pieceId: "uuid", docId: "uuid", accountId: "uuid", around: "int4" },
  row: Piece,
});

/** Docs of owners that have a text to be read, by name: this one exactly, or one that holds these letters. */
export const findDocsByName = statement({
  name: "find-docs-by-name",
  text: `select d.id, d.title from "Doc" d
     where d."accountId" = $1 and d.state <> 'pending' and (d."agentId" = any($2::uuid[]) or d."userId" = any($3::uuid[])
         or d."indexId" = any($4::uuid[]) or d."sessionId" = any($5::uuid[]) or d."projectId" = any($6::uuid[]))
       and exists (select 1 from "DocChunk" c where c."docId" = d.id)
       and ($7::text is null or d.title = $7) and ($8::text is null or position(lower($8) in lower(d.title)) > 0)
     order by d.title, d.id offset $9 limit $10`,
  parameters: {
    accountId: "uuid",
    agentIds: "uuid[]",
    userIds: "uuid[]",
    indexIds: "uuid[]",
    sessionIds: "uuid[]",
    projectIds: "uuid[]",
    name: "text?",
    part: "text?",
    offset: "int8",
    limit: "int8",
  },
  row: z.object({ id: z.string(), title: z.string() }),
});
