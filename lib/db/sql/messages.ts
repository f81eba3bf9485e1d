import { z } from "zod";
import { NewMessage } from "../../domain/message.ts";
import { statement } from "./statement.ts";

// By hand, since a line is put together of the segments of its branch.

export const MessageRow = NewMessage.extend({
  position: z.number(),
  branchId: z.string(),
  runId: z.string().nullable(),
  tokenCount: z.number().nullable(),
  tokenizer: z.string().nullable(),
});

/** Segments of the line of a branch under the alias given, itself last. */
export const segmentsOf = (branch: string): string => `cross join lateral (
  select x."branchId", x."from", x."to" from json_to_recordset(${branch}.path) as x("branchId" uuid, "from" int, "to" int)
  union all select ${branch}.id, ${branch}."forkPosition" + 1, 2147483647) seg`;
export const SEGMENTS = segmentsOf("b");

export const MESSAGE_COLUMNS = `m.id, m.role, m.name, m.source, m.parts, m.model, m."createdAt", m.position, m."runId", m."tokenCount",
  m.tokenizer, m."branchId"`;

/** The messages on a part of a line: of the branch given, or the active one. */
export const readLineRows = statement({
  name: "read-line",
  text: `select ${MESSAGE_COLUMNS} from "Session" s join "Branch" b on b.id = coalesce($4, s."activeBranchId") and b."sessionId" = s.id
     ${SEGMENTS} join "Message" m on m."branchId" = seg."branchId"
       and m.position between greatest(seg."from", $3::int) and least(seg."to", $5::int - 1)
     where s.id = $1 and s."accountId" = $2 order by m.position`,
  parameters: { sessionId: "uuid", accountId: "uuid", from: "int4", branchId: "uuid?", upto: "int4" },
  row: MessageRow,
});

/** The system messages on such a part. */
export const readSystemMessageRows = statement({
  name: "read-system-messages",
  text: `select ${MESSAGE_COLUMNS} from "Session" s join "Branch" b on b.id = coalesce($5, s."activeBranchId") and b."sessionId" = s.id
     ${SEGMENTS} join "Message" m on m."branchId" = seg."branchId" and m.role = 'system'
       and m.position between greatest(seg."from", $3::int) and least(seg."to", $4::int - 1)
     where s.id = $1 and s."accountId" = $2 order by m.position`,
  parameters: { sessionId: "uuid", accountId: "uuid", from: "int4", to: "int4", branchId: "uuid?" },
  row: MessageRow,
});

/** What was said on a part of a branch's line. */
export const readStretchRows = statement({
  name: "read-stretch",
  text: `select m.role, m.name, m.parts, m.position, m."branchId"
     from "Session" s join "Branch" b on b.id = $5 and b."sessionId" = s.id ${SEGMENTS}
     join "Message" m on m."branchId" = seg."branchId"
       and m.position between greatest(seg."from", $3::int) and least(seg."to", $4::int - 1)
     where s.id = $1 and s."accountId" = $2 order by m.position`,
  parameters: { sessionId: "uuid", accountId: "uuid", from: "int4", to: "int4", branchId: "uuid" },
  row: MessageRow.pick({ role: true, name: true, parts: true, position: true, branchId: true }),
});

/** The first message of a user on the active line. */
export const findFirstQuestionRow = statement({
  name: "find-first-question",
  text: `select m.parts from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
     join "Message" m on m."branchId" = seg."branchId" and m.role = 'user' and m.position between seg."from" and seg."to"
     where s.id = $1 and s."accountId" = $2 order by m.position limit 1`,
  parameters: { sessionId: "uuid", accountId: "uuid" },
  row: MessageRow.pick({ parts: true }),
});

/** The position of a message on the active line. */
export const findPositionRow = statement({
  name: "find-position",
  text: `select m.position from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
     join "Message" m on m."branchId" = seg."branchId" and m.position between seg."from" and seg."to" and m.id = $3
     where s.id = $1 and s."accountId" = $2`,
  parameters: { sessionId: "uuid", accountId: "uuid", messageId: "uuid" },
  row: z.object({ position: z.number() }),
});

/** The segments of the active line, in order; `at` is its branch. */
export const listSegments = statement({
  name: "list-segments",
  text: `select seg."branchId", seg."from", seg."to" from "Session" s join "Branch" b on b.id = s."activeBranchId"
     ${SEGMENTS} where s.id = $1 and s."accountId" = $2 order by seg."from"`,
  parameters: { sessionId: "uuid", accountId: "uuid" },
  row: z.object({ branchId: z.string(), from: z.number(), to: z.number() }),
});
