import { z } from "zod";
import { SEGMENTS } from "./messages.ts";
import { statement } from "./statement.ts";

// By hand, since lines are put together of segments, and since a switch must see what a claim has done.

/** A summary that stands for the beginning of a branch's line, the latest of those up to a position. */
export const findReplacementRow = statement({
  name: "find-replacement",
  text: `select u.id, u.text, u."uptoPosition", u."createdAt"
     from "Session" s join "Branch" b on b.id = $3 and b."sessionId" = s.id ${SEGMENTS}
     join "Summary" u on u."branchId" = seg."branchId" and u.replaces
       and u."uptoPosition" between seg."from" and least(seg."to", $4::int)
     where s.id = $1 and s."accountId" = $2 order by u."uptoPosition" desc limit 1`,
  parameters: { sessionId: "uuid", accountId: "uuid", branchId: "uuid", upto: "int4" },
  row: z.object({ id: z.string(), text: z.string(), uptoPosition: z.number(), createdAt: z.date() }),
});

/** How many branches a session has, counted up to a number. */
export const countBranchRow = statement({
  name: "count-branches",
  text: `select count(*)::int as count from (
       select from "Session" s join "Branch" b on b."sessionId" = s.id
       where s.id = $1 and s."accountId" = $2 limit $3::int) counted`,
  parameters: { sessionId: "uuid", accountId: "uuid", upto: "int4" },
  row: z.object({ count: z.number() }),
});

/**
 * Makes a branch the active one of a session that is held, unless a turn runs in it; no row where the session has no
 * such branch. The last run is then that of the line.
 */
export const activateBranchRow = statement({
  name: "activate-branch",
  text: `with wanted as (
       select b.id, exists (
         select 1 from "Run" r where r."sessionId" = s.id and r.status = 'running' and r.stores) as "isBusy",
         (select m."runId" from (select 1) one ${SEGMENTS} join "Message" m on m."branchId" = seg."branchId"
            and m.position = b."nextPosition" - 1 and m.position between seg."from" and seg."to") as "lastRunId"
       from "Session" s join "Branch" b on b."sessionId" = s.id
       where s.id = $1 and s."accountId" = $2 and b.id = $3
     ), moved as (
       update "Session" s set "activeBranchId" = w.id, switches = s.switches + 1, "lastRunId" = w."lastRunId"
       from wanted w where s.id = $1 and not w."isBusy" and s."activeBranchId" <> w.id returning s.switches
     ), marked as (
       update "Branch" b set "shownIn" = moved.switches from moved where b.id = $3
     )
     select "isBusy" from wanted`,
  parameters: { sessionId: "uuid", accountId: "uuid", branchId: "uuid" },
  row: z.object({ isBusy: z.boolean() }),
});

/** The branch of a row, looked up by its id ("offset 0"): a planner that expects many rows would read all there are. */
const branchOf = (row: string): string =>
  `select b.id, b."createdAt", b."nextPosition", b."shownIn" from "Branch" b where b.id = ${row}.id offset 0`;

/**
 * The alternatives at each position of the active line, from one position to before another, where there are several:
 * of the latest positions, and of each those that were made next before and after the one on the line.
 *
 * `forks` are the branches that leave the line or that it has taken: those from a message, and those from the
 * beginning. `members` are with them the branches that they leave, where these go on. Branches without a message count
 * while they are the active one, since their turn runs. `tree` holds for each alternative beside the line all branches
 * that pass through it: they lie apart, so that each is looked at once.
 */
export const listForkRows = statement({
  name: "list-forks",
  text: `with recursive line as materialized (
       select b.id as tip, b."sessionId", seg."branchId", seg."from", seg."to"
       from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
       where s.id = $1 and s."accountId" = $2
     ), forks as materialized (
       select d.id, d."forkPosition" + 1 as position, d."parentId" as holder
       from line join "Branch" d on d."parentId" = line."branchId"
         and d."forkPosition" between greatest(line."from", $3::int - 1) and least(line."to", $4::int - 2)
       union all
       select d.id, 0, null from "Branch" d
       where d."forkPosition" = -1 and $3::int <= 0 and $4::int > 0 and d."sessionId" = $1 and exists (select 1 from line)
     ), members as (
       select id, position, false as "isOwn" from forks
       union all select distinct holder, position, true from forks where holder is not null
     ), numbered as (
       select b.id, b."createdAt", m.position, exists (select 1 from line
           where line."branchId" = b.id and m.position between line."from" and line."to") as "isShown",
         row_number() over (partition by m.position order by m."isOwn" desc, b."createdAt", b.id)::int as number,
         count(*) over (partition by m.position)::int as count
       from members m cross join lateral (${branchOf("m")}) b
       where b."nextPosition" > m.position or b.id in (select tip from line)
     ), placed as (
       select n.*, max(number) filter (where "isShown") over (partition by position) as shown,
         dense_rank() over (order by position desc) as rank
       from numbered n where count > 1
     ), chosen as materialized (
       select * from placed where rank <= $5 and abs(number - shown) <= $6::int
     ), tree as (
       select position, number, id from chosen where not "isShown"
       union all
       select t.position, t.number, d.id from tree t
       join "Branch" d on d."parentId" = t.id and d."forkPosition" >= t.position
     ), latest as (
       select distinct on (t.position, t.number) t.position, t.number, b.id
       from tree t cross join lateral (${branchOf("t")}) b
       order by t.position, t.number, b."shownIn" desc, b."createdAt" desc, b.id desc
     )
     select c.position, c.number, c.count, c."isShown",
       coalesce(l.id, (select tip from line limit 1)) as "branchId",
       coalesce(m.id::text, r.input->0->>'id') as "messageId", coalesce(m."createdAt", c."createdAt") as "createdAt"
     from chosen c left join latest l on l.position = c.position and l.number = c.number
     left join "Message" m on m."branchId" = c.id and m.position = c.position
     left join "Run" r on m.id is null and r."branchId" = c.id and r.status = 'running' and r.stores
     order by c.position, c.number`,
  parameters: {
    sessionId: "uuid",
    accountId: "uuid",
    from: "int4",
    upto: "int4",
    mostForks: "int8",
    mostBeside: "int4",
  },
  row: z.object({
    position: z.number(),
    number: z.number(),
    count: z.number(),
    isShown: z.boolean(),
    branchId: z.string(),
    messageId: z.string().nullable(),
    createdAt: z.date(),
  }),
});
