import { DatabaseError } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChatError } from "../../domain/errors.ts";
import type { LastEvent, TurnEvent } from "../../domain/events.ts";
import type { NewMessage } from "../../domain/message.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import type { Ports } from "../scope.ts";
import { type AbortCause, liveRun } from "./live-run.ts";
import { type Recording, record } from "./record.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const ended = { usage: { inputTokens: 1, outputTokens: 2, isEstimated: false }, durationMs: 5, steps: 1, model: "m" };
const turnEnd: LastEvent = { type: "turn-end", finishReason: "stop", pendingCallIds: [], ...ended };
const failed: LastEvent = { type: "turn-error", status: "failed", code: "model-failed", message: "gone", ...ended };
const answer: TurnEvent[] = [
  { type: "step-start", messageId: "answer", model: "m", at: 0 },
  { type: "text-start" },
  { type: "text-delta", text: "Hello" },
  { type: "text-end" },
  { type: "step-end", finishReason: "stop", usage: { inputTokens: 1, outputTokens: 2 } },
];
const question: NewMessage = {
  id: "question",
  role: "user",
  name: null,
  source: "api_request",
  parts: [{ type: "text", text: "Hi" }],
  model: null,
  createdAt: new Date(0),
};

test("a turn is committed before its followers hear the end", async () => {
  const order: string[] = [];
  const { live } = await recorded([answer, [turnEnd]], {
    onCommit: ({ heard }) => order.push(`commit after ${heard} events`),
  });
  expect(order).toEqual(["commit after 5 events"]);
  expect([live.events.at(-1), live.state]).toEqual([turnEnd, "ended"]);
});

test("input and answer are committed as messages, with what nobody has written of the events", async () => {
  const { commits } = await recorded([answer, [turnEnd]]);
  expect(commits).toMatchObject([
    { status: "completed", finishReason: "stop", error: null, messages: ["question", "answer"], seqFrom: 1, seqTo: 6 },
  ]);
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
])("%s", async (_, keep, events, abortCause, messages) => {
  const { commits } = await recorded([events, [failed]], { keep, abortCause });
  expect(commits).toMatchObject([{ status: "failed", error: { code: "model-failed", message: "gone" }, messages }]);
});

test("a turn that stores nothing commits no messages", async () => {
  const { commits } = await recorded([answer, [turnEnd]], { stores: false });
  expect(commits).toMatchObject([{ status: "completed", messages: [] }]);
});

test("a commit that fails is tried again", async () => {
  const { commits, live, logged } = await recorded([answer, [turnEnd]], { outcomes: ["fails", "fails", "yes"] });
  expect(commits).toHaveLength(3);
  expect([live.state, live.events.at(-1)]).toEqual(["ended", turnEnd]);
  expect(logged).toHaveLength(2);
});

test("a commit that fails again and again leaves the run to whoever takes it over, without an end", async () => {
  const onCommitted = vi.fn();
  const outcomes = Array.from({ length: 9 }, () => "fails" as const);
  const { commits, live } = await recorded([answer, [turnEnd]], { outcomes, onCommitted });
  expect(commits).toHaveLength(4);
  expect([live.state, live.events.at(-1)?.type]).toEqual(["left", "step-end"]);
  expect(onCommitted).not.toHaveBeenCalled();
});

test("a run that another process has taken is left without an end", async () => {
  const onCommitted = vi.fn();
  const { live } = await recorded([answer, [turnEnd]], { outcomes: ["no"], onCommitted });
  expect([live.state, live.events.at(-1)?.type]).toEqual(["left", "step-end"]);
  expect(onCommitted).not.toHaveBeenCalled();
});

test("a run whose session was deleted ends as cancelled, though nothing can be committed", async () => {
  const { live } = await recorded([answer, [turnEnd]], { outcomes: ["no"], abortCause: "deleted" });
  expect(live.state).toBe("ended");
  expect(live.events.at(-1)).toMatchObject({
    type: "turn-error",
    status: "cancelled",
    code: "not-found",
  });
});

test.each<AbortCause>(["lost", "hand-over"])("a run that is given up (%s) is not committed", async (abortCause) => {
  const { commits, live } = await recorded([answer, [failed]], { abortCause });
  expect(commits).toEqual([]);
  expect([live.state, live.events.at(-1)?.type]).toEqual(["left", "step-end"]);
});

test("what the next owner is to go on from is written when a run is handed over", async () => {
  const { appended } = await recorded([answer, [failed]], { abortCause: "hand-over" });
  expect(appended).toEqual([{ seqFrom: 1, seqTo: 5 }]);
});

test("a turn that throws ends as internal, and its cause is logged", async () => {
  const bug = new TypeError("undefined is not a function");
  const { live, logged, commits } = await recorded([answer, bug]);
  expect(live.events.at(-1)).toMatchObject({ type: "turn-error", status: "failed", code: "internal" });
  expect(logged).toEqual([{ err: bug, runId: "r" }]);
  expect(commits).toMatchObject([{ status: "failed", messages: ["question", "answer"] }]);
});

test("a bug in the record itself leaves the run, logged, and throws nothing", async () => {
  const { live, logged } = await recorded([[{ type: "text-start" }], [turnEnd]]);
  expect(live.state).toBe("left");
  expect(logged).toMatchObject([{ err: { message: "A block came before its step-start" }, runId: "r" }]);
});

type Outcome = "yes" | "no" | "fails";

/** Records a turn of these batches on a database that answers commits as told; "yes" when nothing is told. */
async function recorded(
  batches: readonly (readonly TurnEvent[] | Error)[],
  {
    outcomes = [],
    abortCause = null,
    stores = true,
    keep = "all",
    onCommitted,
    onCommit,
  }: {
    readonly outcomes?: readonly Outcome[];
    readonly abortCause?: AbortCause | null;
    readonly stores?: boolean;
    readonly keep?: TurnPolicy["keep"];
    readonly onCommitted?: () => void;
    readonly onCommit?: (about: { readonly heard: number }) => void;
  } = {},
) {
  const logged: object[] = [];
  const commits: Record<string, unknown>[] = [];
  const appended: Record<string, unknown>[] = [];
  const live = liveRun({ id: "r", accountId: "a", sessionId: "s", docs: [], stores, onHangUp: "go-on" }, []);
  const query = async ({ text, values }: { text: string; values: readonly unknown[] }) => {
    if (text.startsWith("select")) {
      const isThere = !text.includes("leaseOwner") && abortCause !== "deleted";
      return { rows: isThere ? [{ id: "r" }] : [] };
    }
    if (!text.includes(`update "Run" r set status`)) {
      appended.push({ seqFrom: (values[1] as number[])[0], seqTo: (values[2] as number[])[0] });
      return { rows: [{ runId: "r" }] };
    }
    onCommit?.({ heard: live.events.length });
    const [{ status, finishReason, error, messages, seqFrom, seqTo }] = JSON.parse(String(values[0]));
    commits.push({
      status,
      finishReason,
      error,
      messages: messages.map(({ id }: { id: string }) => id),
      seqFrom,
      seqTo,
    });
    const outcome = outcomes[commits.length - 1] ?? "yes";
    if (outcome === "fails") throw new DatabaseError("out of memory", 0, "error");
    return { rows: outcome === "yes" ? [{ id: "r" }] : [] };
  };
  const log = { info() {}, warn() {}, error: (fields: object) => void logged.push(fields) };
  const runner = { owner: "me", remove: async () => ({ seqFrom: 1, events: live.events.slice(0) }) };
  // Only what recording asks of its ports is there.
  const ports = { database: { pool: { query } }, runner, log } as unknown as Ports;
  const recording: Recording = {
    policy: { keep, onlyWhole: false, keepsOutput: false },
    makes: null,
    input: [question],
    fallbackTitle: "Hi",
    model: "m",
    onCommitted,
  };
  const turn = async function* () {
    for (const batch of batches) {
      if (batch instanceof Error) throw batch;
      if (abortCause && batch.length > 0) live.abort(abortCause, new ChatError("cancelled", "stopped"));
      if (batch.length > 0) yield batch;
    }
  };
  const recordedAll = record(ports, live, turn(), recording);
  await vi.runAllTimersAsync();
  await recordedAll;
  return { live, commits, appended, logged };
}
