import { z } from "zod";
import type { DocHit } from "../domain/doc.ts";
import { type TurnEvent, TurnUsage } from "../domain/events.ts";
import { NewMessage } from "../domain/message.ts";
import type { Run } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { unpacked } from "./run-events.ts";
import { rows } from "./sql.ts";

/** What a run was about and all that it said, for repeats of its request. */
export type RunOutput = { readonly events: readonly TurnEvent[]; readonly docs: readonly DocHit[] };

/** What is kept of an ended run for repeats of its request, or null. */
export async function findOutput(database: Database, accountId: string, runId: string): Promise<RunOutput | null> {
  const [found] = await rows<{ output: { events: unknown; docs: DocHit[] } | null }>(
    database,
    `select output from "Run" where id = $1 and "accountId" = $2`,
    [runId, accountId],
  );
  const output = found?.output ?? null;
  return output && { events: unpacked(output.events), docs: output.docs };
}

const RunRow = z.object({
  id: z.string(),
  sessionId: z.string().nullable(),
  status: z.enum(["queued", "running", "completed", "failed", "cancelled", "interrupted"]),
  finishReason: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  usage: TurnUsage.nullable(),
  durationMs: z.number().nullable(),
  steps: z.number(),
  model: z.string().nullable(),
  createdAt: z.coerce.date(),
});

/** The columns of a run as readers see it, as one JSON value; `run` is the alias of its table. */
export const runJson = (run: string): string =>
  `json_build_object('id', ${run}.id, 'sessionId', ${run}."sessionId", 'status', ${run}.status,
    'finishReason', ${run}."finishReason", 'error', ${run}.error, 'usage', ${run}.usage, 'durationMs', ${run}."durationMs",
    'steps', ${run}.steps, 'model', ${run}.settings->>'model', 'createdAt', ${run}."createdAt")`;

export const toRun = (stored: unknown): Run => RunRow.parse(stored);

/** A run of the account with its input while it runs, or null. */
export async function findRun(
  database: Database,
  accountId: string,
  runId: string,
): Promise<{ readonly run: Run; readonly input: readonly NewMessage[]; readonly isLeaseOver: boolean } | null> {
  const [found] = await rows<{ run: unknown; input: unknown; over: boolean }>(
    database,
    `select ${runJson("r")} as run, r.input, coalesce(r."leaseUntil" < now(), false) as over
     from "Run" r where r.id = $1 and r."accountId" = $2`,
    [runId, accountId],
  );
  return found
    ? { run: toRun(found.run), input: z.array(NewMessage).parse(found.input ?? []), isLeaseOver: found.over }
    : null;
}

/** The run that works on a session of the account now, or null. */
export async function findRunningRun(database: Database, accountId: string, sessionId: string): Promise<string | null> {
  const [found] = await rows<{ id: string }>(
    database,
    `select id from "Run" where "sessionId" = $1 and "accountId" = $2 and status = 'running' and stores`,
    [sessionId, accountId],
  );
  return found?.id ?? null;
}

/** The run that an account made under a request key, or null. */
export async function findRunByKey(
  database: Database,
  accountId: string,
  dialect: string,
  requestKey: string,
): Promise<{ readonly id: string; readonly sessionId: string | null; readonly requestHash: string | null } | null> {
  const [found] = await rows<{ id: string; sessionId: string | null; requestHash: string | null }>(
    database,
    `select id, "sessionId", "requestHash" from "Run" where "accountId" = $1 and dialect = $2 and "requestKey" = $3`,
    [accountId, dialect, requestKey],
  );
  return found ?? null;
}

/** The latest run of a session that stored or stores messages, running or ended; null when there is none. */
export async function findLatestRun(database: Database, accountId: string, sessionId: string): Promise<Run | null> {
  const [found] = await rows<{ run: unknown }>(
    database,
    `select ${runJson("r")} as run from "Run" r
     where r."sessionId" = $1 and r."accountId" = $2 and r.stores order by r."createdAt" desc, r.id desc limit 1`,
    [sessionId, accountId],
  );
  return found ? toRun(found.run) : null;
}
