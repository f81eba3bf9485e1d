import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../../db/database.ts";
import { postgresChannel } from "../../db/listening.ts";
import { readLine } from "../../db/messages.ts";
import { julepPolicy } from "../../dialects/julep/policy.ts";
import type { ChannelListener, OpenChannel } from "../../domain/channel.ts";
import type { TurnEvent } from "../../domain/events.ts";
import { messageText } from "../../domain/message.ts";
import type { CallModel, ModelRequest } from "../../domain/model.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import { migratedDatabase } from "../../testing/databases.ts";
import { GOES_ON, makeSession, newMessage, type StoredSession } from "../../testing/stored-turns.ts";
import { openProcess } from "../../testing/turn-ports.ts";
import type { Ports, Scope } from "../scope.ts";
import { deleteSession } from "../sessions.ts";
import { follow } from "./follow.ts";
import { stopTurn } from "./stop.ts";
import { takeTurn } from "./take-turn.ts";

// Several instances on one PostgreSQL, each with a connection for signals: what one does, the others hear. The embedded
// database has one process: what needs no second one to be true is held against it too.

const RUNS = Number(process.env.LINES ?? 4);
const SEED = Number(process.env.SEED ?? 20261127);

let url: string | undefined;
let database: Database;
const log = { info() {}, warn() {} };
beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  url = DATABASE_URL;
  database = await openDatabase({ url, dataDir: DATA_DIR, root: join(import.meta.dirname, "../../..") });
});
const processes: ReturnType<typeof openProcess>[] = [];
// Nobody takes over the turns of another test.
afterEach(async () => {
  for (const one of processes.splice(0)) one.kill();
  await database.pool.query(`delete from "Session"`);
});
afterAll(() => database.close());
const isServer = process.env.TEST_DATABASE === "postgresql";

const listeners: ChannelListener[] = [];
const inMemory: OpenChannel = (listener) => {
  listeners.push(listener);
  const send = async (text: string) => {
    for (const { onText } of listeners) onText(text);
  };
  return { isOpen: () => true, send, close: async () => {} };
};

/** With signals alone a test comes to its end in time: nobody looks by himself before it is over. */
const NEVER_MS = 120_000;

/** An instance with a model that says what a test lets it say. */
function instance(model: CallModel, floorMs: number) {
  const channel = url === undefined ? inMemory : postgresChannel({ url, pool: database.pool, log });
  const one = openProcess(database, model, async () => null, { channel, floorMs, takesOver: true });
  processes.push(one);
  return one;
}

async function instances(count: number, model: CallModel, floorMs = NEVER_MS) {
  const all = Array.from({ length: count }, () => instance(model, floorMs));
  await expect.poll(() => all.every(({ ports }) => ports.signals.lookAfterMs() === floorMs)).toBe(true);
  return all;
}

/** A model that says each word when it is told to, and ends at null. */
function spoken() {
  const requests: ModelRequest[] = [];
  let words: (string | null)[] = [];
  let wake = Promise.withResolvers<void>();
  const model: CallModel = async function* (request) {
    if (request.purpose !== "turn") throw new Error("Nobody asks for titles here");
    requests.push(request);
    yield [{ type: "start" }];
    for (;;) {
      for (const word of words.splice(0)) {
        if (word === null) {
          yield [{ type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } }];
          return;
        }
        yield [{ type: "text-delta", text: word }];
      }
      const aborted = new Promise<never>((_, reject) => {
        if (request.signal.aborted) reject(request.signal.reason);
        request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true });
      });
      await Promise.race([wake.promise, aborted]);
    }
  };
  return {
    model,
    requests,
    say(...more: (string | null)[]) {
      words = [...words, ...more];
      wake.resolve();
      wake = Promise.withResolvers();
    },
  };
}

const scopeOf = (ports: Ports, { accountId }: StoredSession): Scope => ({ ...ports, accountId, via: "key" });

const ask = (ports: Ports, session: StoredSession, text: string, policy: TurnPolicy = GOES_ON, signal?: AbortSignal) =>
  takeTurn(scopeOf(ports, session), {
    dialect: "web",
    policy,
    sessionId: session.id,
    input: [newMessage(text)],
    tools: [],
    toolChoice: "auto",
    settings: {},
    signal,
  });

/** Follows a run by an instance; `text` is what has come so far. */
function reader(ports: Ports, session: StoredSession, runId: string) {
  const events: TurnEvent[] = [];
  const numbers: number[] = [];
  const ended = (async () => {
    for await (const stretch of follow(scopeOf(ports, session), runId)) {
      events.push(...stretch.events);
      numbers.push(...stretch.events.map((_, n) => stretch.from + n));
    }
  })();
  // One that nobody waits for ends with its process.
  ended.catch(() => {});
  const text = () => events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
  return { events, numbers, ended, text };
}

test.runIf(isServer)(
  "issue 14: who follows a turn of another instance is woken by what it says, and asks nothing meanwhile",
  async () => {
    const { model, say } = spoken();
    const [first, second] = await instances(2, model);
    if (!first || !second) throw new Error("no instances");
    const session = await makeSession(database);
    const { runId } = await ask(first.ports, session, "hello");
    const readers = Array.from({ length: 20 }, () => reader(second.ports, session, runId));
    for (const [n, word] of ["one ", "two ", "three "].entries()) {
      const before = second.statements();
      say(word);
      await expect.poll(() => readers.every(({ text }) => text().endsWith(word))).toBe(true);
      // Twenty readers cost a look or two; the first word also finds the process that they are read at.
      expect(second.statements() - before).toBeLessThan(n === 0 ? 20 : 6);
    }
    say(null);
    await Promise.all(readers.map(({ ended }) => ended));
    for (const { text, numbers, events } of readers) {
      expect([text(), events.at(-1)?.type]).toEqual(["one two three ", "turn-end"]);
      expect(numbers).toEqual(numbers.map((_, n) => n + 1));
    }
  },
);

test.runIf(isServer)("issue 14: a stop that comes to another instance ends the turn where it runs", async () => {
  const { model, say } = spoken();
  const [first, second] = await instances(2, model);
  if (!first || !second) throw new Error("no instances");
  const session = await makeSession(database);
  const { runId, live } = await ask(first.ports, session, "hello");
  say("some words");
  // Who hears no signal looks every two seconds.
  expect(await stopTurn(scopeOf(second.ports, session), session.id, 1500)).toBe(true);
  expect([live?.id, live?.abortCause]).toEqual([runId, "stop"]);
});

test.runIf(isServer)(
  "issue 14: a turn that its process leaves goes on where it is followed, long before its lease would end",
  async () => {
    const { model, say, requests } = spoken();
    const [first, second, third] = await instances(3, model);
    if (!first || !second || !third) throw new Error("no instances");
    const session = await makeSession(database);
    const { runId } = await ask(first.ports, session, "hello");
    const followers = [second, third].map(({ ports }) => reader(ports, session, runId));
    say("Half ");
    await expect.poll(() => followers.map(({ text }) => text())).toEqual(["Half ", "Half "]);
    const leftAt = performance.now();
    await first.ports.runner.drain(0);
    await expect.poll(() => requests.length).toBe(2);
    say("and half", null);
    await Promise.all(followers.map(({ ended }) => ended));
    // A lease lasts 15 s, and a process looks for those that are over every 5 s.
    expect(performance.now() - leftAt).toBeLessThan(4000);
    for (const { text, numbers } of followers) {
      expect(text()).toBe("Half and half");
      expect(numbers).toEqual(numbers.map((_, n) => n + 1));
    }
    expect((await readLine(database, session.accountId, session.id)).map(({ parts }) => messageText(parts))).toEqual([
      "hello",
      "Half ",
      "and half",
    ]);
  },
);

test.runIf(isServer)("issue 14: a follower that meets a turn of a dead process goes on with it itself", async () => {
  const { model, say, requests } = spoken();
  const [first, second] = await instances(2, model);
  if (!first || !second) throw new Error("no instances");
  const session = await makeSession(database);
  const { runId } = await ask(first.ports, session, "hello");
  first.kill();
  await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [runId]);
  const follower = reader(second.ports, session, runId);
  await expect.poll(() => requests.length).toBe(2);
  say("after all", null);
  await follower.ended;
  expect([follower.text(), follower.events.at(-1)?.type]).toEqual(["after all", "turn-end"]);
});

test("issue 14: a run of somebody else is followed by nobody, and one that is deleted ends", async () => {
  const { model } = spoken();
  const [first, second] = await instances(2, model, 500);
  if (!first || !second) throw new Error("no instances");
  const [session, other] = [await makeSession(database), await makeSession(database)];
  const { runId } = await ask(first.ports, session, "hello");
  const stranger = reader(second.ports, other, runId);
  await stranger.ended;
  expect(stranger.events).toEqual([]);
  const own = reader(second.ports, session, runId);
  await expect.poll(() => own.events.length).toBeGreaterThan(0);
  await database.pool.query(`delete from "Session" where id = $1`, [session.id]);
  await own.ended;
  expect(own.events.at(-1)).toMatchObject({ type: "turn-error", code: "not-found" });
});

test.runIf(isServer)(
  "issue 14: a session that another instance deletes ends its turn and those who follow it at once",
  async () => {
    const { model, say } = spoken();
    const [first, second, third] = await instances(3, model);
    if (!first || !second || !third) throw new Error("no instances");
    const session = await makeSession(database);
    const { runId, live } = await ask(first.ports, session, "hello");
    say("some words");
    const follower = reader(third.ports, session, runId);
    await expect.poll(() => follower.text()).toBe("some words");
    await deleteSession(scopeOf(second.ports, session), session.id);
    await Promise.all([follower.ended, live?.ended]);
    expect([live?.abortCause, follower.events.at(-1)]).toMatchObject(["deleted", { code: "not-found" }]);
  },
);

const waitingIn = async (session: StoredSession): Promise<number> => {
  const { rows } = await database.pool.query(
    `select count(*)::int as count from "WaitingTurn" where "sessionId" = $1 and "leaseUntil" > now()`,
    [session.id],
  );
  return rows[0].count;
};

test("D15: ten wait for a session in all instances together, and while they do nobody else comes in", async () => {
  const { model, say } = spoken();
  const [first, second] = await instances(2, model);
  if (!first || !second) throw new Error("no instances");
  const session = await makeSession(database);
  const running = await ask(first.ports, session, "runs");
  const leaving = new AbortController();
  const waiting: Promise<unknown>[] = [];
  for (let n = 0; n < 10; n++) {
    const { ports } = n % 2 === 0 ? first : second;
    waiting.push(ask(ports, session, `number ${n}`, julepPolicy, leaving.signal).catch((thrown) => thrown.code));
    await expect.poll(() => waitingIn(session)).toBe(n + 1);
  }
  for (const { ports } of [first, second]) {
    await expect(ask(ports, session, "one too many", julepPolicy)).rejects.toMatchObject({ code: "rate-limited" });
  }
  say(null);
  await running.live?.ended;
  // Whoever is next may be anywhere; a dialect that does not wait is told that the session is busy.
  for (const { ports } of [first, second]) {
    await expect(ask(ports, session, "refused")).rejects.toMatchObject({ code: "busy" });
  }
  leaving.abort();
  say(null);
  const left = await Promise.all(waiting);
  expect(left.filter((outcome) => outcome === "cancelled").length).toBeGreaterThanOrEqual(9);
  await expect.poll(() => waitingIn(session)).toBe(0);
});

test("D15: a place of a process that has died is nobody's when its lease is over", async () => {
  const { model, say, requests } = spoken();
  const [first, second] = await instances(2, model);
  if (!first || !second) throw new Error("no instances");
  const session = await makeSession(database);
  const running = await ask(second.ports, session, "runs");
  void ask(first.ports, session, "dies", julepPolicy).catch(() => {});
  await expect.poll(() => waitingIn(session)).toBe(1);
  const last = ask(second.ports, session, "lives", julepPolicy);
  await expect.poll(() => waitingIn(session)).toBe(2);
  const { owner } = first.ports.runner;
  first.kill();
  await database.pool.query(`update "WaitingTurn" set "leaseUntil" = now() - interval '1 second' where owner = $1`, [
    owner,
  ]);
  say(null);
  await running.live?.ended;
  await expect.poll(() => requests.length).toBe(2);
  say(null);
  await (await last).live?.ended;
  await expect.poll(() => waitingIn(session)).toBe(0);
});

test("D15: a process that goes sends away those who wait", async () => {
  const { model } = spoken();
  const [first] = await instances(1, model);
  if (!first) throw new Error("no instances");
  const session = await makeSession(database);
  await ask(first.ports, session, "runs");
  const waiting = ask(first.ports, session, "waits", julepPolicy);
  await expect.poll(() => waitingIn(session)).toBe(1);
  const outcome = expect(waiting).rejects.toMatchObject({ code: "draining" });
  await first.ports.runner.drain(0);
  await outcome;
});

/** What happens in a line: somebody comes to an instance, or one of those who wait hangs up, or a turn ends. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant("comes" as const), at: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("leaves" as const), at: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("ends" as const), at: fc.constant(0) }) },
);

test("D15: turns of a session come in the order of those who wait, whichever instance they ask", async () => {
  const { model, say, requests } = spoken();
  const [first, second] = await instances(2, model);
  if (!first || !second) throw new Error("no instances");

  const inOrder = async (steps: readonly { what: "comes" | "leaves" | "ends"; at: number }[]) => {
    const session = await makeSession(database);
    const waiting: { name: string; leaving: AbortController }[] = [];
    const expected: string[] = [];
    const asked: Promise<unknown>[] = [];
    const from = requests.length;
    const begun = () => requests.slice(from).map(nameOf);
    const moves = async () => {
      // The next of those who wait has its turn.
      const next = waiting.shift();
      if (next) expected.push(next.name);
      await expect.poll(begun).toEqual(expected);
      await expect.poll(() => waitingIn(session)).toBe(waiting.length);
    };
    let isRunning = false;
    const end = async () => {
      const isAwaited = waiting.length > 0;
      say(null);
      if (!isAwaited) await expect.poll(() => runningIn(session)).toBe(0);
      isRunning = isAwaited;
      await moves();
    };
    for (const [n, { what, at }] of steps.entries()) {
      if (what === "comes" && waiting.length < 10) {
        const one = { name: `turn ${n}`, leaving: new AbortController() };
        const { ports } = at === 0 ? first : second;
        asked.push(ask(ports, session, one.name, julepPolicy, one.leaving.signal).catch(() => {}));
        waiting.push(one);
        if (isRunning) await expect.poll(() => waitingIn(session)).toBe(waiting.length);
        else await moves();
        isRunning = true;
      } else if (what === "leaves" && waiting[at]) {
        waiting.splice(at, 1)[0]?.leaving.abort();
        await expect.poll(() => waitingIn(session)).toBe(waiting.length);
      } else if (what === "ends" && isRunning) {
        await end();
      }
    }
    while (isRunning) await end();
    await Promise.all(asked);
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), inOrder), {
    numRuns: RUNS,
    seed: SEED,
    endOnFailure: true,
  });
}, 600_000);

/** What was asked. */
const nameOf = ({ messages }: ModelRequest): string => {
  const asked = messages.findLast((message) => message.role === "user");
  return asked?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";
};

const runningIn = async (session: StoredSession): Promise<number> => {
  const { rows } = await database.pool.query(
    `select count(*)::int as count from "Run" where "sessionId" = $1 and status = 'running'`,
    [session.id],
  );
  return rows[0].count;
};
