import { z } from "zod";
import { statement } from "./statement.ts";

/** The users of an account among some, in the order of their ids. By hand, since turns of users begin with it. */
export const findUserRows = statement({
  name: "find-users",
  text: `select u.id, u."projectId", p."canonicalName" as project, u.name, u.about, u.metadata, u."createdAt",
      u."updatedAt", exists (select 1 from "Doc" d where d."userId" = u.id) as "hasDocs"
    from "User" u join "Project" p on p.id = u."projectId"
    where u."accountId" = $1 and u.id = any($2::uuid[]) order by array_position($2::uuid[], u.id)`,
  parameters: { accountId: "uuid", ids: "uuid[]" },
  row: z.object({
    id: z.string(),
    projectId: z.string(),
    project: z.string(),
    name: z.string(),
    about: z.string(),
    metadata: z.record(z.string(), z.unknown()).nullable(),
    hasDocs: z.boolean(),
    createdAt: z.date(),
    updatedAt: z.date(),
  }),
});
