import { z } from "zod";
import { MESSAGE_JSON, Running } from "./history.ts";
import { MessageRow, SEGMENTS } from "./messages.ts";
import { RUN_JSON, RunRow } from "./runs.ts";
import { RecalledRow, recalledFor } from "./sources.ts";
import { statement, unseen } from "./statement.ts";

// Each segment gives its messages by its own index, so that a window costs the same wherever it lies.

/** The segments of a line: of the branch `$3`, or the active one. */
const LINE = `seg as materialized (
       select b.id as "lineId", seg."branchId", seg."from", seg."to" from "Session" s
       join "Branch" b on b.id = coalesce($3, s."activeBranchId") and b."sessionId" = s.id ${SEGMENTS}
       where s.id = $1 and s."accountId" = $2
     )`;

const [BEFORE, TURNS, MESSAGES] = [unseen("$4", "int"), unseen("$5", "int8"), unseen("$6", "int8")];

/**
 * The last turns of a line before a position, with their runs and, where no position is given, the turn that runs; no
 * row where the session is gone. A turn begins at a message of a user. Of a turn with very many messages the last ones
 * alone. By hand, so that all are of one moment.
 */
export const readWindowRow = statement({
  name: "read-window",
  text: `with ${LINE}, recent as materialized (
       select m.id, m.position, m.role, m.size from seg cross join lateral (
         select x.id, x.position, x.role, pg_column_size(x.parts) as size from "Message" x
         where x."branchId" = seg."branchId"
           and x.position between seg."from" and least(seg."to", coalesce(${BEFORE}, 2147483647) - 1)
         order by x.position desc limit ${MESSAGES}
       ) m order by m.position desc limit ${MESSAGES}
     ), sized as materialized (
       select id, position, role, sum(size) over (order by position desc) as total from recent
     ), starts as materialized (
       select position from sized where role = 'user' and total <= $7 order by position desc limit ${TURNS}
     ), begin as materialized (
       select case
         when (select count(*) from starts) < ${TURNS} and (select count(*) from recent) < ${MESSAGES}
           and (select coalesce(max(total), 0) from sized) <= $7 then (select min(position) from recent)
         else coalesce((select min(position) from starts), (select max(position) from recent where role = 'user'),
           (select min(position) from recent))
       end as position
     ), line as materialized (
       select m."runId", m.position, ${MESSAGE_JSON} as message from "Message" m
       where m.id in (select id from recent where position >= (select position from begin))
     )
     select (select "lineId" from seg limit 1) as "branchId", (select position from begin) as "from",
       coalesce((select json_agg(message order by position) from line), '[]') as line,
       exists (select 1 from seg join "Message" m on m."branchId" = seg."branchId" and m.position between seg."from"
         and least(seg."to", (select position from begin) - 1)) as "hasOlder",
       (select json_build_object('runId', m."runId", 'role', m.role) from seg cross join lateral (
          select x."runId", x.role, x.position from "Message" x where ${BEFORE} is not null and x."branchId" = seg."branchId"
            and x.position between greatest(seg."from", ${BEFORE}) and seg."to" order by x.position limit 1
        ) m order by m.position limit 1) as next,
       coalesce((select json_agg(${RUN_JSON}) from "Run" r where r.id in (select "runId" from line)), '[]') as runs,
       coalesce((select json_agg(x order by x."runId", x.n) from (${recalledFor('select "runId" from line')}) x), '[]')
         as recalled,
       (select json_build_object('runId', r.id, 'input', r.input, 'batches', coalesce((
          select json_agg(e.events order by e."seqFrom") from "RunEvent" e where e."runId" = r.id), '[]'))
        from "Run" r where ${BEFORE} is null and r."sessionId" = $1 and r."accountId" = $2 and r.status = 'running'
          and r.stores) as running
     from "Session" here where here.id = $1 and here."accountId" = $2`,
  parameters: {
    sessionId: "uuid",
    accountId: "uuid",
    branchId: "uuid?",
    before: "int4?",
    turns: "int8",
    messages: "int8",
    bytes: "int8",
  },
  row: z.object({
    branchId: z.string().nullable(),
    from: z.number().nullable(),
    line: z.array(MessageRow),
    hasOlder: z.boolean(),
    next: z.object({ runId: z.string().nullable(), role: z.string() }).nullable(),
    runs: z.array(RunRow),
    recalled: z.array(RecalledRow),
    running: Running.nullable(),
  }),
});

/**
 * The places of questions on a line from a position on, and how each begins. By hand, as a line is put together of
 * segments.
 */
export const readOutlineRows = statement({
  name: "read-outline",
  text: `with ${LINE}
     select m.id, m.position, (select "lineId" from seg limit 1) as "branchId", left((
         select string_agg(part->>'text', ' ') from json_array_elements(m.parts) part where part->>'type' = 'text'
       ), 200) as text
     from seg cross join lateral (
       select x.id, x.position, x.parts from "Message" x where x."branchId" = seg."branchId" and x.role = 'user'
         and x.position between greatest(seg."from", $4::int) and seg."to" order by x.position limit $5
     ) m order by m.position limit $5`,
  parameters: { sessionId: "uuid", accountId: "uuid", branchId: "uuid?", from: "int4", limit: "int8" },
  row: z.object({ id: z.string(), position: z.number(), branchId: z.string(), text: z.string().nullable() }),
});
