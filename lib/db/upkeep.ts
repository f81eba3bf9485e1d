import type { Database } from "./database.ts";

// A server of PostgreSQL vacuums and analyzes tables by itself. The embedded database has no process for that: rows
// that were changed or deleted would keep their room for ever, and statements be planned for tables that are empty.

/** Of a larger table, indexes included, a vacuum may take longer than a statement has: it takes 10 ms a megabyte. */
const MOST_BYTES = 1_000_000_000;

/**
 * Vacuums or analyzes the one table of the embedded database that needs it most, by the measures of PostgreSQL's own
 * autovacuum; what a table has grown since its last vacuum counts as well, since all other counts begin anew with each
 * start. Nobody else is served meanwhile. Gives what it has done; null: no table needs it, or the database sees to it
 * itself.
 */
export async function upkeep({ kind, pool }: Pick<Database, "kind" | "pool">): Promise<string | null> {
  if (kind !== "pglite") return null;
  const { rows } = await pool.query<{ work: string }>(
    `select (case when vacuums then 'vacuum (analyze) ' else 'analyze ' end) || format('%I.%I', s.schemaname, s.relname) as work
     from pg_stat_user_tables s join pg_class c on c.oid = s.relid
     cross join lateral (select greatest(c.reltuples, 0) as rows,
       pg_relation_size(s.relid) / current_setting('block_size')::int as pages) size
     cross join lateral (select
       greatest(n_dead_tup / (50 + 0.2 * rows), n_ins_since_vacuum / (1000 + 0.2 * rows), pages / (50 + 1.2 * relpages)) as "vacuum",
       n_mod_since_analyze / (50 + 0.1 * rows) as "analyze") need
     cross join lateral (select "vacuum" > 1 and pg_total_relation_size(s.relid) < $1 as vacuums) plan
     where vacuums or "analyze" > 1 order by greatest("vacuum", "analyze") desc limit 1`,
    [MOST_BYTES],
  );
  const [due] = rows;
  if (!due) return null;
  await pool.query(due.work);
  return due.work;
}
