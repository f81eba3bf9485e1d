import { z } from "zod";
import { NewMessage } from "../../domain/message.ts";
import { MessageRow, SEGMENTS } from "./messages.ts";
import { RUN_JSON, RunRow } from "./runs.ts";
import { statement, unseen } from "./statement.ts";

const json = (columns: readonly string[]): string => columns.map((name) => `'${name}', m."${name}"`).join(", ");
/** A message under `m` as one JSON value. */
export const MESSAGE_JSON = `json_build_object(${json(Object.keys(MessageRow.shape))})`;

/** A turn that runs, as one JSON value. */
export const Running = z.object({
  runId: z.string(),
  input: z.array(NewMessage).nullable(),
  // Unpacked by who reads them.
  batches: z.array(z.unknown()),
});

const [SOURCES, COVERED] = [unseen("$3", "text[]"), unseen("$6", "int")];

/**
 * A part of the active line with its runs and the turn that runs; no row where the session is gone. By hand, so that
 * all are of one moment.
 */
export const readHistoryRow = statement({
  name: "read-history",
  text: `with places as materialized (
       select m.id from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
       join "Message" m on m."branchId" = seg."branchId" and m.position between seg."from" and seg."to"
       where s.id = $1 and s."accountId" = $2 and (${SOURCES} is null or m.source = any(${SOURCES}))
       order by m.position offset ${unseen("$4", "int8")} limit ${unseen("$5", "int8")}
     ), line as materialized (
       select m."runId", m.position, ${MESSAGE_JSON} as message from "Message" m where m.id in (select id from places)
     )
     select coalesce((select json_agg(message order by position) from line), '[]') as line,
       (select count(*)::int from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
        join "Message" m on m."branchId" = seg."branchId" and m.position between seg."from" and seg."to"
        where s.id = $1 and s."accountId" = $2 and (${SOURCES} is null or m.source = any(${SOURCES}))) as count,
       coalesce((select json_agg(${RUN_JSON}) from "Run" r where r.id in (select "runId" from line)), '[]') as runs,
       (select json_build_object('runId', r.id, 'input', r.input, 'batches', coalesce((
          select json_agg(e.events order by e."seqFrom") from "RunEvent" e where e."runId" = r.id), '[]'))
        from "Run" r where r."sessionId" = $1 and r."accountId" = $2 and r.status = 'running' and r.stores) as running,
       coalesce((select json_agg(m.id order by m.position)
         from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
         join "Message" m on m."branchId" = seg."branchId" and m.position between seg."from" and least(seg."to", ${COVERED})
         where s.id = $1 and s."accountId" = $2 and ${COVERED} is not null), '[]') as covered
     from "Session" here where here.id = $1 and here."accountId" = $2`,
  parameters: {
    sessionId: "uuid",
    accountId: "uuid",
    sources: "text[]?",
    offset: "int8",
    limit: "int8?",
    coveredUpto: "int4?",
  },
  row: z.object({
    line: z.array(MessageRow),
    count: z.number(),
    runs: z.array(RunRow),
    running: Running.nullable(),
    covered: z.array(z.string()),
  }),
});

/** The messages with which a run was asked. By hand, as one JSON value each, like those of the history. */
export const readRunInputRows = statement({
  name: "read-run-input",
  text: `select ${MESSAGE_JSON} as message from "Message" m join "Run" r on r.id = m."runId"
     where m."runId" = $1 and r."accountId" = $2 and m.source = 'api_request' order by m.position`,
  parameters: { runId: "uuid", accountId: "uuid" },
  row: z.object({ message: MessageRow }),
});

/**
 * Gives a session a new, empty branch and deletes the others: with them go their messages, summaries and turns. A title
 * that no person has chosen says what was asked, and the reason of a job what was answered: both go too.
 */
export const clearHistoryRows = statement({
  name: "clear-history",
  text: `with session as (
       update "Session" set "activeBranchId" = $3, switches = 0, "updatedAt" = now(),
         title = case when "titleSource" = 'person' then title end,
         "titleSource" = case when "titleSource" = 'person' then 'person' else 'none' end
       where id = $1 and "accountId" = $2 returning id
     ), branch as (
       insert into "Branch" (id, "sessionId", path) select $3, id, '[]' from session
     ), jobs as (
       update "Job" set reason = '' where "sessionId" in (select id from session)
     ), old as (
       delete from "Branch" where "sessionId" in (select id from session) and id <> $3
     )
     select id from session`,
  parameters: { id: "uuid", accountId: "uuid", branchId: "uuid" },
  row: z.object({ id: z.string() }),
});
