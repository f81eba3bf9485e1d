import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { makeSession } from "../testing/stored-turns.ts";
import { type Database, openDatabase } from "./database.ts";

const root = join(import.meta.dirname, "../..");
let database: Database;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root });
});
afterAll(() => database.close());

const head = { type: "tool-result", callId: "c", name: "f" };
const said = (output: unknown, more: object = {}) => [{ ...head, output, isError: true, durationMs: 3, ...more }];
const cut = (output: unknown, code: string) => [{ ...head, output, isError: true, cut: code, durationMs: 3 }];

test("C27: results of calls that were cut off get a code where they have only words, and others stay", async () => {
  const interrupted = { error: "interrupted: it may have run, and is not run twice" };
  const rows: [parts: object[], wanted: object[], role?: string][] = [
    [said({ error: "cancelled" }), cut({ error: "cancelled" }, "cancelled")],
    [said(interrupted), cut(interrupted, "interrupted")],
    [said({ error: "The server restarts" }), cut({ error: "The server restarts" }, "interrupted")],
    [said({ z: 1, error: "no such city", a: 2 }), said({ z: 1, error: "no such city", a: 2 })],
    [said("cancelled"), said("cancelled")],
    [said({ error: "cancelled" }, { isError: false }), said({ error: "cancelled" }, { isError: false })],
    [said({ error: "cancelled" }), said({ error: "cancelled" }), "user"],
    [[], []],
  ];
  const { id: sessionId, branchId } = await makeSession(database);
  for (const [position, [parts, , role = "tool"]] of rows.entries()) {
    await database.pool.query(
      `insert into "Message" (id, "sessionId", "branchId", position, role, source, parts)
       values ($1, $2, $3, $4, $5, 'tool_response', $6::json)`,
      [newId(), sessionId, branchId, position, role, JSON.stringify(parts)],
    );
  }
  const folder = readdirSync(join(root, "prisma/migrations")).find((name) => name.endsWith("_call_cuts")) ?? "";
  await database.pool.query(readFileSync(join(root, "prisma/migrations", folder, "migration.sql"), "utf8"));
  const stored = await database.pool.query(`select parts from "Message" where "sessionId" = $1 order by position`, [
    sessionId,
  ]);
  expect(stored.rows.map(({ parts }) => JSON.stringify(parts))).toEqual(
    rows.map(([, wanted]) => JSON.stringify(wanted)),
  );
});
