import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { type RedisServer, startRedis } from "../testing/redis-server.ts";
import { parley } from "./parley.ts";
import { openRateLimits } from "./rate-limits.ts";
import { openRedis } from "./redis.ts";
import type { Settings } from "./settings.ts";

const LIMIT = 20;
const BOT = { bot_slug: "taxson", prompt: "hi", stream: false };

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
  for (const name of [
    "REDIS_URL",
    "TURNS_PER_MINUTE",
    "TOKENS_PER_DAY",
    "GUESTS",
    "SIGN_UP",
    "TRUSTED_PROXIES",
    "GUESTS_PER_HOUR",
  ])
    delete process.env[name];
});

let api: Api | null = null;
afterEach(async () => {
  await api?.close();
  api = null;
});

async function open(environment: Readonly<Record<string, string>>): Promise<Api> {
  api = await openApi({ REDIS_URL: redis.url, ...environment });
  api.model.onMessage(/.*/s, { content: "Hello." });
  return api;
}

/** The limits of another instance, with a connection of its own. */
async function another(change: Partial<Settings>) {
  const { settings, ports, ownerId } = await parley();
  const connection = await openRedis(redis.url, ports.log);
  const limits = openRateLimits({ ...ports, redis: connection, settings: { ...settings, ...change } });
  return { limits, ports, connection, who: { accountId: ownerId, keyId: null } };
}

test(`of 200 turns at once ${LIMIT} run, and another instance knows of them`, async () => {
  const { call, model } = await open({ TURNS_PER_MINUTE: String(LIMIT) });
  const answers = await Promise.all(Array.from({ length: 200 }, () => call("POST", "/v1/chat", { body: BOT })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(LIMIT);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(200 - LIMIT);
  expect(model.getRequests()).toHaveLength(LIMIT);
  const { limits, connection, who } = await another({});
  await expect(limits.admit(who, { isTurn: true, tokens: 1 }, () => {})).rejects.toThrow(/turns a minute/u);
  connection.disconnect();
});

test("addresses and passwords are counted by all instances together, and tokens are given back", async () => {
  await open({});
  const change = { requestsPerMinute: 3, tokensPerDay: 100 };
  const [first, second] = [await another(change), await another(change)];
  for (let n = 0; n < 3; n++) await (n % 2 === 0 ? first : second).limits.countRequest("203.0.113.5");
  await expect(first.limits.countRequest("203.0.113.5")).rejects.toThrow(/requests a minute/u);
  await second.limits.countRequest("203.0.113.6");
  for (let n = 0; n < 10; n++) await (n % 2 === 0 ? first : second).limits.countAttempt("ada@example.org");
  await expect(second.limits.countAttempt("ada@example.org")).rejects.toThrow(/tries at a password/u);

  const admission = await first.limits.admit(first.who, { isTurn: true, tokens: 90 }, () => {});
  await expect(second.limits.admit(second.who, { isTurn: true, tokens: 20 }, () => {})).rejects.toThrow(
    /tokens a day/u,
  );
  admission.settle(30, true);
  await expect
    .poll(() => second.limits.admit(second.who, { isTurn: true, tokens: 60 }, () => {}).then(() => "taken", String))
    .toBe("taken");
  await expect(first.limits.admit(first.who, { isTurn: true, tokens: 20 }, () => {})).rejects.toThrow(/tokens a day/u);
  for (const { connection } of [first, second]) connection.disconnect();
});

test("figure 5: turns, titles and embeddings mixed by two instances are settled in Redis to the token", async () => {
  await open({});
  const change = { tokensPerDay: 100_000, turnsPerMinute: 20, serverTokensPerDay: 1_000_000 };
  const instances = [await another(change), await another(change)] as const;
  let [turns, used, admitted] = [0, 0, 0];
  await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const { limits, who } = instances[n % 2 === 0 ? 0 : 1];
      const isTurn = n % 4 === 0;
      const admission = await limits.admit(who, { isTurn, tokens: 300 }, () => {}).catch(() => null);
      if (admission === null) return;
      admitted++;
      if (isTurn) turns++;
      if (isTurn) await Promise.resolve(admission.cover(500)).catch(() => {});
      used += 100 + n;
      admission.settle(100 + n, true);
    }),
  );
  expect([turns, admitted > turns]).toEqual([20, true]);
  const [{ limits }, { who }] = instances;
  await expect.poll(async () => (await limits.standing({ accountId: who.accountId }))?.used).toBe(used);
  await expect.poll(async () => (await limits.standing("server"))?.used).toBe(used);
  for (const { connection } of instances) connection.disconnect();
});

test("while Redis is away this process counts on by itself, and when it is back they count together again", async () => {
  const { call } = await open({ TURNS_PER_MINUTE: "3" });
  const ask = async () => (await call("POST", "/v1/chat", { body: BOT })).status;
  expect([await ask(), await ask()]).toEqual([200, 200]);
  await redis.stop();
  expect([await ask(), await ask(), await ask()]).toEqual([200, 429, 429]);
  redis = await startRedis(redis.port);
  // It has forgotten everything; the connection comes back by itself.
  await expect.poll(ask, { timeout: 15_000, interval: 500 }).toBe(200);
});

test("while Redis is away nobody new comes in, who is in goes on, and the log tells of it once", async () => {
  const { call, server } = await open({ GUESTS: "on", SIGN_UP: "on", TRUSTED_PROXIES: "1", GUESTS_PER_HOUR: "off" });
  const warned = vi.spyOn(server.parley.ports.log, "warn");
  const own = { "sec-fetch-site": "same-origin", "x-forwarded-for": "203.0.113.44" };
  const come = (headers: Readonly<Record<string, string>> = own) =>
    call("POST", "/api/v1/chat", { key: null, headers, body: {} });
  const cookie = (await come()).headers.get("set-cookie")?.split(";")[0] ?? "";
  await redis.stop();
  const closed = { detail: "Nobody new can come in right now. Try again in a minute." };
  await expect.poll(async () => (await come()).body).toEqual(closed);
  const failed = vi.spyOn(server.parley.ports.log, "error");
  expect((await come()).status).toBe(429);
  expect((await come({ ...own, cookie })).status).toBe(200);
  const account = { email: "new@example.org", password: "a long enough password" };
  expect(await call("POST", "/api/app/account", { key: null, headers: own, body: account })).toMatchObject({
    status: 429,
    body: closed,
  });
  const told = () => warned.mock.calls.filter(([, message]) => message.startsWith("Redis cannot be reached"));
  // It comes with the first try to connect again.
  await expect.poll(() => told().length).toBe(1);
  // Nor does a line come of each visitor.
  expect(failed).not.toHaveBeenCalled();
  redis = await startRedis(redis.port);
  await expect.poll(async () => (await come()).status, { timeout: 15_000, interval: 500 }).toBe(200);
  expect(told()).toHaveLength(1);
});

test("what was taken in Redis is given back to who counts on from there, and not the other way about", async () => {
  await open({});
  const { limits, connection } = await another({ tokensPerDay: 1000 });
  const who = { accountId: newId(), keyId: null };
  const admit = (tokens: number) => limits.admit(who, { isTurn: false, tokens }, () => {});
  const isAway = () => connection.status !== "ready";
  const before = await admit(900);
  await redis.stop();
  await expect.poll(isAway).toBe(true);
  await expect(admit(200)).rejects.toMatchObject({ code: "rate-limited" });
  before.settle(10, true);
  await expect.poll(() => admit(50).then(() => "taken", String)).toBe("taken");
  const meanwhile = await admit(900);
  await expect(admit(200)).rejects.toMatchObject({ code: "rate-limited" });
  redis = await startRedis(redis.port);
  await expect.poll(isAway, { timeout: 15_000 }).toBe(false);
  meanwhile.settle(10, true);
  await admit(900);
  await expect(admit(200)).rejects.toMatchObject({ code: "rate-limited" });
  connection.disconnect();
});

test("a server whose Redis cannot be reached does not start, and says which", async () => {
  await open({});
  const { ports } = await parley();
  const gone = await startRedis();
  await gone.stop();
  await expect(openRedis(gone.url, ports.log)).rejects.toThrow(
    /^REDIS_URL: Redis at 127\.0\.0\.1:\d+ cannot be used \(.*ECONNREFUSED.*\)\. Start it or correct the address\.$/u,
  );
});
