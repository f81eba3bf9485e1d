import { z } from "zod";
import type { Job, JobState } from "../domain/job.ts";
import type { Database } from "./database.ts";
import { rows, violated } from "./sql.ts";

const JobRow = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(["pending", "in_progress", "retrying", "succeeded", "aborted", "failed"]),
  reason: z.string(),
  progress: z.number(),
  createdAt: z.date(),
  updatedAt: z.date(),
});

/** A job without news for so long has died with its process. */
const ALIVE = "interval '2 minutes'";
const OPEN = "state in ('pending', 'in_progress', 'retrying')";
const ABORTED = "'The server ended while it ran'";

/** A job of the account, or null. One whose process has died is shown as aborted. */
export async function findJob(database: Database, accountId: string, id: string): Promise<Job | null> {
  const [row] = await rows(
    database,
    `select id, kind, case when is_dead then 'aborted' else state end as state,
       case when is_dead then ${ABORTED} else reason end as reason, progress, "createdAt", "updatedAt"
     from "Job", lateral (select ${OPEN} and "updatedAt" < now() - ${ALIVE} as is_dead) x
     where id = $1 and "accountId" = $2`,
    [id, accountId],
  );
  return row ? JobRow.parse(row) : null;
}

/**
 * Enters a job of a session as running. Gives false when one of its kind is at work there already, or the session is gone.
 *
 * One whose process has died is marked as aborted first.
 */
export async function insertSessionJob(
  database: Database,
  job: { readonly id: string; readonly accountId: string; readonly sessionId: string; readonly kind: string },
): Promise<boolean> {
  await rows(
    database,
    `update "Job" set state = 'aborted', reason = ${ABORTED}, "updatedAt" = now()
     where "sessionId" = $1 and kind = $2 and ${OPEN} and "updatedAt" < now() - ${ALIVE}`,
    [job.sessionId, job.kind],
  );
  try {
    const inserted = await rows(
      database,
      `insert into "Job" (id, "accountId", "sessionId", kind, state)
       select $1, "accountId", id, $4, 'in_progress' from "Session" where id = $3 and "accountId" = $2 returning id`,
      [job.id, job.accountId, job.sessionId, job.kind],
    );
    return inserted.length > 0;
  } catch (thrown) {
    if (violated(thrown) === "Job_one_open") return false;
    throw thrown;
  }
}

/** Notes that the work of a job begins. Gives false for one that has been ended. */
export async function beginJob(database: Database, id: string): Promise<boolean> {
  const begun = await rows(
    database,
    `update "Job" set state = 'in_progress', "updatedAt" = now() where id = $1 and ${OPEN} returning id`,
    [id],
  );
  return begun.length > 0;
}

/** Ends a job. One that has been ended stays as it is. */
export async function endJob(database: Database, id: string, state: JobState, reason: string): Promise<void> {
  await rows(
    database,
    `update "Job" set state = $2, reason = $3, progress = case when $2 = 'succeeded' then 100 else progress end,
       "updatedAt" = now() where id = $1 and ${OPEN}`,
    [id, state, reason],
  );
}
