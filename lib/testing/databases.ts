import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { newId } from "../domain/ids.ts";

/** Settings of an empty database of the engine that this run is about: TEST_DATABASE says which. */
export async function emptyDatabase(): Promise<{ readonly DATA_DIR: string; readonly DATABASE_URL?: string }> {
  const DATA_DIR = mkdtempSync(join(tmpdir(), "parley-test-"));
  const server = process.env.TEST_POSTGRES_URL;
  if (process.env.TEST_DATABASE !== "postgresql" || server === undefined) return { DATA_DIR };
  const name = `test_${newId().replaceAll("-", "")}`;
  const client = new pg.Client(`${server}/postgres`);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return { DATA_DIR, DATABASE_URL: `${server}/${name}` };
}
