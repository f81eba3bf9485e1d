import { z } from "zod";
import type { DocHit } from "../../domain/doc.ts";
import { TURN_LIMITS, TurnUsage } from "../../domain/events.ts";
import { NewMessage } from "../../domain/message.ts";
import { statement } from "./statement.ts";

// By hand, since every turn and everybody who follows one asks for them.

export const RunRow = z.object({
  id: z.string(),
  sessionId: z.string().nullable(),
  status: z.enum(["queued", "running", "completed", "failed", "cancelled", "interrupted"]),
  finishReason: z.string().nullable(),
  limit: z.enum(TURN_LIMITS).nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  usage: TurnUsage.nullable(),
  durationMs: z.number().nullable(),
  steps: z.number(),
  model: z.string().nullable(),
  agent: z.object({ id: z.string(), name: z.string() }).nullable(),
  createdAt: z.coerce.date(),
});

/** A run under `r` as readers see it, as one JSON value. */
export const RUN_JSON = `json_build_object('id', r.id, 'sessionId', r."sessionId", 'status', r.status,
    'finishReason', r."finishReason", 'limit', r."turnLimit", 'error', r.error, 'usage', r.usage,
    'durationMs', r."durationMs", 'steps', r.steps, 'model', r.settings->>'model', 'createdAt', r."createdAt", 'agent',
    (select json_build_object('id', a.id, 'name', a.name) from "Agent" a where a.id = r."agentId"))`;

const OutputRow = z.object({
  // Unpacked by who asks.
  events: z.unknown(),
  /** As this server has written them. */
  docs: z.array(z.custom<DocHit>()),
});

/** What is kept of a run for repeats of its request. */
export const findOutputRow = statement({
  name: "find-output",
  text: `select output from "Run" where id = $1 and "accountId" = $2`,
  parameters: { id: "uuid", accountId: "uuid" },
  row: z.object({ output: OutputRow.nullable() }),
});

/** A run with its input, and whether its lease is over. */
export const findRunRow = statement({
  name: "find-run",
  text: `select ${RUN_JSON} as run, r.input, coalesce(r."leaseUntil" < now(), false) as over
     from "Run" r where r.id = $1 and r."accountId" = $2`,
  parameters: { id: "uuid", accountId: "uuid" },
  row: z.object({ run: RunRow, input: z.array(NewMessage).nullable(), over: z.boolean() }),
});

/**
 * Drops what is kept for repeats of the requests whose answers name one of these docs, or a doc of one of these owners.
 */
export const forgetDocRows = statement({
  name: "forget-docs",
  // Nothing is kept for longer than a day after its end.
  text: `update "Run" set output = null, "requestKey" = null
    where "accountId" = $1 and output is not null and "createdAt" > now() - interval '2 days'
      and exists (select 1 from json_array_elements(output->'docs') d
        where d->>'docId' = any($2::text[]) or d->'owner'->>'id' = any($2::text[]))`,
  parameters: { accountId: "uuid", ids: "text[]" },
});

/** The run that works on a session. */
export const findRunningRunRow = statement({
  name: "find-running-run",
  text: `select id from "Run" where "sessionId" = $1 and "accountId" = $2 and status = 'running' and stores`,
  parameters: { sessionId: "uuid", accountId: "uuid" },
  row: z.object({ id: z.string() }),
});

/** A run by its request key. */
export const findRunByKeyRow = statement({
  name: "find-run-by-key",
  text: `select id, "sessionId", "requestHash" from "Run" where "accountId" = $1 and dialect = $2 and "requestKey" = $3`,
  parameters: { accountId: "uuid", dialect: "text", requestKey: "text" },
  row: z.object({ id: z.string(), sessionId: z.string().nullable(), requestHash: z.string().nullable() }),
});

/** The latest run of a session that writes messages. */
export const findLatestRunRow = statement({
  name: "find-latest-run",
  text: `select ${RUN_JSON} as run from "Run" r
     where r."sessionId" = $1 and r."accountId" = $2 and r.stores order by r."createdAt" desc, r.id desc limit 1`,
  parameters: { sessionId: "uuid", accountId: "uuid" },
  row: z.object({ run: RunRow }),
});
