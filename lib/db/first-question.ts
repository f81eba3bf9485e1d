import { z } from "zod";
import { messageText, NewMessage } from "../domain/message.ts";
import type { Database } from "./database.ts";
import { SEGMENTS } from "./messages.ts";
import { rows } from "./sql.ts";

const QuestionRow = z.object({ parts: NewMessage.shape.parts });

/** The text of the first message that a user sent on the active line of a session of the account; null: there is none. */
export async function findFirstQuestion(
  database: Database,
  accountId: string,
  sessionId: string,
): Promise<string | null> {
  const [row] = await rows(
    database,
    `select m.parts from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
     join "Message" m on m."branchId" = seg."branchId" and m.role = 'user' and m.position between seg."from" and seg."to"
     where s.id = $1 and s."accountId" = $2 order by m.position limit 1`,
    [sessionId, accountId],
  );
  return row ? messageText(QuestionRow.parse(row).parts) : null;
}
