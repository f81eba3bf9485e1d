import { expect, test } from "vitest";
import { openDatabase } from "../db/database.ts";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { regularUpkeep } from "./tidy.ts";

const MINUTE = 60_000;

test("tables of the embedded database are seen to once a minute, while no turn runs or after ten minutes of turns", async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase({ isOwn: true });
  const database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: process.cwd() });
  if (database.kind === "postgresql") return database.close();
  let [clock, turns] = [0, 1];
  const done: string[] = [];
  const log = { debug: ({ work }: { work: string }) => done.push(work) } as never; // nothing else of it is called
  const work = regularUpkeep({ database, log, now: () => clock, runner: { count: () => turns } });
  /** Changes many rows, of which the database tells a second later. */
  async function change() {
    const rows = Array.from({ length: 500 }, () => ({ id: newId(), kind: "person" }));
    await database.prisma.account.createMany({ data: rows });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await database.pool.query("select 1");
  }

  await change();
  turns = 0;
  await work();
  [clock, turns] = [MINUTE, 1];
  await work();
  expect(done).toEqual([]);
  turns = 0;
  await work();
  expect(done).toHaveLength(1);
  for (let n = 0; n < 20; n++) await work();
  expect(new Set(done).size).toBe(done.length);
  expect(done.join()).toContain("Account");

  done.length = 0;
  await change();
  [clock, turns] = [clock + 10 * MINUTE, 1];
  await work();
  expect(done).toEqual([]);
  clock += 2 * MINUTE;
  await work();
  expect(done).toHaveLength(1);
  await database.close();
});
