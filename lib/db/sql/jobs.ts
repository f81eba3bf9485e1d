import { z } from "zod";
import { LEASE } from "./leases.ts";
import { statement } from "./statement.ts";

// Jobs that any process may take: those with an input. By hand for the database's clock, by which leases end, and for
// locks.

const Id = z.object({ id: z.string() });

/** A job that this process has taken. */
export const TakenJobRow = z.object({
  id: z.string(),
  accountId: z.string(),
  docId: z.string().nullable(),
  kind: z.string(),
  input: z.unknown(),
  attempts: z.number(),
  isCancelled: z.boolean(),
});

const GIVEN = `id, "accountId", "docId", kind, input, attempts, "cancelRequestedAt" is not null as "isCancelled"`;
const WAITS = `j.state in ('pending', 'retrying') and coalesce(j."dueAt", '-infinity') <= now()`;

/**
 * Takes jobs that meet a condition; who takes others at the same time waits for none of them. The account that has
 * waited longest since its last job comes first, so that one with many of them holds up nobody.
 */
const taking = (condition: string) =>
  `with waiting as (
     select j.id, j."createdAt", (select max(o."updatedAt") from "Job" o where o."accountId" = j."accountId"
         and o.input is not null and o.state not in ('pending', 'retrying')) as served
     from "Job" j where j.input is not null and j.kind = any($2) and ${condition}
   ), next as (
     select j.id from waiting w join "Job" j on j.id = w.id where ${condition}
     order by w.served nulls first, w."createdAt", w.id limit $3 for no key update of j skip locked
   )
   update "Job" set state = 'in_progress', "leaseOwner" = $1, "leaseUntil" = now() + ${LEASE}, attempts = attempts + 1,
     "updatedAt" = now()
   where id in (select id from next) returning ${GIVEN}`;

/** Gives an owner jobs that wait, and those whose lease is over. */
export const takeJobRows = statement({
  name: "take-jobs",
  text: taking(`(${WAITS} or j.state = 'in_progress' and j."leaseUntil" < now())`),
  parameters: { owner: "text", kinds: "text[]", limit: "int8" },
  row: TakenJobRow,
});

/** Lets anybody take the jobs that others than an owner hold. */
export const endLeasesOfOtherJobs = statement({
  name: "end-leases-of-other-jobs",
  text: `update "Job" set "leaseUntil" = now() - interval '1 second' where input is not null and state = 'in_progress' and "leaseOwner" <> $1`,
  parameters: { owner: "text" },
});

/** Renews the leases that an owner has of jobs, and gives those jobs. */
export const renewJobRows = statement({
  name: "renew-jobs",
  text: `with held as materialized (
       select id from "Job" where id = any($1::uuid[]) and "leaseOwner" = $2 and state = 'in_progress'
       order by id for no key update
     )
     update "Job" j set "leaseUntil" = now() + ${LEASE} from held where j.id = held.id
     returning j.id, j."cancelRequestedAt" is not null as "isCancelled"`,
  parameters: { ids: "uuid[]", owner: "text" },
  row: Id.extend({ isCancelled: z.boolean() }),
});

/** Has a job that an owner holds done again after some seconds. */
export const retryJobRow = statement({
  name: "retry-job",
  text: `update "Job" set state = 'retrying', reason = $3, "dueAt" = now() + make_interval(secs => $4), "leaseUntil" = null,
       "updatedAt" = now()
     where id = $1 and "leaseOwner" = $2 and state = 'in_progress' returning id`,
  parameters: { id: "uuid", owner: "text", reason: "text", seconds: "float8" },
  row: Id,
});

/** Gives jobs that an owner holds back, as if it had not taken them. */
export const giveJobsBackRows = statement({
  name: "give-jobs-back",
  text: `update "Job" set state = 'pending', "leaseUntil" = null, attempts = greatest(attempts - 1, 0), "updatedAt" = now()
     where "leaseOwner" = $1 and state = 'in_progress' and input is not null`,
  parameters: { owner: "text" },
});

/**
 * Asks for the end of a job of an account; one that nobody works on has ended with that, and its doc is waited for no
 * longer.
 */
export const cancelJobRow = statement({
  name: "cancel-job",
  text: `with cancelled as (
     update "Job" set "cancelRequestedAt" = coalesce("cancelRequestedAt", now()), "updatedAt" = now(),
       state = case when state = 'in_progress' then state else 'aborted' end,
       reason = case when state = 'in_progress' then reason else $3 end
     where id = $1 and "accountId" = $2 and input is not null and state in ('pending', 'retrying', 'in_progress')
     returning id, "docId", state = 'aborted' as "isOver"
     ), doc as (
       update "Doc" d set state = 'failed', reason = $3 from cancelled c
       where d.id = c."docId" and c."isOver" and d.state = 'pending'
     )
     select id, "docId", "isOver" from cancelled`,
  parameters: { id: "uuid", accountId: "uuid", reason: "text" },
  row: Id.extend({ docId: z.string().nullable(), isOver: z.boolean() }),
});

/** When the next job of some kinds is due, in seconds from now; nothing where none waits. */
export const nextDueRow = statement({
  name: "next-job-due",
  text: `select greatest(0, extract(epoch from min(coalesce("dueAt", now())) - now()))::float8 as seconds from "Job"
     where input is not null and kind = any($1) and state in ('pending', 'retrying')`,
  parameters: { kinds: "text[]" },
  row: z.object({ seconds: z.number().nullable() }),
});
