import type { TurnUsage } from "../domain/events.ts";
import type { NewMessage } from "../domain/message.ts";
import type { RunStatus } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { insertSession, type NewSession } from "./new-session.ts";
import { type EventBatch, packed } from "./run-events.ts";
import type { RunOutput } from "./runs.ts";
import { againOnDeadlock, againOnLoss, type Connection, inTransaction, rows } from "./sql.ts";
import { together } from "./together.ts";

export type Commit = {
  readonly runId: string;
  readonly owner: string;
  readonly status: RunStatus;
  readonly finishReason: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly usage: TurnUsage;
  readonly durationMs: number;
  readonly steps: number;
  /** Messages to keep, in order; empty keeps nothing. */
  readonly messages: readonly (NewMessage & {
    readonly tokenCount: number | null;
    readonly tokenizer: string | null;
  })[];
  /** A title for a session that has none. */
  readonly fallbackTitle: string | null;
  /** The events that have not been written, the last one included. */
  readonly events: EventBatch;
  /** The session that is made for the messages, where there are any. */
  readonly makes: { readonly accountId: string; readonly session: NewSession } | null;
  /** What repeats of the request are answered with; null: nothing is kept for them. */
  readonly output: RunOutput | null;
  /** Whether the request may be sent again under its key: nothing of it stays, and nothing was paid for. */
  readonly freesKey: boolean;
};

/**
 * Ends a run: status, messages with their positions, the session's last run and the rest of the events in one commit.
 *
 * Runs that end while another is being committed are committed together. Gives false, and writes nothing of the run, when
 * `owner` no longer holds it.
 */
export async function commitRun(database: Database, commit: Commit): Promise<boolean> {
  const { makes, messages } = commit;
  const work = () =>
    makes !== null && messages.length > 0
      ? commitWithSession(database, commit, makes)
      : commitTogether(database, commit);
  const isMade = () => isEndedBy(database, commit);
  const isEnded = await againOnLoss(
    () => againOnDeadlock(work),
    async () => ((await isMade()) ? true : null),
  );
  // A commit that another try of it has made leaves nothing to this one.
  return isEnded || isMade();
}

/** Whether the run has ended by a commit of this owner: its name stays on the row. */
async function isEndedBy(database: Database, { runId, owner }: Commit): Promise<boolean> {
  const sql = `select id from "Run" where id = $1 and "leaseOwner" = $2 and status <> 'running'`;
  return (await rows(database, sql, [runId, owner])).length > 0;
}

const commitTogether = together(async (database, commits: readonly Commit[]) => {
  const ended = await endRuns(database, commits);
  return commits.map(({ runId }) => ended.has(runId));
});

async function commitWithSession(
  database: Database,
  commit: Commit,
  { accountId, session }: NonNullable<Commit["makes"]>,
): Promise<boolean> {
  return inTransaction(database, async (connection) => {
    const held = await rows(
      connection,
      `select id from "Run" where id = $1 and "leaseOwner" = $2 and status = 'running' for update`,
      [commit.runId, commit.owner],
    );
    if (held.length === 0) return false;
    await insertSession(connection, accountId, session);
    await rows(connection, `update "Run" set "sessionId" = $2, "branchId" = $3 where id = $1`, [
      commit.runId,
      session.id,
      session.branchId,
    ]);
    return (await endRuns(connection, [commit])).has(commit.runId);
  });
}

/**
 * Ends runs in one statement. Gives the ids of those that were still held by who ends them.
 *
 * Sessions are locked before runs, each in the order of their ids, as everybody does who writes turns.
 */
async function endRuns(connection: Connection, commits: readonly Commit[]): Promise<ReadonlySet<string>> {
  const ended = await rows<{ id: string }>(
    connection,
    `with input as (
       select * from json_to_recordset($1::json) as i(id uuid, owner text, status text, "finishReason" text, error jsonb,
         usage jsonb, "usageEstimated" boolean, "durationMs" int, steps int, messages json, title text, "seqFrom" int,
         "seqTo" int, events json, output json, "freesKey" boolean)
     ), sessions as materialized (
       select s.id from "Session" s
       where s.id in (select r."sessionId" from "Run" r join input i on i.id = r.id) order by s.id for no key update
     ), held as materialized (
       select r.id from "Run" r join input i on i.id = r.id
       where (select count(*) from sessions) >= 0 order by r.id for no key update of r
     ), run as (
       update "Run" r set status = i.status, "finishReason" = i."finishReason", error = i.error, usage = i.usage,
         "usageEstimated" = i."usageEstimated", "durationMs" = i."durationMs", steps = i.steps, input = null, plan = null,
         "leaseUntil" = null, "endedAt" = now(), output = i.output,
         "requestKey" = case when i."freesKey" then null else r."requestKey" end
       from input i join held on held.id = i.id
       where r.id = i.id and r."leaseOwner" = i.owner and r.status = 'running'
       returning r.id, r."sessionId", r."branchId", r."agentId", r.stores, i.messages,
         json_array_length(i.messages) as count, i.title, i."seqFrom", i."seqTo", i.events
     ), branch as (
       update "Branch" b set "nextPosition" = b."nextPosition" + run.count
       from run where b.id = run."branchId" returning b.id, b."nextPosition" - run.count as base
     ), messages as (
       insert into "Message" (id, "sessionId", "branchId", position, "runId", "agentId", role, name, source, parts, model,
         "tokenCount", tokenizer, "createdAt")
       select (m.item->>'id')::uuid, run."sessionId", run."branchId", branch.base + m.n - 1, run.id,
         case when m.item->>'role' = 'assistant' then run."agentId" end, m.item->>'role', m.item->>'name',
         m.item->>'source', m.item->'parts', m.item->>'model', (m.item->>'tokenCount')::int, m.item->>'tokenizer',
         (m.item->>'createdAt')::timestamptz
       from run join branch on branch.id = run."branchId", json_array_elements(run.messages) with ordinality m(item, n)
     ), session as (
       update "Session" s set "lastRunId" = run.id, "updatedAt" = now(),
         title = case when s."titleSource" = 'none' and run.title is not null then run.title else s.title end,
         "titleSource" = case when s."titleSource" = 'none' and run.title is not null then 'fallback'
           else s."titleSource" end
       from run where s.id = run."sessionId" and run.stores and run.count > 0
     ), tail as (
       insert into "RunEvent" ("runId", "seqFrom", "seqTo", events)
       select id, "seqFrom", "seqTo", events from run where stores and "seqTo" >= "seqFrom"
       on conflict ("runId", "seqFrom") do update set "seqTo" = excluded."seqTo", events = excluded.events
     )
     select id from run`,
    [JSON.stringify(commits.map(toInput))],
  );
  return new Set(ended.map(({ id }) => id));
}

const toInput = ({ runId, events, output, usage, durationMs, fallbackTitle, makes: _, ...commit }: Commit) => ({
  ...commit,
  id: runId,
  usage,
  usageEstimated: usage.isEstimated,
  durationMs: Math.round(durationMs),
  title: fallbackTitle,
  seqFrom: events.seqFrom,
  seqTo: events.seqFrom + events.events.length - 1,
  events: packed(events.events),
  output: output && { ...output, events: packed(output.events) },
});
