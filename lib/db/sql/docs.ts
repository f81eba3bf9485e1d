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

/**
 * Deletes some docs of one owner: at most so many, of about so many characters, and one at least where there is any.
 */
export const deleteSomeDocRows = statement({
  name: "empty-owner-of-docs",
  text: `delete from "Doc" where id in (
       select id from (
         select id, sum(coalesce(characters, 50000)) over (order by id) - coalesce(characters, 50000) as before from "Doc"
         where "accountId" = $1 and ("agentId" = $2 or "userId" = $3 or "indexId" = $4 or "sessionId" = $5 or "projectId" = $6)
       ) d where before < $7 order by id limit $8
     ) returning id`,
  parameters: {
    accountId: "uuid",
    agentId: "uuid?",
    userId: "uuid?",
    indexId: "uuid?",
    sessionId: "uuid?",
    projectId: "uuid?",
    characters: "int8",
    most: "int8",
  },
  row: z.object({ id: z.string() }),
});
