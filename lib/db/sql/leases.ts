import { z } from "zod";
import { NewMessage } from "../../domain/message.ts";
import { ModelSettings } from "../../domain/model.ts";
import { PromptRecipe, TurnPlan, TurnPolicy } from "../../domain/turn-policy.ts";
import { statement, unseen } from "./statement.ts";

// Who works on which run. By hand for the database's clock, by which leases end, and for the locks.

const Id = z.object({ id: z.string() });

/** How long a lease lasts by the database's clock. It is renewed three times within that. */
export const LEASE = "interval '15 seconds'";

/** Renews the leases that an owner has of runs, and gives those runs. */
export const renewLeaseRows = statement({
  name: "renew-leases",
  text: `with held as materialized (
       select id from "Run" where id = any(${unseen("$1", "uuid[]")}) and "leaseOwner" = $2 and status = 'running'
       order by id for no key update
     )
     update "Run" r set "leaseUntil" = now() + ${LEASE} from held where r.id = held.id
     returning r.id, r."stopRequestedAt" is not null as stop`,
  parameters: { ids: "uuid[]", owner: "text" },
  row: Id.extend({ stop: z.boolean() }),
});

/** The runs of an owner among some, and what somebody asked of them. */
export const listHeldRuns = statement({
  name: "list-held-runs",
  text: `select id, "stopRequestedAt" is not null as stop from "Run" where id = any(${unseen("$1", "uuid[]")}) and "leaseOwner" = $2`,
  parameters: { ids: "uuid[]", owner: "text" },
  row: Id.extend({ stop: z.boolean() }),
});

/** The runs among some that are there. */
export const listExistingRuns = statement({
  name: "list-existing-runs",
  text: `select id from "Run" where id = any(${unseen("$1", "uuid[]")})`,
  parameters: { ids: "uuid[]" },
  row: Id,
});

/** Asks for the end of a run. */
export const requestStopRow = statement({
  name: "request-stop",
  text: `update "Run" set "stopRequestedAt" = now() where id = $1 and status = 'running'`,
  parameters: { id: "uuid" },
});

/** Ends the lease that an owner has of a run. */
export const endLease = statement({
  name: "end-lease",
  text: `update "Run" set "leaseUntil" = now() where id = $2 and "leaseOwner" = $1 and status = 'running'`,
  parameters: { owner: "text", id: "uuid" },
});

/** Ends all leases of an owner. */
export const endLeases = statement({
  name: "end-leases",
  text: `update "Run" set "leaseUntil" = now() where "leaseOwner" = $1 and status = 'running'`,
  parameters: { owner: "text" },
});

/** A run that was taken from its owner. What an earlier version has stored in another form is null. */
export const TakenRunRow = z.object({
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
  /** In ms, by the database's clock: that of this process may be another. */
  ageMs: z.number(),
});

/** Takes running runs that meet a condition; who takes others at the same time waits for none of them. */
const taking = (condition: string) =>
  `update "Run" set "leaseOwner" = $1, "leaseUntil" = now() + ${LEASE}, attempts = attempts + 1
     where id in (select id from "Run" where status = 'running' and ${condition}
       limit 20 for no key update skip locked)
     returning id, "accountId", "sessionId", "branchId", "agentId", dialect, stores, policy, plan, input, settings,
       context as recipe, attempts, "stopRequestedAt" is not null as "isStopRequested",
       greatest(0, extract(epoch from now() - "createdAt") * 1000)::float8 as "ageMs"`;

/** Gives an owner runs whose lease is over, but for some. */
export const takeExpiredRunRows = statement({
  name: "take-expired-runs",
  text: taking(`"leaseUntil" < now() and id <> all($2::uuid[])`),
  parameters: { owner: "text", except: "uuid[]" },
  row: TakenRunRow,
});

/** Gives an owner one run of an account, where its lease is over. */
export const takeExpiredRunRow = statement({
  name: "take-expired-run",
  text: taking(`"leaseUntil" < now() and id = $2 and "accountId" = $3`),
  parameters: { owner: "text", id: "uuid", accountId: "uuid" },
  row: TakenRunRow,
});

/** Gives an owner the runs of all others, but for some. */
export const takeRunRowsOfOthers = statement({
  name: "take-runs-of-others",
  text: taking(`"leaseOwner" <> $1 and id <> all($2::uuid[])`),
  parameters: { owner: "text", except: "uuid[]" },
  row: TakenRunRow,
});
