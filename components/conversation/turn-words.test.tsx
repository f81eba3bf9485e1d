import { prerender } from "react-dom/static";
import { expect, test } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { TurnArticle } from "./turn";
import { turnsIn } from "./turns-in";

// What a turn says of itself in words.

const usage = { duration_ms: 1, total_input_tokens: null, total_output_tokens: null, turns: 1 };
const stop = (more: object): SessionEvent => ({
  type: "stop",
  is_error: false,
  error: null,
  usage,
  run_id: "r",
  ...more,
});
const asked: SessionEvent = { type: "user_input", content: "Hi", message_id: "m", run_id: "r" };
const said: SessionEvent = { type: "text", content: "Hello", run_id: "r" };
const called: SessionEvent = { type: "tool_call", call_id: "c", name: "weather", arguments: {}, run_id: "r" };
const nothing = () => {};

async function drawn(events: readonly SessionEvent[], isLast = true): Promise<string> {
  const [turn] = turnsIn(events, null).turns;
  if (!turn) throw new Error("No turn was told");
  const acts = {
    onAgain: nothing,
    onContext: nothing,
    onEdit: () => true,
    onStep: nothing,
    onContinue: nothing,
    onAnswer: nothing,
  };
  const { prelude } = await prerender(<TurnArticle turn={turn} isLast={isLast} isGoing={false} {...acts} />);
  const html = await new Response(prelude).text();
  return html
    .replaceAll(/<!--[^>]*-->/gu, "")
    .replaceAll(/<[^>]+>/gu, " ")
    .replaceAll(/\s+/gu, " ");
}

test("16: a call that waits is a form in the last turn, and says so in no other", async () => {
  const events = [asked, called, stop({ pending_call_ids: ["c"] })];
  expect(await drawn(events)).toMatch(/weather Waiting for you .*What does weather give\?.*Send answer/u);
  expect(await drawn(events, false)).not.toContain("Send answer");
});

test("16: a call that was passed over is not said to have failed", async () => {
  const result = { result: { error: "not answered" }, is_error: true, cut: "unanswered" as const };
  const passed: SessionEvent = { type: "tool_result", call_id: "c", name: "weather", ...result, run_id: "r" };
  expect(await drawn([asked, called, passed, stop({})])).toMatch(/weather Not answered/u);
  expect(await drawn([asked, called, passed, stop({})])).not.toContain("Failed");
});

test.each([
  ["steps", "The turn came to its limit of steps. Continue"],
  ["time", "The turn came to its limit of time. Continue"],
  ["repeats", "The model asked for the same again and again, and was ended. Continue"],
])("16: a turn that its limit of %s has ended says so, and can go on", async (limit, words) => {
  expect(await drawn([asked, said, stop({ limit })])).toContain(words);
});

test("16: a turn that was stopped says after how much, and whether that is a guess", async () => {
  const cancelled = { is_error: true, error: "cancelled", status: "cancelled" };
  expect(await drawn([asked, said, stop({ ...cancelled, estimated_output_tokens: 214 })])).toContain(
    "Stopped after about 214 tokens.",
  );
  const counted = { ...usage, total_output_tokens: 1 };
  expect(await drawn([asked, said, stop({ ...cancelled, usage: counted })])).toContain("Stopped after 1 token.");
});

test("15: notices of a turn are on the screen", async () => {
  const notice: SessionEvent = { type: "notice", content: "Asked without tools.", event_id: "r.notice.0", run_id: "r" };
  expect(await drawn([asked, notice, said, stop({})])).toContain("Asked without tools.");
});

test("16: an answer that a caller supplied has not broken off", async () => {
  const supplied = await drawn([asked, said]);
  const [first] = turnsIn([asked, said, { ...asked, message_id: "m2" }, said, stop({})], null).turns;
  expect(first?.stop).toBeNull();
  expect(await drawn([asked, said], false)).not.toContain("broke off");
  expect(supplied).toContain("Hello");
});
