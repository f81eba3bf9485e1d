import { z } from "zod";
import { NewMessage } from "../domain/message.ts";
import { ModelSettings } from "../domain/model.ts";
import { PromptRecipe, TurnPlan, TurnPolicy } from "../domain/turn-policy.ts";
import type { Database } from "./database.ts";
import { rows } from "./sql.ts";

/** How long a lease lasts by the database's clock. It is renewed three times within that. */
export const LEASE = "interval '15 seconds'";

/** Renews the leases of `owner` and gives what somebody asked of its runs; a run that is missing is no longer its own. */
export async function renewLeases(
  database: Database,
  owner: string,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly isStopRequested: boolean }>> {
  const held = await rows<{ id: string; stop: boolean }>(
    database,
    `with held as materialized (
       select id from "Run" where id = any($1::uuid[]) and "leaseOwner" = $2 and status = 'running'
       order by id for no key update
     )
     update "Run" r set "leaseUntil" = now() + ${LEASE} from held where r.id = held.id
     returning r.id, r."stopRequestedAt" is not null as stop`,
    [runIds, owner],
  );
  return new Map(held.map((row) => [row.id, { isStopRequested: row.stop }]));
}

/** The runs of `owner` that somebody asked to stop. */
export async function stopRequests(database: Database, owner: string, runIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ id: string }>(
    database,
    `select id from "Run" where id = any($1::uuid[]) and "leaseOwner" = $2 and "stopRequestedAt" is not null`,
    [runIds, owner],
  );
  return found.map((row) => row.id);
}

/** The ids among these that are runs still: the others have gone with their sessions. */
export async function existingRuns(database: Database, runIds: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await rows<{ id: string }>(database, `select id from "Run" where id = any($1::uuid[])`, [runIds]);
  return new Set(found.map((row) => row.id));
}

/** Asks the owner of a run, wherever it is, to stop it. */
export async function requestStop(database: Database, runId: string): Promise<void> {
  await rows(database, `update "Run" set "stopRequestedAt" = now() where id = $1 and status = 'running'`, [runId]);
}

/** Lets somebody take a run of `owner` at once. */
export async function giveLeaseBack(database: Database, owner: string, runId: string): Promise<void> {
  await rows(
    database,
    `update "Run" set "leaseUntil" = now() where id = $2 and "leaseOwner" = $1 and status = 'running'`,
    [owner, runId],
  );
}

/** Lets others take the runs of `owner` at once. */
export async function giveLeasesBack(database: Database, owner: string): Promise<void> {
  await rows(database, `update "Run" set "leaseUntil" = now() where "leaseOwner" = $1 and status = 'running'`, [owner]);
}

/** A run that was taken from its owner. What an earlier version has stored in another form is null. */
const TakenRun = z.object({
  id: z.string(),
  accountId: z.string(),
  sessionId: z.string().nullable(),
  branchId: z.string().nullable(),
  agentId: z.string().nullable(),
  dialect: z.string(),
  stores: z.boolean(),
  policy: TurnPolicy.nullable().catch(null),
  plan: TurnPlan.nullable().catch(null),
  recipe: PromptRecipe.nullable().catch(null),
  settings: ModelSettings.nullable().catch(null),
  input: z.array(NewMessage).nullable(),
  attempts: z.number(),
  isStopRequested: z.boolean(),
  createdAt: z.date(),
});
export type TakenRun = Readonly<z.infer<typeof TakenRun>>;

/**
 * Takes runs whose lease has expired, each by one caller only.
 *
 * "of-other-owners" takes every run that another owner holds, whatever its lease says: right only where a lock proves
 * that the other owners are dead. `running` are the runs that work in this process: they are never taken, however late
 * their renewal is; what is the owner's by name and works nowhere is.
 */
export async function takeExpiredRuns(
  database: Database,
  owner: string,
  which: "expired" | "of-other-owners",
  running: readonly string[],
): Promise<TakenRun[]> {
  const condition = which === "expired" ? `"leaseUntil" < now()` : `"leaseOwner" <> $1`;
  const taken = await rows(
    database,
    `update "Run" set "leaseOwner" = $1, "leaseUntil" = now() + ${LEASE}, attempts = attempts + 1
     where id in (select id from "Run" where status = 'running' and ${condition} and id <> all($2::uuid[])
       limit 20 for no key update skip locked)
     returning id, "accountId", "sessionId", "branchId", "agentId", dialect, stores, policy, plan, input, settings,
       context as recipe, attempts, "stopRequestedAt" is not null as "isStopRequested", "createdAt"`,
    [owner, running],
  );
  return taken.map((run) => TakenRun.parse(run));
}
