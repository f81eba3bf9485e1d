import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { clearPieces, endIngest, insertPieces } from "../db/ingest.ts";
import type { Hold, TakenJob } from "../db/leased-jobs.ts";
import { cancelLeasedJob, takeJobs } from "../db/leased-jobs.ts";
import { ChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { openTestServer, type TestServer } from "../testing/server.ts";
import { ownServer } from "./host.ts";
import { type JobRunner, type JobTask, startJobRunner } from "./job-runner.ts";

let server: TestServer;
const runners: JobRunner[] = [];
beforeAll(async () => {
  server = await openTestServer();
}, 60_000);
afterAll(async () => {
  for (const runner of runners) await runner.drain();
  await server.close();
});

const pool = () => server.parley.ports.database.pool;

/** Enters a job of a kind, as one that an owner holds until so many seconds from now where one is named. */
async function enter(kind: string, { owner, seconds = 0 }: { owner?: string; seconds?: number } = {}): Promise<string> {
  const id = newId();
  await pool().query(
    `insert into "Job" (id, "accountId", kind, state, input, "leaseOwner", "leaseUntil", attempts)
     values ($1, $2, $3, $4, '{}', $5, now() + make_interval(secs => $6), $7)`,
    [id, server.parley.ownerId, kind, owner ? "in_progress" : "pending", owner ?? null, seconds, owner ? 1 : 0],
  );
  return id;
}

const row = async (id: string) => (await pool().query(`select * from "Job" where id = $1`, [id])).rows[0];
const ends = (id: string, state: string) =>
  vi.waitFor(async () => expect((await row(id)).state).toBe(state), { timeout: 20_000 });

function run(kind: string, work: (job: TakenJob, hold: Hold, signal: AbortSignal) => Promise<void>): JobRunner {
  const { database, log } = server.parley.ports;
  const end = async (job: TakenJob, hold: Hold, state: string, reason: string) => {
    await pool().query(`update "Job" set state = $3, reason = $4 where id = $1 and "leaseOwner" = $2`, [
      job.id,
      hold.owner,
      state,
      reason,
    ]);
  };
  const task: JobTask = {
    async run(job, hold, signal) {
      await work(job, hold, signal);
      await end(job, hold, "succeeded", "");
    },
    giveUp: end,
  };
  const runner = startJobRunner(
    { host: ownServer, database, log, now: Date.now, owner: newId() },
    new Map([[kind, task]]),
  );
  runners.push(runner);
  return runner;
}

test("a job is done once, whoever looks for it at the same time", async () => {
  const done: string[] = [];
  const work = async (job: TakenJob) => void done.push(job.id);
  const ids = [await enter("once"), await enter("once"), await enter("once")];
  for (const runner of [run("once", work), run("once", work)]) runner.wake();
  for (const id of ids) await ends(id, "succeeded");
  expect(done.toSorted()).toEqual(ids.toSorted());
});

test("what another process holds is left to it, and taken once its lease is over", async () => {
  const held = await enter("left", { owner: "other", seconds: 1000 });
  const left = await enter("left", { owner: "dead", seconds: -1 });
  const seen: number[] = [];
  const runner = run("left", async ({ attempts }) => void seen.push(attempts));
  runner.wake();
  await ends(left, "succeeded");
  expect(seen).toEqual([2]);
  expect((await row(held)).leaseOwner).toBe("other");
});

test("on the embedded database a start takes at once what the processes before have left", async () => {
  const left = await enter("start", { owner: "dead", seconds: 1000 });
  const runner = run("start", async () => {});
  await runner.start();
  const { kind } = server.parley.ports.database;
  if (kind === "pglite") return ends(left, "succeeded");
  expect((await row(left)).leaseOwner).toBe("dead");
});

test("what fails of itself is tried three times, what can never be done once", async () => {
  const [failing, hopeless] = [await enter("fail"), await enter("fail")];
  const tries = new Map<string, number>();
  const runner = run("fail", async ({ id }) => {
    tries.set(id, (tries.get(id) ?? 0) + 1);
    throw id === failing ? new Error("no luck") : new ChatError("bad-request", "It is a picture.");
  });
  runner.wake();
  await ends(hopeless, "failed");
  expect((await row(hopeless)).reason).toBe("It is a picture.");
  for (const n of [1, 2]) {
    await ends(failing, "retrying");
    await pool().query(`update "Job" set "dueAt" = now() where id = $1`, [failing]);
    expect(tries.get(failing)).toBe(n);
    runner.wake();
    await vi.waitFor(() => expect(tries.get(failing)).toBe(n + 1), { timeout: 10_000 });
  }
  await ends(failing, "failed");
  expect((await row(failing)).reason).toBe("Something failed on our side.");
  expect([tries.get(failing), tries.get(hopeless)]).toEqual([3, 1]);
});

test("what ends its process again and again is given up", async () => {
  const id = await enter("deadly", { owner: "dead", seconds: -1 });
  await pool().query(`update "Job" set attempts = 5 where id = $1`, [id]);
  run("deadly", async () => {}).wake();
  await ends(id, "failed");
});

test("a job that is cancelled ends, here and where it waits", async () => {
  const { database } = server.parley.ports;
  const { ownerId } = server.parley;
  const [working, waiting] = [await enter("cancel"), await enter("cancel")];
  const runner = run("cancel", (_job, _hold, signal) => {
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  runner.wake();
  await ends(working, "in_progress");
  expect(await cancelLeasedJob(database, ownerId, waiting, "Not wanted")).toMatchObject({ isOver: true });
  expect(await cancelLeasedJob(database, ownerId, working, "Not wanted")).toMatchObject({ isOver: false });
  expect(await cancelLeasedJob(database, newId(), working, "Not wanted")).toBeNull();
  runner.cancel(working);
  await ends(working, "aborted");
  expect(await row(waiting)).toMatchObject({ state: "aborted", reason: "Not wanted", attempts: 0 });
});

test("a process that goes gives its job back, as if it had not begun it", async () => {
  const id = await enter("drain");
  const runner = run("drain", (_job, _hold, signal) => {
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  runner.wake();
  await ends(id, "in_progress");
  await runner.drain();
  expect(await row(id)).toMatchObject({ state: "pending", attempts: 0, leaseUntil: null });
});

test("a process that goes while it takes a job gives that back too, and does not begin it", async () => {
  const id = await enter("drain-early");
  let isBegun = false;
  const runner = run("drain-early", async () => {
    isBegun = true;
    await new Promise(() => {});
  });
  runner.wake();
  await runner.drain();
  expect(isBegun).toBe(false);
  expect(await row(id)).toMatchObject({ state: "pending", attempts: 0, leaseUntil: null });
});

test("an account with many jobs holds up nobody", async () => {
  const { id: other } = await server.makeAccount();
  const many = [await enter("fair"), await enter("fair"), await enter("fair")];
  const one = await enter("fair");
  await pool().query(`update "Job" set "accountId" = $2 where id = $1`, [one, other]);
  const order: string[] = [];
  run("fair", async ({ id }) => void order.push(id)).wake();
  for (const id of [...many, one]) await ends(id, "succeeded");
  expect(order.indexOf(one)).toBeLessThanOrEqual(1);
});

test("who has lost a job writes nothing more of it", async () => {
  const { database } = server.parley.ports;
  const [docId, jobId] = [newId(), newId()];
  await pool().query(
    `with agent as (select id from "Project" where "accountId" = $2 limit 1), doc as (
       insert into "Doc" (id, "accountId", "projectId", title, "contentHash", state)
       select $1, $2, agent.id, 'lost', 'x', 'pending' from agent returning id
     ) insert into "Job" (id, "accountId", "docId", kind, state, input) select $3, $2, doc.id, 'lost', 'pending', '{}' from doc`,
    [docId, server.parley.ownerId, jobId],
  );
  await takeJobs(database, "first", ["lost"], 1);
  const piece = { position: 0, content: "of the first", startChar: 0, endChar: 12, pageFrom: null, pageTo: null };
  const pieces = [{ ...piece, headings: ["A"], tokens: 3 }];
  const [first, second] = [
    { jobId, owner: "first" },
    { jobId, owner: "second" },
  ];
  expect(await insertPieces(database, first, docId, pieces, 10)).toBe(true);
  await pool().query(`update "Job" set "leaseUntil" = now() - interval '1 s' where id = $1`, [jobId]);
  expect(await takeJobs(database, "second", ["lost"], 1)).toHaveLength(1);
  expect(await clearPieces(database, second, docId)).toBe(true);
  expect(await insertPieces(database, first, docId, pieces, 50)).toBe(false);
  expect(
    await endIngest(database, first, docId, { state: "ready", characters: 1, pages: null, emptyPages: null }),
  ).toBe(false);
  expect(await database.prisma.docChunk.count({ where: { docId } })).toBe(0);
  expect(await insertPieces(database, second, docId, pieces, 50)).toBe(true);
  expect(
    await endIngest(database, second, docId, { state: "ready", characters: 1, pages: null, emptyPages: null }),
  ).toBe(true);
  expect(await database.prisma.doc.findUnique({ where: { id: docId } })).toMatchObject({ state: "ready" });
});
