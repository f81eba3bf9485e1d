import { z } from "zod";
import { type Message, NewMessage } from "../domain/message.ts";
import type { Database } from "./database.ts";
import { SEGMENTS } from "./messages.ts";
import { rows } from "./sql.ts";

/** What was said in a message, and where it stands. */
export type StretchMessage = Pick<Message, "role" | "name" | "parts" | "position" | "branchId">;

const StretchRow = NewMessage.pick({ role: true, name: true, parts: true }).extend({
  position: z.number(),
  branchId: z.string(),
});

/** The messages on the active line of a session of the account at positions from `from` to before `to`, oldest first. */
export async function readStretch(
  database: Database,
  accountId: string,
  sessionId: string,
  from: number,
  to: number,
): Promise<StretchMessage[]> {
  const found = await rows(
    database,
    `select m.role, m.name, m.parts, m.position, m."branchId"
     from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
     join "Message" m on m."branchId" = seg."branchId"
       and m.position between greatest(seg."from", $3::int) and least(seg."to", $4::int - 1)
     where s.id = $1 and s."accountId" = $2 order by m.position`,
    [sessionId, accountId, from, to],
  );
  return found.map((row) => StretchRow.parse(row));
}
