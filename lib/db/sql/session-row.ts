import { z } from "zod";
import { RecallOptions } from "../../domain/recall-options.ts";
import { SEGMENTS, segmentsOf } from "./messages.ts";
import { RUN_JSON, RunRow } from "./runs.ts";

const JsonObject = z.record(z.string(), z.unknown()).nullable();

/** What can be set of a session. */
export const SettingsRow = z.object({
  situation: z.string().nullable(),
  systemTemplate: z.string().nullable(),
  renderTemplates: z.boolean(),
  tokenBudget: z.number().nullable(),
  contextOverflow: z.enum(["truncate", "adaptive"]).nullable(),
  autoRunTools: z.boolean(),
  forwardToolCalls: z.boolean(),
  // What does not fit was not written by us: docs are then searched for as where nothing was said.
  recallOptions: RecallOptions.nullable().catch(null),
  metadata: JsonObject,
});

export const SessionRow = SettingsRow.extend({
  id: z.string(),
  projectId: z.string(),
  isInDefaultProject: z.boolean(),
  origin: z.string(),
  sharedAccess: z.string(),
  title: z.string().nullable(),
  titleSource: z.enum(["none", "fallback", "model", "person"]),
  pinned: z.boolean(),
  archived: z.boolean(),
  indexesLockedAt: z.date().nullable(),
  activeBranchId: z.string(),
  hasBranches: z.boolean(),
  nextPosition: z.number(),
  agentIds: z.array(z.string()),
  userIds: z.array(z.string()),
  indexIds: z.array(z.string()),
  hasDocs: z.boolean(),
  lastRun: RunRow.nullable(),
  lastRunIndexIds: z.array(z.string()).nullable(),
  runningRunId: z.string().nullable(),
  isAwaited: z.boolean(),
  summary: z.object({ text: z.string(), uptoPosition: z.number(), questions: z.number() }).nullable(),
  replacement: z
    .object({ id: z.string(), text: z.string(), uptoPosition: z.number(), createdAt: z.coerce.date() })
    .nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
});

/** The columns of a session under `s`. */
export const SESSION_COLUMNS = `s.id, s."projectId",
  (select p."isDefault" from "Project" p where p.id = s."projectId") as "isInDefaultProject", s.origin, s.situation,
  s."systemTemplate", s."renderTemplates", s."tokenBudget", s."contextOverflow", s."autoRunTools", s."forwardToolCalls",
  s."recallOptions", s.metadata, s."sharedAccess", s.title, s."titleSource", s.pinned, s.archived, s."indexesLockedAt",
  s."activeBranchId", s.switches > 0 as "hasBranches", s."createdAt", s."updatedAt",
  coalesce((select json_agg(x."agentId" order by x.position) from "SessionAgent" x where x."sessionId" = s.id), '[]')
    as "agentIds",
  coalesce((select json_agg(x."userId" order by x.position) from "SessionUser" x where x."sessionId" = s.id), '[]')
    as "userIds",
  coalesce((select json_agg(x."indexId" order by x.position) from "SessionIndex" x where x."sessionId" = s.id), '[]')
    as "indexIds",
  (exists (select 1 from "Doc" d where d."sessionId" = s.id)
    or exists (select 1 from "Doc" d where d."projectId" = s."projectId")) as "hasDocs",
  (select ${RUN_JSON} from "Run" r where r.id = s."lastRunId") as "lastRun",
  (select r.context->'indexIds' from "Run" r where r.id = s."lastRunId") as "lastRunIndexIds",
  (select r.id from "Run" r where r."sessionId" = s.id and r.status = 'running' and r.stores) as "runningRunId",
  exists (select 1 from "WaitingTurn" w where w."sessionId" = s.id and w."leaseUntil" > now()) as "isAwaited",
  (select json_build_object('text', u.text, 'uptoPosition', u."uptoPosition", 'questions', (
     select count(*)::int from "Branch" b ${SEGMENTS} join "Message" m on m."branchId" = seg."branchId"
       and m.position between seg."from" and least(seg."to", u."uptoPosition")
     where b.id = u."branchId" and m.role = 'user'))
   from "Branch" a ${segmentsOf("a")} join "Summary" u on u."branchId" = seg."branchId"
     and u."uptoPosition" between seg."from" and seg."to"
   where a.id = s."activeBranchId" order by u."createdAt" desc, u.id desc limit 1) as summary,
  (select a."nextPosition" from "Branch" a where a.id = s."activeBranchId") as "nextPosition",
  case when s."contextOverflow" is null then null else (
    select json_build_object('id', u.id, 'text', u.text, 'uptoPosition', u."uptoPosition", 'createdAt', u."createdAt")
    from "Branch" b ${SEGMENTS} join "Summary" u on u."branchId" = seg."branchId" and u.replaces
      and u."uptoPosition" between seg."from" and seg."to"
    where b.id = s."activeBranchId" order by u."uptoPosition" desc limit 1) end as replacement`;
