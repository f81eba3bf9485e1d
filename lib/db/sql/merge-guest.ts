import { z } from "zod";
import { statement } from "./statement.ts";

// What moves a guest's rows to another account, in this order and in one transaction. By hand for the copies and for the
// conditions on rows of the other account.

/** The guest, held until the end of the transaction; nothing for a person. */
export const holdGuest = statement({
  name: "hold-guest",
  text: `select id from "Account" where id = $1 and kind = 'guest' for update`,
  parameters: { guestId: "uuid" },
  row: z.object({ id: z.string() }),
});

/** Gives sessions with the guest's default agent the other one as well. */
export const copyDefaultAgent = statement({
  name: "copy-default-agent",
  text: `insert into "SessionAgent" ("sessionId", "agentId", position)
    select x."sessionId", $2, x.position from "SessionAgent" x join "Agent" a on a.id = x."agentId"
    where a."accountId" = $1 and a."isDefault" on conflict do nothing`,
  parameters: { guestId: "uuid", agentId: "uuid" },
});

/** Moves files. What the other account has too stays a file of its own, of a hash that no content has: messages name it. */
export const moveFiles = statement({
  name: "move-files",
  text: `update "File" f set "accountId" = $2, hash = case when exists (
        select 1 from "File" o where o."accountId" = $2 and o.hash = f.hash) then f.hash || ' ' || f.id else f.hash end
      where "accountId" = $1`,
  parameters: { guestId: "uuid", accountId: "uuid" },
});

const into = { guestId: "uuid", accountId: "uuid", projectId: "uuid" } as const;

export const moveSessions = statement({
  name: "move-sessions",
  text: `update "Session" set "accountId" = $2, "projectId" = $3 where "accountId" = $1`,
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

export const moveDocs = statement({
  name: "move-docs",
  text: `update "Doc" set "accountId" = $2 where "accountId" = $1`,
  parameters: to,
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
