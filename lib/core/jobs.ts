import * as db from "../db/jobs.ts";
import { notFound } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import type { Job } from "../domain/job.ts";
import { checkReachesAccount } from "./reach.ts";
import type { Scope } from "./scope.ts";

/** A job of the account. Throws "not-found", and as `checkReachesAccount`. */
export async function getJob(scope: Scope, id: string): Promise<Job> {
  checkReachesAccount(scope);
  const job = isId(id) ? await db.findJob(scope.database, scope.accountId, id) : null;
  if (!job) throw notFound("job", id);
  return job;
}
