import { afterAll, beforeAll, expect, test } from "vitest";
import { claimRun } from "../db/claims.ts";
import { findRun } from "../db/runs.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { claimOf, makeSession, newMessage } from "../testing/stored-turns.ts";

const SECRET = "the secret of the timetable";

let api: Api;
beforeAll(async () => {
  api = await openApi({ CRON_SECRET: SECRET });
  api.model.onMessage(/.*/s, { content: "Hello." });
});
afterAll(async () => {
  await api.close();
  delete process.env.CRON_SECRET;
});

const cron = (authorization?: string) =>
  api.call("GET", "/api/cron", { key: null, headers: authorization === undefined ? {} : { authorization } });

test("the sweep is done for who shows its secret alone", async () => {
  for (const wrong of [undefined, "", SECRET, `Bearer ${SECRET}x`, "Bearer ", `bearer ${SECRET}`]) {
    expect([wrong, (await cron(wrong)).status]).toEqual([wrong, 401]);
  }
  expect(await cron(`Bearer ${SECRET}`)).toMatchObject({ status: 200, body: { taken_over: 0 } });
  expect((await api.call("POST", "/api/cron", { key: null })).status).toBe(405);
});

test("the sweep goes on with a turn that was left, and forgets what nobody asks for any more", async () => {
  const { database } = api.server.parley.ports;
  const session = await makeSession(database);
  const claim = claimOf(session, newId(), { input: [newMessage("hi")] });
  await claimRun(database, claim);
  await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [claim.runId]);
  const old = `insert into "SignIn" (id, "accountId", "tokenVersion", browser, "expiresAt")
    values ($1, $2, 0, 'Old', now() - interval '1 day')`;
  await database.pool.query(old, [newId(), session.accountId]);

  expect((await cron(`Bearer ${SECRET}`)).body).toEqual({ taken_over: 1 });
  await expect
    .poll(async () => (await findRun(database, session.accountId, claim.runId))?.run.status)
    .toBe("completed");
  const left = await database.pool.query(`select 1 from "SignIn" where "accountId" = $1`, [session.accountId]);
  expect(left.rows).toEqual([]);
});
