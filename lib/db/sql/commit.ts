import { z } from "zod";
import { statement } from "./statement.ts";

// What ends runs. By hand, since a commit is one statement over many tables, with its locks in their order.

const Id = z.object({ id: z.string() });

/** A run that has ended under an owner: its name stays on the row. */
export const findEndedRun = statement({
  name: "find-ended-run",
  text: `select id from "Run" where id = $1 and "leaseOwner" = $2 and status <> 'running'`,
  parameters: { id: "uuid", owner: "text" },
  row: Id,
});

/** A run of an owner, held until the end of the transaction. */
export const holdRun = statement({
  name: "hold-run",
  text: `select id from "Run" where id = $1 and "leaseOwner" = $2 and status = 'running' for update`,
  parameters: { id: "uuid", owner: "text" },
  row: Id,
});

/** Gives a run the session that was made for it. */
export const setSessionOfRun = statement({
  name: "set-session-of-run",
  text: `update "Run" set "sessionId" = $2, "branchId" = $3 where id = $1`,
  parameters: { id: "uuid", sessionId: "uuid", branchId: "uuid" },
});

/** Gives a message of a run that just ended its parts. */
export const setPartsOfMessage = statement({
  name: "set-parts-of-message",
  text: `update "Message" set parts = $3 where id = $1 and "runId" = $2`,
  parameters: { id: "uuid", runId: "uuid", parts: "json" },
});

/**
 * Ends runs: a JSON array with an object for each. Gives those that were still held by who ends them.
 *
 * Sessions are locked before runs, each in the order of their ids, as everybody does who writes turns.
 */
export const endRunRows = statement({
  name: "end-runs",
  text: `with input as (
       select * from json_to_recordset($1::json) as i(id uuid, owner text, status text, "finishReason" text, "limit" text,
         error jsonb, usage jsonb, "usageEstimated" boolean, "durationMs" int, steps int, messages json, title text, "seqFrom" int,
         "seqTo" int, events json, output json, "freesKey" boolean, files json)
     ), sessions as materialized (
       select s.id from "Session" s
       where s.id in (select r."sessionId" from "Run" r join input i on i.id = r.id) order by s.id for no key update
     ), held as materialized (
       select r.id from "Run" r join input i on i.id = r.id
       where (select count(*) from sessions) >= 0 order by r.id for no key update of r
     ), run as (
       update "Run" r set status = i.status, "finishReason" = i."finishReason", "turnLimit" = i."limit",
         error = i.error, usage = i.usage, "usageEstimated" = i."usageEstimated", "durationMs" = i."durationMs", steps = i.steps,
         -- What it was made of has been needed to go on with it. Of its settings only the model is shown, of its prompt
         -- what is no text.
         input = null, plan = null, context = r.context->'trace', settings = json_build_object('model', r.settings->>'model'),
         "leaseUntil" = null, "endedAt" = now(), output = i.output,
         "requestKey" = case when i."freesKey" then null else r."requestKey" end
       from input i join held on held.id = i.id
       where r.id = i.id and r."leaseOwner" = i.owner and r.status = 'running'
       returning r.id, r."accountId", r."sessionId", r."branchId", r."agentId", r.stores, i.messages, i.files,
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
     ), file as (
       -- Nobody need hold them any more. One that is just being deleted is left out: it is waited for here.
       update "File" f set "heldUntil" = null
       from run join branch on branch.id = run."branchId", json_to_recordset(run.files) as x("fileId" uuid)
       where f.id = x."fileId" and f."accountId" = run."accountId" returning f.id
     ), use as (
       insert into "MessageFile" ("messageId", "fileId")
       select distinct x."messageId", file.id
       from run, json_to_recordset(run.files) as x("messageId" uuid, "fileId" uuid), file where file.id = x."fileId"
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
  parameters: { commits: "json" },
  row: Id,
});
