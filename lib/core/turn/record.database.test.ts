import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { claimRun } from "../../db/claims.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { readEvents } from "../../db/run-events.ts";
import { findRun } from "../../db/runs.ts";
import { ChatError } from "../../domain/errors.ts";
import type { LastEvent, TurnEvent } from "../../domain/events.ts";
import { newId } from "../../domain/ids.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import { migratedDatabase } from "../../testing/databases.ts";
import { claimOf, GOES_ON, makeSession, newMessage } from "../../testing/stored-turns.ts";
import { openProcess } from "../../testing/turn-ports.ts";
import { type AbortCause, liveRun } from "./live-run.ts";
import { record } from "./record.ts";

let database: Database;
beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../../..") });
  // Commits fail as often as a test says: a sequence goes on though its transaction is rolled back.
  await database.pool.query(`
    create sequence commits minvalue -100 start 0;
    create function fail_commit() returns trigger language plpgsql as $$ begin
      if nextval('commits') <= 0 then raise exception 'out of memory'; end if;
      return new;
    end $$;
    create trigger fail_commit before update of status on "Run" for each row execute function fail_commit()`);
});
afterAll(() => database.close());
// The answer has the same id in every test.
afterEach(() => database.pool.query(`delete from "Session"`));

const ANSWER = newId();
/** So often a commit is tried. */
const TRIES = 4;

const ended = { usage: { inputTokens: 1, outputTokens: 2, isEstimated: false }, durationMs: 5, steps: 1, model: "m" };
const turnEnd: LastEvent = { type: "turn-end", finishReason: "stop", pendingCallIds: [], ...ended };
const failed: LastEvent = { type: "turn-error", status: "failed", code: "model-failed", message: "gone", ...ended };
const answer: TurnEvent[] = [
  { type: "step-start", messageId: ANSWER, model: "m", at: 0 },
  { type: "text-start" },
  { type: "text-delta", text: "Hello" },
  { type: "text-end" },
  { type: "step-end", finishReason: "stop", usage: { inputTokens: 1, outputTokens: 2 } },
];
test("a turn is committed before its followers hear the end", async () => {
  const { live, heard } = await recorded([answer, [turnEnd]], { failures: 1 });
  // All that had been heard when its first try failed.
  expect(heard).toEqual([answer]);
  expect([live.events.at(-1), live.state]).toEqual([turnEnd, "ended"]);
});

test("input and answer are committed as messages, with what nobody has written of the events", async () => {
  const { run, messages, events } = await recorded([answer, [turnEnd]]);
  expect(run).toMatchObject({ status: "completed", finishReason: "stop", error: null });
  expect(messages).toEqual(["question", "answer"]);
  expect(events).toEqual([...answer, turnEnd]);
});

test("whoever waits for the commit is told after it", async () => {
  const onCommitted = vi.fn();
  await recorded([answer, [turnEnd]], { onCommitted });
  expect(onCommitted).toHaveBeenCalledOnce();
});

test.each<[string, TurnPolicy["keep"], readonly TurnEvent[], AbortCause | null, string[]]>([
  ["all is kept of a failed turn that keeps all", "all", answer, null, ["question", "answer"]],
  ["what was streamed is kept with its question", "streamed", answer, null, ["question", "answer"]],
  ["nothing is kept where nothing was streamed", "streamed", [], null, []],
  ["nothing is kept of a failed turn that keeps nothing", "nothing", answer, null, []],
  ["a stop keeps what was said, whatever else holds", "nothing", answer, "stop", ["question", "answer"]],
])("%s", async (_, keep, events, abortCause, kept) => {
  const { run, messages } = await recorded([events, [failed]], { keep, abortCause });
  expect(run).toMatchObject({ status: "failed", error: { code: "model-failed", message: "gone" } });
  expect(messages).toEqual(kept);
});

test("a turn that stores nothing commits no messages", async () => {
  const { run, messages } = await recorded([answer, [turnEnd]], { stores: false });
  expect([run?.status, messages]).toEqual(["completed", []]);
});

test("a commit that fails is tried again", async () => {
  const { run, live, logged } = await recorded([answer, [turnEnd]], { failures: 2 });
  expect([run?.status, live.state, live.events.at(-1)]).toEqual(["completed", "ended", turnEnd]);
  expect(logged).toHaveLength(2);
});

test("a commit that fails again and again leaves the run to whoever takes it over, without an end", async () => {
  const onCommitted = vi.fn();
  const { run, messages, live, logged } = await recorded([answer, [turnEnd]], { failures: 9, onCommitted });
  expect(logged).toHaveLength(TRIES);
  expect([run?.status, messages]).toEqual(["running", []]);
  expect([live.state, live.events.at(-1)?.type]).toEqual(["left", "step-end"]);
  expect(onCommitted).not.toHaveBeenCalled();
});

test("a run that another process has taken is left without an end", async () => {
  const onCommitted = vi.fn();
  const { run, live } = await recorded([answer, [turnEnd]], {
    onCommitted,
    meanwhile: (id) => database.pool.query(`update "Run" set "leaseOwner" = 'another' where id = $1`, [id]),
  });
  expect(run?.status).toBe("running");
  expect([live.state, live.events.at(-1)?.type]).toEqual(["left", "step-end"]);
  expect(onCommitted).not.toHaveBeenCalled();
});

test("a run whose session was deleted ends as cancelled, though nothing can be committed", async () => {
  const { run, live } = await recorded([answer, [turnEnd]], {
    abortCause: "deleted",
    meanwhile: (_, sessionId) => database.pool.query(`delete from "Session" where id = $1`, [sessionId]),
  });
  expect(run).toBe(undefined);
  expect(live.state).toBe("ended");
  expect(live.events.at(-1)).toMatchObject({
    type: "turn-error",
    status: "cancelled",
    code: "not-found",
  });
});

test.each<AbortCause>(["lost", "hand-over"])("a run that is given up (%s) is not committed", async (abortCause) => {
  const { run, messages, live } = await recorded([answer, [failed]], { abortCause });
  expect([run?.status, messages]).toEqual(["running", []]);
  expect([live.state, live.events.at(-1)?.type]).toEqual(["left", "step-end"]);
});

test("what the next owner is to go on from is written when a run is handed over", async () => {
  const { events } = await recorded([answer, [failed]], { abortCause: "hand-over" });
  expect(events).toEqual(answer);
});

test("S14: no text of a model, a tool or a provider keeps a turn from its commit", async () => {
  const dirt = "a\0b \ud83d c \udc00";
  const called = { callId: "1", name: "t", input: { [dirt]: dirt }, runsHere: true };
  const told = { output: { error: dirt }, isError: true, durationMs: 1 };
  const events: TurnEvent[] = [
    { type: "step-start", messageId: ANSWER, model: "m", at: 0 },
    { type: "tool-call", ...called },
    { type: "step-end", finishReason: "tool-calls", usage: { inputTokens: 1, outputTokens: 2 } },
    { type: "tool-result", messageId: newId(), at: 0, callId: "1", name: "t", ...told },
  ];
  const { run, live, logged, messages } = await recorded([events, [{ ...failed, message: dirt }]]);
  expect(logged).toEqual([]);
  expect(run).toMatchObject({ status: "failed", error: { message: "a\uFFFDb \uFFFD c \uFFFD" } });
  expect([live.state, messages.length]).toEqual(["ended", 3]);
});

test("S14: a commit that the database will never take ends the turn as failed, at once and without its content", async () => {
  const { run, live, logged, messages, events } = await recorded([answer, [{ ...turnEnd, durationMs: 1e12 }]]);
  expect(run).toMatchObject({ status: "failed", error: { code: "internal" } });
  expect([live.state, live.events.at(-1)]).toEqual(["ended", expect.objectContaining({ code: "internal" })]);
  expect([messages, events, logged.length]).toEqual([[], [live.events.at(-1)], 1]);
});

test("a turn that throws ends as internal, and its cause is logged", async () => {
  const bug = new TypeError("undefined is not a function");
  const { live, logged, run, messages } = await recorded([answer, bug]);
  expect(live.events.at(-1)).toMatchObject({ type: "turn-error", status: "failed", code: "internal" });
  expect(logged).toEqual([{ err: bug, runId: live.id }]);
  expect([run?.status, messages]).toEqual(["failed", ["question", "answer"]]);
});

test("a bug in the record itself leaves the run, logged, and throws nothing", async () => {
  const { live, logged } = await recorded([[{ type: "text-start" }], [turnEnd]]);
  expect(live.state).toBe("left");
  expect(logged).toMatchObject([{ err: { message: "A block came before its step-start" }, runId: live.id }]);
});

/** Records a turn of these batches in a session of its own, and gives what is stored then. */
async function recorded(
  batches: readonly (readonly TurnEvent[] | Error)[],
  {
    failures = 0,
    abortCause = null,
    stores = true,
    keep = "all",
    onCommitted,
    meanwhile,
  }: {
    /** So many tries of a commit fail in the database. */
    readonly failures?: number;
    readonly abortCause?: AbortCause | null;
    readonly stores?: boolean;
    readonly keep?: TurnPolicy["keep"];
    readonly onCommitted?: () => void;
    /** What else happens to the run before its end. */
    readonly meanwhile?: (runId: string, sessionId: string) => Promise<unknown>;
  } = {},
) {
  const { ports, kill } = openProcess(database, nobody, nobody);
  const { runner } = ports;
  const session = await makeSession(database);
  const question = newMessage("Hi");
  const policy: TurnPolicy = { ...GOES_ON, keep };
  const claim = claimOf(session, runner.owner, { policy, input: [question] });
  expect(await claimRun(database, claim)).toBe("claimed");
  await database.pool.query("select setval('commits', $1)", [-failures]);
  const { runId: id } = claim;
  const { accountId, id: sessionId } = session;
  const live = liveRun({ id, accountId, sessionId, docs: [], stores, onHangUp: "go-on" }, []);
  runner.add(live);
  const logged: object[] = [];
  const heard: TurnEvent[][] = [];
  const error = (fields: object) => {
    logged.push(fields);
    heard.push([...live.events]);
    // After its last try it waits for nothing.
    if (failures > 0 && logged.length < TRIES) endNextWait();
  };
  const turn = async function* () {
    for (const [n, batch] of batches.entries()) {
      if (n === batches.length - 1) await meanwhile?.(id, sessionId);
      if (batch instanceof Error) throw batch;
      if (abortCause && batch.length > 0) live.abort(abortCause, new ChatError("cancelled", "stopped"));
      if (batch.length > 0) yield batch;
    }
  };
  const kept = { policy, makes: null, input: [question], fallbackTitle: "Hi", model: "m", onCommitted };
  await record({ ...ports, log: { ...ports.log, error } }, live, turn(), kept);
  kill();
  const names = new Map([
    [question.id, "question"],
    [ANSWER, "answer"],
  ]);
  const stored = await database.pool.query(`select id from "Message" where "sessionId" = $1 order by position`, [
    sessionId,
  ]);
  return {
    live,
    logged,
    heard,
    run: (await findRun(database, accountId, id))?.run,
    messages: stored.rows.map((row) => names.get(row.id)),
    events: (await readEvents(database, id, 0)).map(({ event }) => event),
  };
}

const nobody = () => {
  throw new Error("No model and no tool is asked");
};

/** Ends at once what is waited for from now on until the next turn of the event loop. */
function endNextWait(): void {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  setImmediate(() => {
    vi.runAllTimers();
    vi.useRealTimers();
  });
}
