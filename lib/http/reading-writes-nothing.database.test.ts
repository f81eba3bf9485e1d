import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { OPEN_ROUTES, routeTable } from "../testing/server.ts";

let api: Api;

beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const paths = routeTable()
  .map(({ path }) => path)
  .filter((path) => !OPEN_ROUTES.includes(path) && !path.includes("[..."));

describe("C25: reading writes nothing, also where nothing has been written yet:", () => {
  test.each(paths)("GET %s", async (path) => {
    const address = path.replaceAll(/\[\w+\]/gu, newId());
    const account = await api.server.makeAccount();
    const before = await counts();
    for (const query of ["", "?details=1"]) {
      const { status } = await api.call("GET", `${address}${query}`, { key: account.key });
      expect(status).toBeLessThan(500);
    }
    expect(await counts()).toEqual(before);
  });
});

test("C25: every account has its default project, and it is the same before and after the first write", async () => {
  const fresh = await api.server.makeAccount();
  const list = async () => (await api.call("GET", "/api/projects", { key: fresh.key })).body.items;
  const before = await list();
  expect(before).toMatchObject([{ canonical_name: "default", name: "Default" }]);
  await api.call("POST", "/api/v1/chat", { key: fresh.key, body: {} });
  expect(await list()).toEqual(before);
  const sessions = await api.call("GET", `/api/v1/chat?project_id=${before[0].id}`, { key: fresh.key });
  expect(sessions.body.items).toHaveLength(1);
});

/** How many rows each table has. */
async function counts(): Promise<Readonly<Record<string, number>>> {
  const { pool } = api.server.parley.ports.database;
  const tables = await pool.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  const selects = tables.rows.map(({ name }) => `select '${name}' as name, count(*)::int as n from "${name}"`);
  const found = await pool.query<{ name: string; n: number }>(selects.join(" union all "));
  return Object.fromEntries(found.rows.map(({ name, n }) => [name, n]));
}
