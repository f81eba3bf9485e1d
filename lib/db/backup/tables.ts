import type { Pool, PoolClient } from "pg";

type Queries = Pick<Pool | PoolClient, "query">;

/** A table as it is copied. */
export type Table = {
  readonly name: string;
  /** Of all columns, in their order: a row's text holds them so. */
  readonly columns: readonly string[];
  /** Those that are written; the database fills the others. */
  readonly written: readonly string[];
  /** The columns of its primary key, with their types. */
  readonly key: readonly { readonly name: string; readonly type: string }[];
};

/**
 * The tables of the schema that hold what people have: all but the list of migrations and copies of vectors. In the
 * order of their names.
 */
export async function listTables(database: Queries): Promise<Table[]> {
  const { rows } = await database.query<Table>(
    `select c.relname as name,
       (select json_agg(a.attname order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       (select json_agg(a.attname order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as written,
       (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
          order by array_position(i.indkey::int2[], a.attnum))
        from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
        where i.indrelid = c.oid and i.indisprimary) as key
     from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
       and c.relname <> '_prisma_migrations' and c.relname not like 'Vectors\\_%'
     order by c.relname collate "C"`,
  );
  return rows;
}

/** A foreign key, and how it is made. */
export type ForeignKey = { readonly table: string; readonly name: string; readonly definition: string };

export async function listForeignKeys(database: Queries): Promise<ForeignKey[]> {
  const { rows } = await database.query<ForeignKey>(
    `select r.relname as table, c.conname as name, pg_get_constraintdef(c.oid) as definition
     from pg_constraint c join pg_class r on r.oid = c.conrelid
     where c.contype = 'f' and r.relnamespace = current_schema()::regnamespace order by 1, 2`,
  );
  return rows;
}

/** A name as SQL spells it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What all rows of a table come to, in whatever order: two tables of equal digests have equal rows. */
export type Digest = { readonly rows: number; readonly sum: string };

// Two sums of 60 bits each of the hashes of all rows: a row that is missing, changed or there twice changes them. What
// the database makes itself is left out: databases of other languages write other letters small.
export async function digestOf(database: Queries, table: Table): Promise<Digest> {
  const half = (from: number) => `coalesce(sum(('x' || substr(hash, ${from}, 15))::bit(60)::bigint::numeric), 0)::text`;
  const { rows } = await database.query<Digest>(
    `select count(*)::int as rows, ${half(1)} || ' ' || ${half(17)} as sum
     from (select md5(row(${table.written.map(quoted).join(", ")})::text) as hash from ${quoted(table.name)}) h`,
  );
  const [digest] = rows;
  if (!digest) throw new Error(`${table.name} could not be read`);
  return digest;
}
