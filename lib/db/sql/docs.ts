import { z } from "zod";
import { statement } from "./statement.ts";

/** Deletes the docs of one owner whose metadata contains an object. By hand: Prisma has no such condition. */
export const deleteDocRows = statement({
  name: "delete-docs",
  text: `delete from "Doc" where "accountId" = $1 and ("agentId" = $2 or "userId" = $3
        or "indexId" = $4 or "sessionId" = $5 or "projectId" = $6)
      and coalesce(metadata, '{}') @> $7 returning id`,
  parameters: {
    accountId: "uuid",
    agentId: "uuid?",
    userId: "uuid?",
    indexId: "uuid?",
    sessionId: "uuid?",
    projectId: "uuid?",
    filter: "jsonb",
  },
  row: z.object({ id: z.string() }),
});
