import { expect, test } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { conversationOf, reduce } from "./reduce";
import { waitingCalls } from "./turn-state";
import { turnsIn } from "./turns-in";

const usage = { duration_ms: 1, total_input_tokens: 1, total_output_tokens: 1, turns: 1 };
const stop = (run_id: string, more: object = {}): SessionEvent => ({
  type: "stop",
  is_error: false,
  error: null,
  usage,
  status: "completed",
  run_id,
  event_id: `${run_id}.stop`,
  ...more,
});
const asked: SessionEvent = { type: "user_input", content: "How is it?", message_id: "m1", run_id: "r1" };
const call = (call_id: string): SessionEvent => ({
  type: "tool_call",
  call_id,
  name: "weather",
  arguments: {},
  run_id: "r1",
});
const result = (call_id: string): SessionEvent => ({
  type: "tool_result",
  call_id,
  name: "weather",
  result: "grey",
  is_error: false,
  run_id: "r2",
});
const text: SessionEvent = { type: "text", content: "It is grey.", run_id: "r2" };
const pending = [asked, call("a"), call("b"), stop("r1", { pending_call_ids: ["a", "b"] })];

const session = { session_id: "s", last_updated_at: "", generated_title: null, index_ids: null, job_metadata: null };
const windowOf = (events: readonly SessionEvent[], running: string | null = null) => ({
  session,
  events,
  before: null,
  after: null,
  running: running === null ? null : { run_id: running, after: 3, at: "text:x" },
  forks: [],
});

test("16: calls that wait are told, and the turn that answers them is shown as one with theirs", () => {
  const [waiting] = turnsIn(pending, null).turns;
  expect(waiting && waitingCalls(waiting).map(({ callId }) => callId)).toEqual(["a", "b"]);
  const { turns } = turnsIn([...pending.slice(0, 3), stop("r1"), result("a"), result("b"), text, stop("r2")], null);
  expect(turns).toHaveLength(1);
  expect(turns[0]).toMatchObject({ key: "m1", runId: "r2", stop: { run_id: "r2" } });
  expect(turns[0]?.blocks.map(({ kind }) => kind)).toEqual(["tool", "tool", "text"]);
  expect(turns[0] && waitingCalls(turns[0])).toEqual([]);
});

test("16: answers are followed in their turn, which comes back as it was when they are refused", () => {
  const begun = conversationOf(windowOf(pending));
  const sent = reduce(begun, { type: "answered" });
  expect([sent.turns[0]?.stop, sent.run?.id]).toEqual([null, null]);
  const heard = reduce(sent, { type: "event", event: result("a"), number: 0 });
  expect(heard.turns).toHaveLength(1);
  const refused = reduce(sent, { type: "refused", why: "No.", status: 409 });
  expect([refused.turns, refused.refusal?.text]).toEqual([begun.turns, ""]);
});

test("16: a page that is opened while the answer to calls runs goes on with their turn, also told again", () => {
  const running = conversationOf(windowOf([...pending.slice(0, 3), stop("r1"), result("a"), result("b"), text], "r2"));
  expect(running.turns).toHaveLength(1);
  expect(running.run).toMatchObject({
    id: "r2",
    goesOn: { runId: "r1", blocks: [{ result: null }, { result: null }] },
  });
});

test("16: a result to calls of another turn begins one of its own", () => {
  const { turns } = turnsIn([asked, stop("r1"), result("z"), stop("r2")], null);
  expect(turns).toHaveLength(2);
});

test("15: notices are kept with their turn, each once", () => {
  const notice: SessionEvent = {
    type: "notice",
    content: "Asked without tools.",
    event_id: "r1.notice.0",
    run_id: "r1",
  };
  const [turn] = turnsIn([asked, notice, notice, stop("r1")], null).turns;
  expect(turn?.notices).toEqual([{ id: "r1.notice.0", text: "Asked without tools." }]);
});

test("16: a question that the server had taken before is not shown twice", () => {
  const begun = conversationOf(windowOf(pending));
  const sent = reduce(begun, { type: "asked", question: { id: "q", text: "Again", files: [] }, inPlaceOf: null });
  expect(reduce(sent, { type: "repeated" })).toMatchObject({ run: null, turns: begun.turns });
});
