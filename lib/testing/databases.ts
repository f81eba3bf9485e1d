import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "../db/migrate.ts";
import { newId } from "../domain/ids.ts";
import { lendKept } from "./kept-pglite.ts";

/** Where a database is: a folder of its own, and on a server of PostgreSQL its address. */
export type Place = { readonly DATA_DIR: string; readonly DATABASE_URL?: string };

const MIGRATED = "migrated";

/** Settings of a database without tables, of the engine that this run is about: TEST_DATABASE says which. */
export const emptyDatabase = (): Promise<Place> => newDatabase("template1");

/**
 * The same with all tables, and nothing in them. On PGlite it is one that this process keeps running, where nobody else
 * has it open and `isOwn` does not ask for a folder and a thread that belong to the test: for tests that end the
 * thread, look into the folder, open it in another process, change tables or limit the time of statements.
 */
export async function migratedDatabase({ isOwn = false }: { readonly isOwn?: boolean } = {}): Promise<Place> {
  const place = await newDatabase(MIGRATED);
  if (!isOwn && place.DATABASE_URL === undefined) await lendKept(place.DATA_DIR);
  return place;
}

async function newDatabase(template: string): Promise<Place> {
  const DATA_DIR = mkdtempSync(join(tmpdir(), "parley-test-"));
  const server = process.env.TEST_POSTGRES_URL;
  if (process.env.TEST_DATABASE !== "postgresql" || server === undefined) return { DATA_DIR };
  const name = `test_${newId().replaceAll("-", "")}`;
  await asked(server, `create database ${name} template ${template}`);
  return { DATA_DIR, DATABASE_URL: `${server}/${name}` };
}

/** Makes the database on a server that migrated ones are copies of: migrating each takes half a second. */
export async function makeMigrated(server: string): Promise<void> {
  await asked(server, `create database ${MIGRATED}`);
  const pool = new pg.Pool({ connectionString: `${server}/${MIGRATED}`, max: 2 });
  await migrate(pool, join(import.meta.dirname, "../.."));
  await pool.end();
}

async function asked(server: string, statement: string): Promise<void> {
  const client = new pg.Client(`${server}/postgres`);
  await client.connect();
  await client.query(statement);
  await client.end();
}
