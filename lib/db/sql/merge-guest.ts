import { z } from "zod";
import { statement } from "./statement.ts";

// What moves a guest's rows to another account, in this order and in one transaction. By hand for the copies and for
// the conditions on rows of the other account.

/** The guest, held until the end of the transaction; nothing for a person. */
export const holdGuest = statement({
  name: "hold-guest",
  text: `select id from "Account" where id = $1 and kind = 'guest' for update`,
  parameters: { guestId: "uuid" },
  row: z.object({ id: z.string() }),
});

/**
 * Makes the guest's default agent one of its others where somebody has given or told it something: it goes along then.
 */
export const keepChangedAgent = statement({
  name: "keep-changed-agent",
  text: `update "Agent" a set "isDefault" = false where a."accountId" = $1 and a."isDefault"
      and (a."updatedAt" > a."createdAt"
        or exists (select 1 from "Doc" d where d."agentId" = a.id)
        or exists (select 1 from "Tool" t where t."agentId" = a.id)
        or exists (select 1 from "AgentIndex" x where x."agentId" = a.id))`,
  parameters: { guestId: "uuid" },
});

/** Gives sessions with the guest's default agent the other one as well. */
export const copyDefaultAgent = statement({
  name: "copy-default-agent",
  text: `insert into "SessionAgent" ("sessionId", "agentId", position)
    select x."sessionId", $2, x.position from "SessionAgent" x join "Agent" a on a.id = x."agentId"
    where a."accountId" = $1 and a."isDefault" on conflict do nothing`,
  parameters: { guestId: "uuid", agentId: "uuid" },
});

/**
 * Moves files. What the other account has too stays a file of its own, of a hash that no content has: messages name it.
 */
export const moveFiles = statement({
  name: "move-files",
  text: `update "File" f set "accountId" = $2, hash = case when exists (
        select 1 from "File" o where o."accountId" = $2 and o.hash = f.hash) then f.hash || ' ' || f.id else f.hash end
      where "accountId" = $1`,
  parameters: { guestId: "uuid", accountId: "uuid" },
});

const into = { guestId: "uuid", accountId: "uuid", projectId: "uuid" } as const;

/** Moves sessions. The words of their messages, which say whose they are, are made anew. */
export const moveSessions = statement({
  name: "move-sessions",
  text: `with moved as (
      update "Session" set "accountId" = $2, "projectId" = $3 where "accountId" = $1 returning id
    ), branch as (
      update "Branch" b set "wordsUpto" = 0 from moved where b."sessionId" = moved.id and b."wordsUpto" > 0 returning b.id
    )
    delete from "MessageWords" w using branch where w."branchId" = branch.id`,
  parameters: into,
});

export const moveIndexes = statement({
  name: "move-indexes",
  text: `update "Index" set "accountId" = $2, "projectId" = $3 where "accountId" = $1`,
  parameters: into,
});

export const moveUsers = statement({
  name: "move-users",
  text: `update "User" set "accountId" = $2, "projectId" = $3 where "accountId" = $1`,
  parameters: into,
});

/** Moves all agents but the default one. */
export const moveAgents = statement({
  name: "move-agents",
  text: `update "Agent" set "accountId" = $2, "projectId" = $3 where "accountId" = $1 and not "isDefault"`,
  parameters: into,
});

const to = { guestId: "uuid", accountId: "uuid" } as const;

export const moveRuns = statement({
  name: "move-runs",
  text: `update "Run" set "accountId" = $2 where "accountId" = $1`,
  parameters: to,
});

/** Moves docs; those of a project become the other one's, each once: what that has already goes with the guest. */
export const moveDocs = statement({
  name: "move-docs",
  text: `with doc as (
      select id, "projectId", row_number() over (partition by "projectId" is null, title, "contentHash" order by id) as n
      from "Doc" where "accountId" = $1
    ), moved as (
      update "Doc" d set "accountId" = $2, "projectId" = case when doc."projectId" is not null then $3::uuid end
      from doc where d.id = doc.id and (doc."projectId" is null or (doc.n = 1 and not exists (
        select 1 from "Doc" o where o."projectId" = $3 and o.title = d.title and o."contentHash" = d."contentHash")))
      returning d.id, d."projectId"
    )
    update "DocChunk" c set "ownerId" = moved."projectId" from moved
    where c."docId" = moved.id and moved."projectId" is not null`,
  parameters: into,
});

export const moveJobs = statement({
  name: "move-jobs",
  text: `update "Job" set "accountId" = $2 where "accountId" = $1`,
  parameters: to,
});

/** Adds what the guest used to what the account used. The guest's own rows go with the guest. */
export const addUsageOfGuest = statement({
  name: "add-usage-of-guest",
  text: `insert into "Usage" as u ("accountId", day, kind, "keyId", "agentId", "endUserHash", "isStranger", calls,
      "inputTokens", "outputTokens")
    select $2, day, kind, "keyId", "agentId", "endUserHash", "isStranger", calls, "inputTokens", "outputTokens"
    from "Usage" where "accountId" = $1 order by day, kind, "keyId", "agentId", "endUserHash", "isStranger"
    on conflict ("accountId", day, kind, "keyId", "agentId", "endUserHash", "isStranger") do update set
      calls = u.calls + excluded.calls, "inputTokens" = u."inputTokens" + excluded."inputTokens",
      "outputTokens" = u."outputTokens" + excluded."outputTokens"`,
  parameters: to,
});

export const deleteGuest = statement({
  name: "delete-guest",
  text: `delete from "Account" where id = $1`,
  parameters: { guestId: "uuid" },
});
