import { expect, test } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { type Action, emptyConversation } from "./conversation-state";
import { shownIn } from "./other-turns";
import { conversationOf, reduce } from "./reduce";

const session: SessionWindow["session"] = {
  session_id: "s",
  last_updated_at: "1",
  generated_title: null,
  index_ids: null,
  job_metadata: null,
};
const usage = { duration_ms: 10, total_input_tokens: 3, total_output_tokens: 4, turns: 1 };
const asked = (id: string, run = `run-${id}`): SessionEvent => ({
  type: "user_input",
  content: `Ask ${id}`,
  event_id: `${id}.0`,
  message_id: id,
  run_id: run,
});
const said = (id: string, content: string): SessionEvent => ({
  type: "text",
  content,
  event_id: `a${id}.0`,
  message_id: `a${id}`,
  run_id: `run-${id}`,
});
const stop = (id: string, status = "completed"): SessionEvent => ({
  type: "stop",
  is_error: status !== "completed",
  error: null,
  usage,
  status,
  event_id: `run-${id}.stop`,
  run_id: `run-${id}`,
});
const turn = (id: string) => [asked(id), said(id, `Answer ${id}`), stop(id)];
const windowOf = (events: readonly SessionEvent[], more: Partial<SessionWindow> = {}): SessionWindow => ({
  session,
  events,
  before: null,
  after: null,
  running: null,
  forks: [],
  ...more,
});
const after = (first: ReturnType<typeof conversationOf>, ...actions: Action[]) => actions.reduce(reduce, first);
const shown = ({ turns }: ReturnType<typeof conversationOf>) =>
  turns.map(({ question, blocks }) => [
    question?.text ?? null,
    blocks.map((block) => (block.kind === "tool" ? block.name : block.text)).join("|"),
  ]);

test("lesson 3, 19: a turn that was asked here is not drawn as another once it is read as it is stored", () => {
  const state = after(
    conversationOf(windowOf(turn("1"))),
    { type: "asked", question: { id: "mine", text: "Ask 2", files: [] }, inPlaceOf: "1" },
    { type: "taken", runId: "run-2" },
    ...turn("2").map((event, n): Action => ({ type: "event", event, number: n })),
  );
  expect(state.turns[0]).toMatchObject({ key: "mine", question: { id: "2" }, versions: { shown: 2, count: 2 } });
  const fork = { position: 0, message_id: "2", shown: 2, count: 2, alternatives: [] };
  const again = reduce(state, { type: "window", window: windowOf(turn("2"), { forks: [fork] }) });
  expect(again.turns.map(({ key }) => key)).toEqual(["mine"]);
});

test("a window is the turns of its events, and the turn that runs is the last", () => {
  const running = { run_id: "run-2", after: 7, at: "text_delta:a2.0" };
  const state = conversationOf(
    windowOf([...turn("1"), asked("2"), { ...said("2", "Par"), type: "text_delta" } as SessionEvent], { running }),
  );
  expect(shown(state)).toEqual([
    ["Ask 1", "Answer 1"],
    ["Ask 2", "Par"],
  ]);
  expect(state.run).toMatchObject({ id: "run-2", after: 7, at: "text_delta:a2.0" });
});

test("a turn that runs and has said nothing stands there all the same", () => {
  const running = { run_id: "run-2", after: 0, at: null };
  const state = conversationOf(windowOf(turn("1"), { running }));
  expect(state.turns.map(({ runId }) => runId)).toEqual(["run-1", "run-2"]);
});

test("a turn that has told its end is over, also where nobody has stored that yet", () => {
  const running = { run_id: "run-1", after: 9, at: "run-1.stop" };
  expect(conversationOf(windowOf(turn("1"), { running })).run).toBeNull();
});

test("what is read again and says the same stays the same object; what is new comes behind it", () => {
  const before = conversationOf(windowOf([...turn("1"), ...turn("2")]));
  const state = after(before, { type: "window", window: windowOf([...turn("2"), ...turn("3")], { before: "x.3" }) });
  expect(state.turns.map(({ key }) => key)).toEqual(["1", "2", "3"]);
  expect(state.turns[1]).toBe(before.turns[1]);
  expect(state.older).toBeNull();
});

test("a window that has nothing of what is shown takes its place", () => {
  const before = conversationOf(windowOf(turn("1")));
  const state = after(before, { type: "window", window: windowOf(turn("9"), { before: "x.16" }) });
  expect(state.turns.map(({ key }) => key)).toEqual(["9"]);
  expect(state.older).toEqual({ place: "x.16", reading: "no" });
});

test("older turns come before those that are shown, which stay the same objects", () => {
  const before = conversationOf(windowOf(turn("3"), { before: "x.4" }));
  const state = after(before, { type: "older", window: windowOf([...turn("1"), ...turn("2")]) });
  expect(state.turns.map(({ key }) => key)).toEqual(["1", "2", "3"]);
  expect(state.turns[2]).toBe(before.turns[0]);
  expect(state.older).toBeNull();
});

test("a turn of which a window had only the end is one turn when its beginning comes", () => {
  const before = conversationOf(windowOf([said("1", "second"), stop("1")], { before: "x.2" }));
  const state = after(before, { type: "older", window: windowOf([asked("1"), said("1", "first")]) });
  expect(shown(state)).toEqual([["Ask 1", "first|second"]]);
});

test("a question is shown before the server has it, and comes back when it is refused", () => {
  const begun = conversationOf(windowOf(turn("1")));
  const sent = after(begun, { type: "asked", question: { id: "2", text: "Two", files: [] }, inPlaceOf: null });
  expect(shown(sent)).toEqual([
    ["Ask 1", "Answer 1"],
    ["Two", ""],
  ]);
  const refused = after(sent, { type: "refused", why: "No.", status: 409 });
  expect(shown(refused)).toEqual([["Ask 1", "Answer 1"]]);
  expect([refused.run, refused.refusal]).toEqual([null, { key: "2", text: "Two", files: [], why: "No.", status: 409 }]);
});

test("16: a question that nobody heard the server take is not refused once it is seen, whatever its id is there", () => {
  const begun = conversationOf(windowOf(turn("1")));
  const sent = after(begun, { type: "asked", question: { id: "own", text: "Ask 2", files: [] }, inPlaceOf: null });
  const unheard = after(sent, { type: "refused", why: "Nothing came back.", status: 0 });
  expect(after(unheard, { type: "window", window: windowOf(turn("1")) }).refusal?.text).toBe("Ask 2");
  const seen = after(unheard, { type: "window", window: windowOf([...turn("1"), ...turn("2")]) });
  expect([seen.refusal, seen.taken]).toEqual([null, "own"]);
  const refused = after(sent, { type: "refused", why: "No.", status: 409 });
  const other = after(refused, { type: "window", window: windowOf([...turn("1"), ...turn("2")]) });
  expect(other.refusal?.text).toBe("Ask 2");
});

test("what is asked in place of turns brings them back when it is refused, and has no text to give back", () => {
  const begun = conversationOf(windowOf([...turn("1"), ...turn("2")]));
  const sent = after(begun, { type: "asked", question: { id: "3", text: "Ask 1", files: [] }, inPlaceOf: "1" });
  expect(shown(sent)).toEqual([["Ask 1", ""]]);
  const refused = after(sent, { type: "refused", why: "No.", status: 500 });
  expect(refused.turns).toEqual(begun.turns);
  expect(refused.refusal?.text).toBe("");
});

test("lesson 22: events move the place where the stream goes on, touch only the last turn, and stop ends the run", () => {
  const begun = conversationOf(windowOf(turn("1")));
  const sent = after(begun, { type: "asked", question: { id: "2", text: "Ask 2", files: [] }, inPlaceOf: null });
  const piece: SessionEvent = {
    type: "text_delta",
    content: "He",
    event_id: "a2.0",
    message_id: "a2",
    run_id: "run-2",
  };
  const state = after(
    sent,
    { type: "taken", runId: "run-2" },
    { type: "event", event: asked("2"), number: 0 },
    { type: "event", event: piece, number: 4 },
  );
  expect(state.run).toMatchObject({ id: "run-2", after: 4, at: "text_delta:a2.0" });
  expect(state.turns[0]).toBe(begun.turns[0]);
  const ended = after(state, { type: "event", event: stop("2"), number: 9 });
  expect([ended.run, shown(ended)[1]]).toEqual([null, ["Ask 2", "He"]]);
  expect(after(ended, { type: "event", event: piece, number: 10 })).toBe(ended);
});

test("no event of a turn is taken in where none runs", () => {
  expect(after(emptyConversation, { type: "event", event: said("1", "x"), number: 1 })).toBe(emptyConversation);
});

test("a call that was answered goes on in its own turn, though its answer has a run of its own", () => {
  const named = { call_id: "c", name: "f" };
  const call: SessionEvent = {
    type: "tool_call",
    ...named,
    arguments: {},
    event_id: "a1.0",
    message_id: "a1",
    run_id: "run-1",
  };
  const result: SessionEvent = {
    type: "tool_result",
    ...named,
    result: 4,
    event_id: "t.0",
    message_id: "t",
    run_id: "run-2",
  };
  const waits = { ...stop("1"), pending_call_ids: ["c"] } as SessionEvent;
  const running = { run_id: "run-2", after: 0, at: null };
  const state = conversationOf(windowOf([asked("1"), call, waits, result], { running }));
  expect(state.turns).toHaveLength(1);
  expect(state.turns[0]?.blocks[0]).toMatchObject({ kind: "tool", result: { output: 4 } });
  expect([state.turns[0]?.stop, state.run?.id]).toEqual([null, "run-2"]);
});

test("turns elsewhere are shown instead of the last, in both directions, until they meet them", () => {
  const begun = conversationOf(windowOf([...turn("8"), ...turn("9")], { before: "x.14" }));
  const there = after(begun, { type: "elsewhere", window: windowOf(turn("4"), { before: "x.6", after: "x.8" }) });
  expect([shownIn(there).turns.map(({ key }) => key), there.turns]).toEqual([["4"], begun.turns]);
  const more = after(
    there,
    { type: "reading", side: "newer", reading: "yes" },
    { type: "newer", window: windowOf([...turn("5"), ...turn("6")], { after: "x.12" }) },
    { type: "older", window: windowOf(turn("3"), { before: "x.4" }) },
  );
  expect(shownIn(more).turns.map(({ key }) => key)).toEqual(["3", "4", "5", "6"]);
  expect([shownIn(more).older?.place, shownIn(more).newer?.place]).toEqual(["x.4", "x.12"]);
  const met = after(more, { type: "newer", window: windowOf([...turn("7"), ...turn("8")], { after: "x.18" }) });
  expect(met.elsewhere).toBeNull();
  expect(met.turns.map(({ key }) => key)).toEqual(["3", "4", "5", "6", "7", "8", "9"]);
  expect(met.turns.at(-1)).toBe(begun.turns.at(-1));
});

test("who asks while looking elsewhere is at the end again", () => {
  const begun = conversationOf(windowOf(turn("9"), { before: "x.16" }));
  const there = after(begun, { type: "elsewhere", window: windowOf(turn("4"), { after: "x.8" }) });
  const sent = after(there, { type: "asked", question: { id: "q", text: "Ten", files: [] }, inPlaceOf: null });
  expect(shownIn(sent).turns.map(({ key }) => key)).toEqual(["9", "q"]);
  expect(shownIn(after(there, { type: "elsewhere", window: null })).turns).toBe(begun.turns);
});
