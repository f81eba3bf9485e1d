import { z } from "zod";
import { statement } from "./statement.ts";

const some = (table: string, condition = "true") =>
  `(select count(*) from (select from "${table}" where "accountId" = a.id and ${condition} limit $3) counted)`;

/** How many things of a kind an account has, and who it is. By hand, since it counts no further than it has to: $3. */
export const countThings = statement({
  name: "count-things",
  text: `select a.kind, (case $2
       when 'agents' then ${some("Agent")}
       when 'users' then ${some("User")}
       when 'sessions' then ${some("Session")}
       when 'docs' then ${some("Doc")}
       when 'files' then ${some("File")}
       when 'indexes' then ${some("Index")}
       when 'projects' then ${some("Project")}
       when 'keys' then ${some("ApiKey", `"revokedAt" is null`)}
     end)::int as there from "Account" a where a.id = $1`,
  parameters: { accountId: "uuid", kind: "text", most: "int8" },
  row: z.object({ kind: z.enum(["guest", "person"]), there: z.number() }),
});
