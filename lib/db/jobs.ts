import { z } from "zod";
import type { Job, JobState } from "../domain/job.ts";
import type { Database } from "./database.ts";
import { violated } from "./violated.ts";

const State = z.enum(["pending", "in_progress", "retrying", "succeeded", "aborted", "failed"]);
const OPEN: readonly JobState[] = ["pending", "in_progress", "retrying"];

/** A job without news for so long has died with its process. */
const ALIVE_MS = 2 * 60 * 1000;
const ABORTED = "The server ended while it ran";

/** What a job that has died with its process looks like. */
const dead = (now: Date) => ({ state: { in: [...OPEN] }, updatedAt: { lt: new Date(now.getTime() - ALIVE_MS) } });

/** A job of the account, or null. One whose process has died is shown as aborted. */
export async function findJob(database: Database, accountId: string, id: string): Promise<Job | null> {
  const row = await database.prisma.job.findFirst({
    where: { id, accountId },
    select: { id: true, kind: true, state: true, reason: true, progress: true, createdAt: true, updatedAt: true },
  });
  if (!row) return null;
  const state = State.parse(row.state);
  const isDead = OPEN.includes(state) && row.updatedAt.getTime() < Date.now() - ALIVE_MS;
  return isDead ? { ...row, state: "aborted", reason: ABORTED } : { ...row, state };
}

/**
 * Enters a job of a session as running. Gives false when one of its kind is at work there already, or the session is
 * gone.
 *
 * One whose process has died is marked as aborted first.
 */
export async function insertSessionJob(
  { prisma }: Database,
  job: { readonly id: string; readonly accountId: string; readonly sessionId: string; readonly kind: string },
): Promise<boolean> {
  const { id, accountId, sessionId, kind } = job;
  const now = new Date();
  await prisma.job.updateMany({
    where: { accountId, sessionId, kind, ...dead(now) },
    data: { state: "aborted", reason: ABORTED, updatedAt: now },
  });
  if ((await prisma.session.count({ where: { id: sessionId, accountId } })) === 0) return false;
  try {
    const data = { id, accountId, sessionId, kind, state: "in_progress" };
    await prisma.job.create({ data, select: { id: true } });
    return true;
  } catch (thrown) {
    const constraint = violated(thrown);
    if (constraint === "Job_one_open" || constraint === "Job_sessionId_fkey") return false;
    throw thrown;
  }
}

/** Notes that the work of a job begins. Gives false for one that has been ended. */
export async function beginJob({ prisma }: Database, id: string): Promise<boolean> {
  const { count } = await prisma.job.updateMany({
    where: { id, state: { in: [...OPEN] } },
    data: { state: "in_progress", updatedAt: new Date() },
  });
  return count > 0;
}

/** Ends a job. One that has been ended stays as it is. */
export async function endJob({ prisma }: Database, id: string, state: JobState, reason: string): Promise<void> {
  const progress = state === "succeeded" ? 100 : undefined;
  await prisma.job.updateMany({
    where: { id, state: { in: [...OPEN] } },
    data: { state, reason, progress, updatedAt: new Date() },
  });
}
