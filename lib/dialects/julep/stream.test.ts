import { expect, test } from "vitest";
import type { DocHit } from "../../domain/doc.ts";
import type { LastEvent, TurnEvent } from "../../domain/events.ts";
import { encodeChat, encodeHit } from "./encode.ts";
import { frames } from "./fixtures/frames.ts";
import { julepFrames } from "./stream.ts";

const at = Date.UTC(2026, 0, 5, 10);
const ended = {
  usage: { inputTokens: 21, outputTokens: 2, isEstimated: false },
  durationMs: 5,
  steps: 1,
  model: "m",
};
const begin: TurnEvent[] = [
  { type: "turn-start", runId: "run", at },
  { type: "step-start", messageId: "message", model: "m", at: at + 1 },
];
const say = (...texts: string[]): TurnEvent[] => [
  { type: "text-start" },
  ...texts.map((text): TurnEvent => ({ type: "text-delta", text })),
  { type: "text-end" },
];
const think: TurnEvent[] = [
  { type: "reasoning-start" },
  { type: "reasoning-delta", text: "hm" },
  { type: "reasoning-end", durationMs: 1 },
];
const call: TurnEvent = { type: "tool-call", callId: "c", name: "f", input: { x: 1 } };
const stepEnd: TurnEvent = { type: "step-end", finishReason: "stop", usage: { inputTokens: 21, outputTokens: 2 } };
const end: LastEvent = { type: "turn-end", finishReason: "stop", pendingCallIds: [], ...ended };
const error: LastEvent = { type: "turn-error", status: "failed", code: "model-failed", message: "broke", ...ended };

test("deltas become chunks, and the last has usage and finish", async () => {
  const [first, second, last, ...rest] = await stream([...begin, ...say("Hel", "lo"), stepEnd, end]);
  expect(rest).toEqual([]);
  expect(first).toEqual({
    event: null,
    data: {
      id: "run",
      created_at: "2026-01-05T10:00:00.000Z",
      jobs: [],
      docs: [],
      usage: null,
      choices: [
        {
          index: 0,
          delta: {
            role: "assistant",
            content: "Hel",
            name: null,
            tool_call_id: null,
            tool_calls: null,
            continue: null,
          },
          finish_reason: "stop",
          logprobs: null,
          tool_calls: null,
        },
      ],
    },
  });
  expect(second?.data.choices[0].delta.content).toBe("lo");
  expect(last?.data.usage).toEqual({ prompt_tokens: 21, completion_tokens: 2, total_tokens: 23 });
});

test.each([
  ["one block", [...begin, ...say("a", "b"), stepEnd, end], "ab"],
  ["blocks around a thought", [...begin, ...say("a"), ...think, ...say("b"), stepEnd, end], "a\n\nb"],
  ["text around a call", [...begin, ...say("a"), call, ...say("b"), stepEnd, end], "a\n\nb"],
  ["nothing", [...begin, stepEnd, end], ""],
] as [string, TurnEvent[], string][])("the deltas of %s are the text of the whole answer", async (_, events, text) => {
  const chunks = await stream(events);
  expect(chunks.map(({ data }) => data.choices[0].delta.content ?? "").join("")).toBe(text);
  const whole = encodeChat("run", events, end, { docs: [], jobs: [] }).choices[0];
  expect(whole?.message.content).toBe(text);
  expect(whole?.message.id).toBe("message");
});

test("thoughts are not told", async () => {
  const chunks = await stream([...begin, ...think, ...say("a"), stepEnd, end]);
  expect(JSON.stringify(chunks)).not.toContain("hm");
});

test("a call stands in its own chunk and in the last", async () => {
  const calls: LastEvent = { type: "turn-end", finishReason: "tool-calls", pendingCallIds: ["c"], ...ended };
  const [own, last] = (await stream([...begin, call, stepEnd, calls])).map(({ data }) => data.choices[0]);
  expect(own.delta.tool_calls).toMatchObject([{ id: "c", function: { name: "f", arguments: '{"x":1}' } }]);
  expect(last).toMatchObject({ finish_reason: "tool_calls", tool_calls: own.delta.tool_calls });
});

test("a failure is an error event, also when the turn is left without an end", async () => {
  const broken = await stream([...begin, ...say("a"), error]);
  expect(broken.at(-1)).toEqual({
    event: "error",
    data: { error: { message: "broke", code: "llm_api_error", type: "llm_api_error" }, message: "broke" },
  });
  expect((await stream([...begin, ...say("a")])).at(-1)?.event).toBe("error");
});

test("a turn that was stopped ends as an answer does", async () => {
  const stopped: LastEvent = { ...error, status: "cancelled", code: "cancelled" };
  const last = (await stream([...begin, ...say("a"), stopped], true)).at(-1);
  expect([last?.event, last?.data.choices[0].finish_reason, last?.data.usage.total_tokens]).toEqual([null, "stop", 23]);
});

test.each<[string, TurnEvent[]]>([
  ["an answer", [...begin, ...say("Hel", "lo", " you"), stepEnd, end]],
  ["an answer without words", [...begin, stepEnd, end]],
  ["a call", [...begin, call, stepEnd, end]],
])(
  "C9: the first frame of %s has the docs with their vectors, and no other frame grows with them",
  async (_, events) => {
    const embedding = Array.from({ length: 1536 }, () => Math.random());
    const hit = { docId: "d", owner: { role: "agent", id: "a" } as const, title: "T", metadata: null, distance: 0.1 };
    const docs = Array.from({ length: 10 }, (_, n) => ({
      ...hit,
      snippet: { id: `${n}`, index: n, content: "x".repeat(1000), embedding },
    }));
    const [first, ...others] = await stream(events, false, docs);
    expect(first?.data.docs).toEqual(docs.map(encodeHit));
    for (const { data } of others) expect(data.docs).toEqual([]);
    expect(Math.max(0, ...others.map((frame) => JSON.stringify(frame).length))).toBeLessThan(1000);
  },
);

async function stream(events: readonly TurnEvent[], isStopped = false, docs: readonly DocHit[] = []) {
  async function* stretches() {
    for (const [n, event] of events.entries()) yield { from: n + 1, events: [event] };
  }
  const texts: string[] = [];
  for await (const text of julepFrames(stretches(), {
    runId: "run",
    isStopped: () => isStopped,
    extras: { docs, jobs: [] },
  }))
    texts.push(text);
  return frames(texts.join(""));
}
