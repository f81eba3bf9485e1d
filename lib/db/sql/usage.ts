import { z } from "zod";
import { statement } from "./statement.ts";

/** What an account's turns came to, by day. By hand, since Prisma cannot group by a part of a time. */
export const listUsageRows = statement({
  name: "list-usage",
  text: `select to_char(r."createdAt" at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as turns,
      (count(*) filter (where r.status in ('failed', 'interrupted')))::int as errors,
      coalesce(sum((r.usage->>'inputTokens')::bigint), 0)::float8 as "inputTokens",
      coalesce(sum((r.usage->>'outputTokens')::bigint), 0)::float8 as "outputTokens"
    from "Run" r where r."accountId" = $1 and r."endedAt" is not null
      and r."createdAt" >= (date_trunc('day', now() at time zone 'UTC') - make_interval(days => $2::int - 1)) at time zone 'UTC'
    group by 1 order by 1`,
  parameters: { accountId: "uuid", days: "int4" },
  row: z.object({
    day: z.string(),
    turns: z.number(),
    errors: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
  }),
});
