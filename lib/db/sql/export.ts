import { z } from "zod";
import { MESSAGE_COLUMNS, MessageRow } from "./messages.ts";
import { RUN_JSON, RunRow } from "./runs.ts";
import { statement } from "./statement.ts";

// By hand, since a page is cut by its bytes, and since a place between runs is a time and an id.

/**
 * Messages of one branch at positions from one to another, oldest first: as many as stay within a number of bytes, and
 * one at least where there is any.
 */
export const readBranchRows = statement({
  name: "read-branch",
  text: `select ${MESSAGE_COLUMNS} from (
       select x.*, sum(x.bytes) over (order by x.position) as total from (
         select m.*, octet_length(m.parts::text) as bytes
         from "Session" s join "Branch" b on b."sessionId" = s.id and b.id = $3
         join "Message" m on m."branchId" = b.id and m.position between $4 and $5
         where s.id = $1 and s."accountId" = $2 order by m.position limit $6
       ) x
     ) m where m.total - m.bytes < $7 order by m.position`,
  parameters: {
    sessionId: "uuid",
    accountId: "uuid",
    branchId: "uuid",
    from: "int4",
    to: "int4",
    limit: "int8",
    bytes: "int8",
  },
  row: MessageRow,
});

/** Runs of a session behind one of them, in the order in which they were made. */
export const listRunRows = statement({
  name: "list-runs",
  text: `select r."branchId", r.dialect, ${RUN_JSON} as run from "Run" r
     where r."sessionId" = $1 and r."accountId" = $2
       and ($3::timestamptz is null or (r."createdAt", r.id) > ($3::timestamptz, $4::uuid))
     order by r."createdAt", r.id limit $5`,
  parameters: { sessionId: "uuid", accountId: "uuid", afterTime: "timestamptz?", afterId: "uuid?", limit: "int8" },
  row: z.object({ branchId: z.string().nullable(), dialect: z.string(), run: RunRow }),
});
