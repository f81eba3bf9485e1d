import { z } from "zod";
import { type Message, NewMessage } from "../domain/message.ts";
import type { NewBranch } from "./claims.ts";
import type { Database } from "./database.ts";
import { rows } from "./sql.ts";

export const MessageRow = NewMessage.extend({
  position: z.number(),
  branchId: z.string(),
  runId: z.string().nullable(),
  tokenCount: z.number().nullable(),
  tokenizer: z.string().nullable(),
});

/** Segments of a branch's line, itself last: `b` is the alias of the branch. */
export const SEGMENTS = `cross join lateral (
  select x."branchId", x."from", x."to" from json_to_recordset(b.path) as x("branchId" uuid, "from" int, "to" int)
  union all select b.id, b."forkPosition" + 1, 2147483647) seg`;

const COLUMNS = `m.id, m.role, m.name, m.source, m.parts, m.model, m."createdAt", m.position, m."runId", m."tokenCount",
  m.tokenizer, m."branchId"`;

/** Which part of which line is read. */
export type Stretch = {
  /** The first position. */
  readonly from?: number;
  /** The position after the last; what has come since a look at the line is left out. */
  readonly upto?: number;
  /** The branch whose line it is; null: the active one. */
  readonly branchId?: string | null;
};

/** The messages on a part of a line of a session of the account, oldest first. */
export async function readLine(
  database: Database,
  accountId: string,
  sessionId: string,
  { from = 0, upto = 2_147_483_647, branchId = null }: Stretch = {},
): Promise<Message[]> {
  const found = await rows(
    database,
    `select ${COLUMNS} from "Session" s join "Branch" b on b.id = coalesce($4, s."activeBranchId") and b."sessionId" = s.id
     ${SEGMENTS} join "Message" m on m."branchId" = seg."branchId"
       and m.position between greatest(seg."from", $3::int) and least(seg."to", $5::int - 1)
     where s.id = $1 and s."accountId" = $2 order by m.position`,
    [sessionId, accountId, from, branchId, upto],
  );
  return found.map((row) => MessageRow.parse(row));
}

/** The system messages on a line, as `readLine` gives it, at positions from `from` to before `to`, oldest first. */
export async function readSystemMessages(
  database: Database,
  accountId: string,
  sessionId: string,
  from: number,
  to: number,
  branchId: string | null = null,
): Promise<Message[]> {
  const found = await rows(
    database,
    `select ${COLUMNS} from "Session" s join "Branch" b on b.id = coalesce($5, s."activeBranchId") and b."sessionId" = s.id
     ${SEGMENTS} join "Message" m on m."branchId" = seg."branchId" and m.role = 'system'
       and m.position between greatest(seg."from", $3::int) and least(seg."to", $4::int - 1)
     where s.id = $1 and s."accountId" = $2 order by m.position`,
    [sessionId, accountId, from, to, branchId],
  );
  return found.map((row) => MessageRow.parse(row));
}

/** The position of a message on the active line of a session of the account; null where it is not there. */
export async function findPosition(
  database: Database,
  accountId: string,
  sessionId: string,
  messageId: string,
): Promise<number | null> {
  const [found] = await rows<{ position: number }>(
    database,
    `select m.position from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
     join "Message" m on m."branchId" = seg."branchId" and m.position between seg."from" and seg."to" and m.id = $3
     where s.id = $1 and s."accountId" = $2`,
    [sessionId, accountId, messageId],
  );
  return found?.position ?? null;
}

/** The tip of a session's active branch. */
export type Tip = { readonly branchId: string; readonly nextPosition: number };

/**
 * Where a line forked after position `forkPosition` branches off: from the branch that holds that position.
 *
 * `forkPosition` -1 forks before the first message. Null when the session is gone.
 */
export async function planFork(
  database: Database,
  accountId: string,
  sessionId: string,
  id: string,
  forkPosition: number,
): Promise<NewBranch | null> {
  const segments = await rows<{ branchId: string; from: number; to: number; at: string }>(
    database,
    `select seg."branchId", seg."from", seg."to", b.id as at from "Session" s join "Branch" b on b.id = s."activeBranchId"
     ${SEGMENTS} where s.id = $1 and s."accountId" = $2 order by seg."from"`,
    [sessionId, accountId],
  );
  const [first] = segments;
  if (!first) return null;
  const path = segments
    .filter((segment) => segment.from <= forkPosition)
    .map(({ branchId, from, to }) => ({ branchId, from, to: Math.min(to, forkPosition) }));
  return { id, parentId: path.at(-1)?.branchId ?? first.branchId, forkPosition, path };
}
