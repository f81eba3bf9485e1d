import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { startSchemaEngine } from "./schema-engine.ts";

test("C22: an engine that did not load once is loaded the next time", async () => {
  // Its connections are only made when it works.
  const pool = new pg.Pool({ host: "127.0.0.1", port: 1, connectionTimeoutMillis: 100 });
  await expect(startSchemaEngine(pool, "/nowhere")).rejects.toThrow("ENOENT");
  const root = join(import.meta.dirname, "../..");
  const engine = await startSchemaEngine(pool, root).catch((thrown: Error) => thrown);
  expect(String(engine)).not.toContain("ENOENT");
  await pool.end();
});
