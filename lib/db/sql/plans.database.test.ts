import { join } from "node:path";
import type { PoolClient } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { migratedDatabase } from "../../testing/databases.ts";
import { type Declared, declaredStatements } from "../../testing/statements.ts";
import { type Database, openDatabase } from "../database.ts";

// How the database means to run each statement where there is much of everything: 200 accounts that have 100 sessions,
// docs and files each. A plan is looked at, and nothing is run.

/** Each of these tables has 20,000 rows or more. */
const LARGE = ["Session", "Branch", "Message", "Run", "File", "Doc", "DocChunk", "ChunkEmbedding", "Job"];

/** Statements that read a large table from end to end, and why that is well. */
const READS_ALL: Readonly<Record<string, string>> = {
  "list-pending-accounts": "looks for work, once in a while",
  "sum-files": "adds up the sizes of all files of the server, when one is uploaded",
  "sweep-unused-files": "looks for work, once in a while",
  "delete-unused-files": "looks for work, behind deletions",
  "take-up-lost-docs": "looks for work, once in a while",
  "move-sessions": "moves all that a guest has, once",
};

const SCOPED = "whose docs they are decides which index finds them";

/** Statements that are planned for each call though they could keep a plan, and why that is well. */
const PLANNED_EACH_TIME: Readonly<Record<string, string>> = {
  "count-pieces": SCOPED,
  "search-terms": SCOPED,
  "list-words": SCOPED,
  "find-meeting": SCOPED,
  "list-unembedded-docs": SCOPED,
  "find-docs-by-name": SCOPED,
  "delete-docs": SCOPED,
  "empty-owner-of-docs": SCOPED,
  "sample-words": "asks once in a while",
  "list-pending-chunks": "looks for work, behind the turns",
  "list-sessions": "a page is a small part of all there are, and a plan for that is made in a tenth of a millisecond",
  "count-things": "a few tables of one account",
  "hold-files": "one table",
  "insert-places": "one table",
  "set-title": "one table",
};

const statements = await declaredStatements();
let database: Database;
let client: PoolClient;
let home: { readonly id: string; readonly accountId: string };

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../../..") });
  client = await database.pool.connect();
  await fill();
  home = (await client.query(`select id, "accountId" from "Project" limit 1`)).rows[0];
}, 120_000);
afterAll(async () => {
  // The embedded database goes on to other files, whose few rows are not to be planned for as these.
  await client.query("delete from pg_statistic where starelid >= 16384");
  client.release();
  await database.close();
});

test("no statement reads a table from end to end where it is asked for a little of it", async () => {
  const found: Record<string, string[]> = {};
  for (const one of statements) {
    const read = new Set<string>();
    await prepared(one, async (execute) => {
      for (const mode of ["force_generic_plan", "force_custom_plan"]) {
        await client.query(`set plan_cache_mode = ${mode}`);
        for (const { "QUERY PLAN": line } of (await client.query(`explain ${execute}`)).rows) {
          const [, table = ""] = /Seq Scan on "(\w+)"/u.exec(line) ?? [];
          if (LARGE.includes(table)) read.add(table);
        }
      }
      await client.query("set plan_cache_mode = auto");
    });
    if (read.size > 0) found[one.name] = [...read];
  }
  expect(
    Object.keys(found).filter((name) => !(name in READS_ALL)),
    JSON.stringify(found),
  ).toEqual([]);
  expect(Object.keys(READS_ALL).filter((name) => !(name in found))).toEqual([]);
});

test("the database keeps its plan of each statement", async () => {
  const anew: string[] = [];
  for (const one of statements) {
    if (one.isPlannedAnew) continue;
    await prepared(one, async (execute, name) => {
      // The first five are always planned for their values.
      for (let n = 0; n < 7; n++) await client.query(`explain ${execute}`);
      const { rows } = await client.query("select generic_plans as kept from pg_prepared_statements where name = $1", [
        name,
      ]);
      if (Number(rows[0].kept) === 0) anew.push(one.name);
    });
  }
  expect(anew.filter((name) => !(name in PLANNED_EACH_TIME))).toEqual([]);
  expect(Object.keys(PLANNED_EACH_TIME).filter((name) => !anew.includes(name))).toEqual([]);
});

/** Prepares a statement, gives `look` what executes it, and forgets it. */
async function prepared(
  { name, text, parameters }: Declared,
  look: (execute: string, name: string) => Promise<void>,
): Promise<void> {
  const own = `plan of ${name}`;
  const types = Object.values(parameters).map((type) => type.replace("?", ""));
  const values = Object.entries(parameters).map(([key, type]) => sample(key, type));
  const listed = (list: readonly string[]) => (list.length > 0 ? `(${list.join(", ")})` : "");
  await client.query(`prepare "${own}" ${listed(types)} as ${text}`);
  await look(`execute "${own}" ${listed(values)}`, own);
  await client.query(`deallocate "${own}"`);
}

/** A value for a parameter as SQL: null where it may be, but for what scopes a statement. */
function sample(name: string, type: string): string {
  const known = /^accountIds?$/u.test(name) ? home.accountId : /^projectIds?$/u.test(name) ? home.id : null;
  const declared = type.replace("?", "");
  if (type.endsWith("?") && known === null) return `null::${declared}`;
  const text = known ?? sampleOf(declared.replace("[]", ""));
  return declared.endsWith("[]") ? `array['${text}']::${declared}` : `'${text}'::${declared}`;
}

function sampleOf(type: string): string {
  if (type === "uuid") return newId();
  if (type === "bool") return "true";
  if (type === "timestamptz") return "2026-01-01";
  if (type.startsWith("json")) return "[]";
  if (type === "varbit") return "1";
  if (type === "regconfig") return "simple";
  return /^(?:int|float)/u.test(type) ? "20" : "x";
}

async function fill(): Promise<void> {
  await client.query(
    `insert into "Account" (id, kind) select gen_random_uuid(), 'person' from generate_series(1, 200)`,
  );
  await client.query(
    `with home as materialized (
       select id as "projectId", "accountId", row_number() over () as nth, count(*) over () as homes from "Project"
     ), made as materialized (
       select gen_random_uuid() as id, gen_random_uuid() as branch, gen_random_uuid() as run, gen_random_uuid() as doc,
         gen_random_uuid() as file, n, n * interval '1 minute' as age, "projectId", "accountId"
       from generate_series(1, 20000) n join home on nth = n % homes + 1
     ), sessions as (
       insert into "Session" (id, "accountId", "projectId", origin, "activeBranchId", "lastRunId", "createdAt", "updatedAt")
       select id, "accountId", "projectId", 'llamacloud', branch, run, now() - age, now() - age from made
     ), branches as (
       insert into "Branch" (id, "sessionId", path, "nextPosition", "wordsUpto") select branch, id, '[]', 2, 2 from made
     ), runs as (
       insert into "Run" (id, "accountId", "sessionId", "branchId", dialect, status, stores, policy, plan, settings)
       select run, "accountId", id, branch, 'llamacloud', 'completed', true, '{}', '{}', '{}' from made
     ), messages as (
       insert into "Message" (id, "sessionId", "branchId", position, role, source, parts, "runId")
       select gen_random_uuid(), id, branch, place, 'user', 'api_request', '[]', run from made, generate_series(0, 1) place
     ), files as (
       insert into "File" (id, "accountId", hash, name, "mediaType", size)
       select file, "accountId", n::text, 'n', 'text/plain', 1 from made
     ), docs as (
       insert into "Doc" (id, "accountId", "projectId", "fileId", title, "contentHash", state)
       select doc, "accountId", "projectId", file, 'd' || n, n::text, 'ready' from made
     ), jobs as (
       insert into "Job" (id, "accountId", "docId", kind, state) select gen_random_uuid(), "accountId", doc, 'ingest', 'succeeded' from made
     ), pieces as (
       insert into "DocChunk" (id, "docId", position, content) select gen_random_uuid(), doc, 0, 'word' || n from made returning id
     )
     insert into "ChunkEmbedding" ("chunkId", model, vector, fingerprint) select id, 'm', '\\x00', b'0' from pieces`,
  );
  await client.query("analyze");
}
