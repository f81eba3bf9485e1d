import { afterAll, beforeAll, expect, test } from "vitest";
import { type Asking, admit, readmit } from "../core/admission.ts";
import { createDoc } from "../core/docs.ts";
import type { Log } from "../core/log.ts";
import { embedPending } from "../core/recall/embed-pending.ts";
import { recallForTurn } from "../core/recall/for-turn.ts";
import { DEFAULT_RECALL } from "../core/recall/recall.ts";
import type { Ports, Scope } from "../core/scope.ts";
import { clearHistory } from "../core/session-settings.ts";
import { deleteSession } from "../core/sessions.ts";
import { claimRun } from "../db/claims.ts";
import { listUsage } from "../db/usage.ts";
import { mountWordVectors } from "../dialects/julep/fixtures/word-vectors.ts";
import type { DocOwner } from "../domain/doc.ts";
import { ChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { Spent } from "../domain/usage.ts";
import { type Answer, type Api, openApi } from "../testing/api.ts";
import { claimOf, makeSession, PLAN } from "../testing/stored-turns.ts";
import { limitsOf, openRateLimits } from "./rate-limits.ts";
import type { Settings } from "./settings.ts";

const LIMIT = 20;
const SITE = { "sec-fetch-site": "same-origin" };
const SETTINGS = {
  TURNS_PER_MINUTE: String(LIMIT),
  TRUSTED_PROXIES: "1",
  GUESTS: "on",
  OPENAI_EMBEDDING_MODEL: "words",
};

let api: Api;
/** The texts that were embedded. */
let embedded: readonly string[];
beforeAll(async () => {
  api = await openApi(SETTINGS);
  embedded = mountWordVectors(api.model);
  api.model.onMessage(/.*/s, { content: "Hello." });
});
afterAll(async () => {
  await api.close();
  for (const name of Object.keys(SETTINGS)) delete process.env[name];
});

const from = (address: string) => ({ "x-forwarded-for": address });
const times = <Result>(count: number, work: (n: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, n) => work(n)));
const countOf = (answers: readonly Answer[], status: number) => answers.filter((one) => one.status === status).length;
const asked = () => api.model.getRequests().length;

/** What was begun behind the answers. */
let working: Promise<void> = Promise.resolve();
const soon = (_: string, work: () => Promise<void>) => {
  working = work();
};
const ASKER = { via: "key", keyId: null, keyScopes: [], onlyAgentId: null, isStranger: false } as const;

/** The limits of one more instance on the same database. */
function another(change: Partial<Settings>, log: Pick<Log, "warn"> = api.server.parley.ports.log) {
  const { settings, ports } = api.server.parley;
  return openRateLimits({ ...ports, redis: null, settings: { ...settings, ...change }, log });
}

test("S14: at the limit titles fall back, and summaries and embeddings are refused, each in its dialect's shape", async () => {
  const { key } = await api.server.makeAccount();
  const call = (method: string, path: string, body?: object) => api.call(method, path, { key, body });
  const { session_id: id } = (await call("POST", "/api/v1/chat", {})).body;
  const turn = await call("POST", `/api/v1/chat/${id}/messages/stream`, { index_ids: [], prompt: "Where is Oslo?" });
  expect(turn.status).toBe(200);
  await expect.poll(async () => (await call("GET", `/api/v1/chat/${id}`)).body.generated_title).toBe("Hello");
  const embed = () => call("POST", "/api/embed", { text: "boats" });
  expect(countOf(await times(LIMIT, embed), 200)).toBe(LIMIT - 1);

  const before = asked();
  const message = `The limit of ${LIMIT} turns a minute is reached`;
  const refused = await embed();
  expect([refused.status, refused.body]).toMatchObject([429, { error: { code: "http_429", message } }]);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  const summary = await call("POST", `/api/app/sessions/${id}/summary`);
  expect([summary.status, summary.body]).toEqual([429, { detail: message }]);
  const { session_id: other } = (await call("POST", "/api/v1/chat", {})).body;
  const titles = await times(10, () =>
    call("POST", `/api/v1/chat/${other}/title`, { first_message: "What is the capital of Norway?" }),
  );
  expect(titles.map(({ status, body }) => [status, body.generated_title])).toEqual(
    Array(10).fill([200, "What is the capital of Norway?"]),
  );
  expect(asked()).toBe(before);
});

test("S14: what each call of a model came to is written down once, by kind, and settled to the token", async () => {
  const { id: accountId, key } = await api.server.makeAccount();
  const call = (method: string, path: string, body?: object) => api.call(method, path, { key, body });
  const [before, textsBefore] = [asked(), embedded.length];
  const agent = (await call("POST", "/api/agents", { name: "Ada" })).body.id;
  const doc = (await call("POST", `/api/agents/${agent}/docs`, { title: "T", content: "boats" })).body.id;
  await expect.poll(async () => (await call("GET", `/api/docs/${doc}`)).body.embedding_model).toBe("words");
  const session = (await call("POST", "/api/sessions", { agent })).body.id;
  const chat = await call("POST", `/api/sessions/${session}/chat`, { messages: [{ role: "user", content: "boats?" }] });
  expect([chat.status, chat.body.docs.length]).toEqual([201, 1]);
  await expect.poll(async () => (await call("GET", `/api/v1/chat/${session}`)).body.generated_title).toBe("Hello");
  expect((await call("POST", `/api/app/sessions/${session}/summary`)).status).toBe(200);
  expect((await call("POST", "/api/embed", { text: ["one", "two"] })).status).toBe(200);

  await expect
    .poll(async () => {
      const { kinds } = (await call("GET", "/api/app/usage?days=1")).body.shares;
      return Object.fromEntries(kinds.map((one: { name: string; calls: number }) => [one.name, one.calls]));
    })
    .toEqual({ turn: 1, title: 1, summary: 1, embedding: 3 });
  // One text for the doc, one for the question, two that were asked for.
  expect([asked() - before, embedded.length - textsBefore]).toEqual([3, 4]);
  const [day] = await listUsage(api.server.parley.ports.database, accountId, 1);
  const { kinds } = (await call("GET", "/api/app/usage")).body.shares;
  const sum = kinds.reduce((all: number, { tokens }: { tokens: number }) => all + tokens, 0);
  expect(sum).toBe((day?.inputTokens ?? 0) + (day?.outputTokens ?? 0));
  // Another account sees none of it.
  const stranger = await api.server.makeAccount();
  expect((await api.call("GET", "/api/app/usage", { key: stranger.key })).body.shares).toEqual({
    kinds: [],
    keys: [],
    bots: [],
    end_users: [],
    accounts: null,
  });
});

test("S14: at the limit docs are found by their words, and wait to be embedded until there are tokens again", async () => {
  const { ports } = api.server.parley;
  const [poor, rich] = [await api.server.makeAccount(), await api.server.makeAccount()];
  const without = async () => {
    throw new ChatError("rate-limited", "The limit of tokens is reached");
  };
  const spends: object[] = [];
  const limitsOf: Ports["limitsOf"] = (accountId) => ({
    admit:
      accountId === poor.id
        ? without
        : async () => ({ cover: () => null, settle: (used) => void spends.push({ used }) }),
    resume: () => ({ cover: () => null, settle() {} }),
    mostAtOnce: null,
  });
  const atLimit = { ...ports, limitsOf, runner: { ...ports.runner, soon } };
  const owners: DocOwner[] = [];
  for (const { id: accountId, key } of [poor, rich]) {
    const { id } = (await api.call("POST", "/api/agents", { key, body: { name: "Ada" } })).body;
    owners.push({ role: "agent", id });
    const scope: Scope = { ...atLimit, accountId, via: "key", limits: limitsOf(accountId, ASKER, null) };
    const doc = { title: "T", content: ["boats lie here"], metadata: null, embedInstruction: null };
    await createDoc(scope, { role: "agent", id }, doc);
    await working;
  }
  const isEmbedded = async () => {
    const text = `select d."accountId" as id from "ChunkEmbedding" e join "DocChunk" c on c.id = e."chunkId"
      join "Doc" d on d.id = c."docId" where d."accountId" = any($1)`;
    return (await ports.database.pool.query(text, [[poor.id, rich.id]])).rows.map(({ id }) => id);
  };
  expect([await isEmbedded(), spends.length]).toEqual([[rich.id], 1]);
  const scope: Scope = { ...atLimit, accountId: poor.id, via: "key", limits: limitsOf(poor.id, ASKER, null) };
  const asking = [{ role: "user" as const, name: null, parts: [{ type: "text" as const, text: "boats" }] }];
  const agentIds = [owners[0]?.id ?? ""];
  const found = await recallForTurn(scope, { agentIds, userIds: [] }, asking, DEFAULT_RECALL, "julep");
  expect(found.docs.map(({ title }) => title)).toEqual(["T"]);
  expect(found.way).toEqual({ mode: "text", why: "The question could not be embedded." });
  embedPending({ ...ports, runner: { ...ports.runner, soon } });
  await working;
  expect((await isEmbedded()).sort()).toEqual([poor.id, rich.id].sort());
});

test("S15: strangers of a public bot have a count by address, and leave the owner's alone", async () => {
  const { id: accountId, key } = await api.server.makeAccount();
  const slug = `bot-${newId()}`;
  const made = await api.call("POST", "/api/app/agents", { key, body: { name: "Bot", slug, is_public: true } });
  expect(made.status).toBe(200);
  const body = { bot_slug: slug, prompt: "hi", stream: false };
  const ask = (address: string, as: string | null = null) =>
    api.call("POST", "/v1/chat", { key: as, headers: from(address), body });
  const anonymous = await times(25, () => ask("203.0.113.7"));
  expect([countOf(anonymous, 200), countOf(anonymous, 429)]).toEqual([10, 15]);
  expect((await ask("203.0.113.8")).status).toBe(200);
  const own = await times(LIMIT + 5, () => ask("203.0.113.7", key));
  expect([countOf(own, 200), countOf(own, 429)]).toEqual([LIMIT, 5]);
  await expect
    .poll(async () => (await api.call("GET", "/api/app/usage", { key })).body.shares.bots)
    .toMatchObject([{ id: made.body.id, name: "Bot", calls: 11 }]);
  expect(accountId).not.toBe(api.server.parley.ownerId);
});

test("S15: what strangers use of a bot's tokens is the account's money, and never more than half of it", async () => {
  const limits = another({ botTokensPerDay: 1000, tokensPerDay: 1200 });
  const [accountId, one, two] = [newId(), newId(), newId()];
  const own = { accountId, keyId: null };
  const of = (botId: string) => ({ ...own, stranger: { botId, name: "somebody" } });
  const size = (tokens: number) => ({ isTurn: true, tokens });
  await limits.admit(of(one), size(500), () => {});
  await expect(limits.admit(of(two), size(200), () => {})).rejects.toThrow(/tokens a day with these bots/u);
  await limits.admit(own, size(700), () => {});
  await expect(limits.admit(own, size(1), () => {})).rejects.toThrow(/1200 tokens a day/u);
  const rich = another({ botTokensPerDay: 1000, tokensPerDay: undefined });
  const bot = newId();
  await rich.admit(of(bot), size(900), () => {});
  await expect(rich.admit(of(bot), size(200), () => {})).rejects.toThrow(/1000 tokens a day with this bot/u);
});

test("S7: the visitors of one network become twenty guests an hour, whose turns are counted together", async () => {
  const visit = (address: string, headers = {}) =>
    api.call("POST", "/api/v1/chat", { key: null, headers: { ...SITE, ...from(address), ...headers }, body: {} });
  const made = await times(60, (n) => visit(`2001:db8:7:1::${n}`));
  expect([countOf(made, 200), countOf(made, 429)]).toEqual([20, 40]);
  expect(made.find(({ status }) => status === 429)?.body.detail).toBe(
    "The limit of 20 new guests an hour from one address is reached",
  );
  expect((await visit("2001:db8:7:2::1")).status).toBe(200);
  const guests = made.filter(({ status }) => status === 200).slice(0, 4);
  const turn = ({ headers, body }: Answer) =>
    api.call("POST", `/api/v1/chat/${body.session_id}/messages/stream`, {
      key: null,
      headers: { ...SITE, ...from("2001:db8:7:1::ff"), cookie: headers.get("set-cookie")?.split(";")[0] ?? "" },
      body: { index_ids: [], prompt: "hi" },
    });
  const statuses = [];
  for (const guest of guests) for (let n = 0; n < 3; n++) statuses.push((await turn(guest)).status);
  expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
});

test("figure 5: of 200 calls at once, counted by two instances together, exactly 20 are admitted", async () => {
  // On the embedded database there is one process, which counts in memory.
  const first = another({ turnsPerMinute: LIMIT });
  const isShared = api.server.parley.ports.database.kind === "postgresql";
  const second = isShared ? another({ turnsPerMinute: LIMIT }) : first;
  const who = { accountId: newId(), keyId: null };
  const admitted = await times(200, (n) =>
    (n % 2 === 0 ? first : second)
      .admit(who, { isTurn: true, tokens: 1 }, () => {})
      .then(
        () => true,
        () => false,
      ),
  );
  expect(admitted.filter(Boolean)).toHaveLength(LIMIT);
});

test("figure 5: turns, titles and embeddings mixed by two instances are settled to the token", async () => {
  const change = { tokensPerDay: 100_000, serverTokensPerDay: 1_000_000 };
  const [first, second] = [another(change), another(change)];
  const accountId = newId();
  const spent: Spent[] = [];
  const scope = (n: number): Asking => {
    const limits = n % 2 === 0 ? first : second;
    const onSpent = (one: Spent) => void spent.push(one);
    return { accountId, keyId: null, limits: limitsOf(limits, {}, { accountId, keyId: null }, () => {}), onSpent };
  };
  const kinds = ["turn", "title", "embedding"] as const;
  const refused = await times(200, async (n) => {
    try {
      const admission = await admit(scope(n), { isTurn: n % 3 === 0, tokens: 2000 });
      // A second step that needs more than was set aside.
      if (n % 3 === 0) await Promise.resolve(admission.cover(2500)).catch(() => {});
      admission.note(kinds[n % 3] ?? "turn", 100 + n, n);
      if (n % 7 === 0) admission.withdraw();
      else admission.settle();
      return 0;
    } catch {
      return 1;
    }
  });
  const total = spent.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
  expect(spent.length + refused.reduce<number>((sum, one) => sum + one, 0)).toBe(200);
  const used = async () => (await second.standing({ accountId }))?.used;
  await expect.poll(used).toBe(total);
  await expect.poll(async () => (await first.standing("server"))?.used).toBe(total);
  expect(total).toBeLessThanOrEqual(100_000);
});

test("what a turn set aside before a crash is settled by whoever goes on with it, and not on another day", async () => {
  const limits = another({ tokensPerDay: 10_000, serverTokensPerDay: undefined });
  const accountId = newId();
  const scope: Asking = { accountId, limits: limitsOf(limits, {}, { accountId, keyId: null }, () => {}) };
  await admit(scope, { isTurn: true, tokens: 3000 });
  const used = async () => (await limits.standing({ accountId }))?.used;
  expect(await used()).toBe(3000);
  const late = readmit(scope, { tokens: 3000, used: 100, since: Date.now() - 25 * 60 * 60 * 1000 });
  late.settle();
  const resumed = readmit(scope, { tokens: 3000, used: 100, since: Date.now() });
  await resumed.cover(4000);
  expect(await used()).toBe(4100);
  resumed.note("turn", 50, 5);
  resumed.settle();
  await expect.poll(used).toBe(155);
});

test.each([
  ["a session", deleteSession],
  ["a history", clearHistory],
])(
  "what a turn set aside before a crash is given back where %s is deleted before anybody goes on with it",
  async (_, empty) => {
    const { ports } = api.server.parley;
    const limits = another({ tokensPerDay: 10_000, serverTokensPerDay: undefined });
    const session = await makeSession(ports.database);
    const { accountId } = session;
    const own = () => limitsOf(limits, {}, { accountId, keyId: null }, () => {});
    await admit({ accountId, limits: own() }, { isTurn: true, tokens: 3000 });
    const claim = claimOf(session, "a process that has died", { plan: { ...PLAN, reservedTokens: 3000 } });
    expect(await claimRun(ports.database, claim)).toBe("claimed");
    const used = async () => (await limits.standing({ accountId }))?.used;
    const scope: Scope = { ...ports, accountId, via: "cookie", limitsOf: own };
    // As long as its lease lasts somebody may work on it.
    await ports.database.pool.query(`update "Run" set "leaseUntil" = now() where id = $1`, [claim.runId]);
    expect(await used()).toBe(3000);
    await empty(scope, session.id);
    await expect.poll(used).toBe(0);
  },
);

test("who has had its answer is not refused for what that answer is about to give back", async () => {
  const limits = another({ tokensPerDay: 1000, serverTokensPerDay: undefined });
  const who = { accountId: newId(), keyId: null };
  for (let n = 0; n < 20; n++) {
    const admission = await limits.admit(who, { isTurn: false, tokens: 800 }, () => {});
    admission.settle(10, true);
  }
  await expect(limits.admit(who, { isTurn: false, tokens: 801 }, () => {})).rejects.toThrow(/tokens a day/u);
});

test("what a guest used goes with it to the account that it signs in to", async () => {
  const { database, now } = api.server.parley.ports;
  const { takeGuestAlong } = await import("../core/accounts.ts");
  const { insertGuest } = await import("../db/accounts.ts");
  const { openUsageBook } = await import("../core/usage-book.ts");
  const { id: guestId } = await insertGuest(database, newId());
  const { id: accountId } = await api.server.makeAccount();
  const book = openUsageBook({ database, now, log: api.server.parley.ports.log });
  const call = { kind: "turn", keyId: null, agentId: null, endUserHash: null, isStranger: false } as const;
  book.note({ ...call, accountId: guestId, inputTokens: 10, outputTokens: 1 });
  book.note({ ...call, accountId, inputTokens: 100, outputTokens: 2 });
  book.note({ ...call, accountId: newId(), inputTokens: 7, outputTokens: 7 });
  await book.flush();
  // Neither written down yet nor over when the guest signs in.
  book.note({ ...call, accountId: guestId, inputTokens: 1000, outputTokens: 0 });
  await takeGuestAlong({ database, onMerged: book.move }, guestId, accountId);
  book.note({ ...call, accountId: guestId, inputTokens: 5000, outputTokens: 0 });
  await book.flush();
  expect(await listUsage(database, accountId, 1)).toMatchObject([{ inputTokens: 6110, outputTokens: 3 }]);
});

test("at 80 % of the tokens of a day the log tells once whose they are", async () => {
  const lines: object[] = [];
  const limits = another(
    { tokensPerDay: 1000, serverTokensPerDay: undefined },
    { warn: (fields) => lines.push(fields) },
  );
  const accountId = newId();
  const scope: Asking = { accountId, limits: limitsOf(limits, {}, { accountId, keyId: null }, () => {}) };
  for (const tokens of [790, 20, 20]) {
    const admission = await admit(scope, { isTurn: true, tokens: tokens + 10 });
    admission.note("turn", tokens, 0);
    admission.settle();
    await expect.poll(async () => ((await limits.standing({ accountId }))?.used ?? 0) % 10).toBe(0);
  }
  // What is set aside counts, before a turn has ended.
  await expect.poll(() => lines).toEqual([{ limit: "tokens", of: accountId, used: 800, most: 1000 }]);
});

test("tokens of the guests of one address are counted together, those of embeddings behind their requests too", async () => {
  const limits = another({ guestTokensPerDay: 100 });
  const asking = (accountId: string, guestAddress?: string): Asking => ({
    accountId,
    limits: limitsOf(limits, {}, { accountId, keyId: null, guestAddress }, () => {}),
  });
  const [one, two, three] = [newId(), newId(), newId()];
  const address = `2001:db8:1:${(Math.random() * 0xffff) | 0}::1`;
  const turn = await admit(asking(one, address), { isTurn: true, tokens: 40 });
  turn.note("turn", 20, 0);
  turn.settle();
  await expect.poll(async () => tokensOf(asking(two, address), 81)).toBe("rate-limited");
  // Embedded for the guest by the server, which knows no address of its own.
  const embedding = await admit(asking(two), { isTurn: false, tokens: 70 });
  expect(await tokensOf(asking(one), 20)).toBe("rate-limited");
  embedding.settle();
  await expect.poll(() => tokensOf(asking(one), 20)).toBe("taken");
  expect(await tokensOf(asking(three, "198.51.100.77"), 100)).toBe("taken");
  // Whoever has become a person is counted as one.
  limitsOf(limits, {}, { accountId: one, keyId: null, guestAddress: null }, () => {});
  expect(await tokensOf(asking(one), 1000)).toBe("taken");
});

test("a cap on the server holds for all accounts together, and a huge answer is refused and no fault", async () => {
  const limits = another({ tokensPerDay: undefined, serverTokensPerDay: 5_000_000 });
  const admitted = (tokens: number) =>
    limits.admit({ accountId: newId(), keyId: null }, { isTurn: true, tokens }, () => {});
  await admitted(3_000_000);
  await expect(admitted(3_000_000)).rejects.toMatchObject({
    code: "rate-limited",
    message: "The limit of 5000000 tokens a day of this server is reached",
  });
  await expect(admitted(1e15)).rejects.toMatchObject({ code: "rate-limited" });
  await admitted(1_000_000);
});

test("what is refused as too much keeps nobody out who asks for little at the same moment", async () => {
  const limits = another({ tokensPerDay: 1000, serverTokensPerDay: undefined });
  const who = { accountId: newId(), keyId: null };
  const admitted = (tokens: number) =>
    limits
      .admit(who, { isTurn: false, tokens }, () => {})
      .then(
        () => true,
        () => false,
      );
  const all = await times(60, (n) => admitted(n % 3 === 2 ? 1 : 1_000_000 + n));
  expect(all).toEqual(all.map((_, n) => n % 3 === 2));
});

test("of several choices none begins where not all may, and none is counted then", async () => {
  const { key } = await api.server.makeAccount();
  const { id } = (await api.call("POST", "/api/agents", { key, body: { name: "Ada" } })).body;
  const path = `/api/v1/compatibility/openai/v1/assistants/${id}/chat/completions`;
  const choose = (n: number) =>
    api.call("POST", path, { key, body: { messages: [{ role: "user", content: "choose" }], n } });
  expect((await choose(14)).status).toBe(200);
  const before = asked();
  for (let n = 0; n < 3; n++) expect((await choose(7)).status).toBe(429);
  expect(asked()).toBe(before);
  expect((await choose(6)).body.choices).toHaveLength(6);
  expect((await choose(1)).status).toBe(429);
});

test("TURNS_AT_ONCE counts the turns of strangers by themselves", async () => {
  const { database } = api.server.parley.ports;
  const { claimRun } = await import("../db/claims.ts");
  const { claimOf, makeSession, PLAN } = await import("../testing/stored-turns.ts");
  const session = await makeSession(database);
  const stranger = { ...PLAN, asker: { ...PLAN.asker, isStranger: true } };
  const enter = async (plan: typeof PLAN) => {
    const other = await makeSession(database);
    await database.pool.query(`update "Session" set "accountId" = $1 where id = $2`, [session.accountId, other.id]);
    const claim = claimOf({ ...other, accountId: session.accountId }, newId(), { plan, mostAtOnce: 1 });
    return claimRun(database, { ...claim, agentId: null });
  };
  expect([await enter(stranger), await enter(stranger), await enter(PLAN), await enter(PLAN)]).toEqual([
    "claimed",
    "crowded",
    "claimed",
    "crowded",
  ]);
});

/** Whether tokens are admitted for an embedding; they are given back then. */
async function tokensOf(asking: Asking, tokens: number): Promise<string> {
  try {
    const admission = await admit(asking, { isTurn: false, tokens });
    admission.settle();
    return "taken";
  } catch (thrown) {
    return thrown instanceof ChatError ? thrown.code : "a fault";
  }
}
