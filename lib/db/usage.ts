import type { DayUsage } from "../domain/usage.ts";
import type { Database } from "./database.ts";
import { rows } from "./sql.ts";

/** The days of an account on which turns ended, of the last so many, oldest first. */
export async function listUsage(database: Database, accountId: string, days: number): Promise<DayUsage[]> {
  return rows<DayUsage>(
    database,
    `select to_char(r."createdAt" at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as turns,
       (count(*) filter (where r.status in ('failed', 'interrupted')))::int as errors,
       coalesce(sum((r.usage->>'inputTokens')::bigint), 0)::float8 as "inputTokens",
       coalesce(sum((r.usage->>'outputTokens')::bigint), 0)::float8 as "outputTokens"
     from "Run" r where r."accountId" = $1 and r."endedAt" is not null
       and r."createdAt" >= (date_trunc('day', now() at time zone 'UTC') - make_interval(days => $2::int - 1)) at time zone 'UTC'
     group by 1 order by 1`,
    [accountId, days],
  );
}
