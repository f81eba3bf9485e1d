import { afterAll, beforeAll, expect, test } from "vitest";
import { hashKey } from "../server/keys.ts";
import { makeOwnerToken, takeOwnerToken } from "../server/owner.ts";
import { type Api, openApi } from "../testing/api.ts";
import { OWNER_KEY } from "../testing/server.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const onServer = { isFunction: false, apiKey: OWNER_KEY };
const onVercel = { isFunction: true, apiKey: OWNER_KEY };
const database = () => api.server.parley.ports.database;

test("the owner's link is good once at any instance, for a day, and kept as a hash", async () => {
  const token = await makeOwnerToken(database());
  const kept = await database().pool.query(`select hash from "OwnerLink" where hash = $1`, [hashKey(token)]);
  expect(kept.rows).toHaveLength(1);
  const taken = await Promise.all([0, 1, 2].map(() => takeOwnerToken(database(), onServer, token)));
  expect(taken.filter(Boolean)).toHaveLength(1);

  const late = await makeOwnerToken(database());
  await database().pool.query(`update "OwnerLink" set "expiresAt" = now() - interval '1 second' where hash = $1`, [
    hashKey(late),
  ]);
  expect(await takeOwnerToken(database(), onServer, late)).toBe(false);
  // The next link takes out those whose time is over.
  await makeOwnerToken(database());
  const left = await database().pool.query(`select 1 from "OwnerLink" where hash = $1`, [hashKey(late)]);
  expect(left.rows).toEqual([]);
});

test("the key of the settings signs the owner in on Vercel alone, as long as it is not revoked", async () => {
  expect(await takeOwnerToken(database(), onServer, OWNER_KEY)).toBe(false);
  expect(await takeOwnerToken(database(), onVercel, `${OWNER_KEY}x`)).toBe(false);
  expect(await takeOwnerToken(database(), onVercel, OWNER_KEY)).toBe(true);
  expect(await takeOwnerToken(database(), onVercel, OWNER_KEY)).toBe(true);
  await database().pool.query(`update "ApiKey" set "revokedAt" = now() where hash = $1`, [hashKey(OWNER_KEY)]);
  expect(await takeOwnerToken(database(), onVercel, OWNER_KEY)).toBe(false);
});
