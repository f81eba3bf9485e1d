import fc from "fast-check";
import { expect, test } from "vitest";
import type { TurnEvent } from "./events.ts";
import { fold, foldEvents } from "./fold.ts";

const usage = { inputTokens: 1, outputTokens: 1 };
const turnStart: TurnEvent = { type: "turn-start", runId: "r", at: 0 };
const stepStart = (messageId: string): TurnEvent => ({ type: "step-start", messageId, model: "m", at: 5 });
const stepEnd: TurnEvent = { type: "step-end", finishReason: "stop", usage };
const call = (callId: string, input: unknown = {}): TurnEvent => ({ type: "tool-call", callId, name: "tool", input });
const result = (callId: string, output: unknown = null): TurnEvent => ({
  type: "tool-result",
  messageId: `result of ${callId}`,
  callId,
  name: "tool",
  output,
  isError: false,
  durationMs: 3,
  at: 9,
});
const text = (...deltas: string[]): TurnEvent[] => [
  { type: "text-start" },
  ...deltas.map((delta): TurnEvent => ({ type: "text-delta", text: delta })),
  { type: "text-end" },
];
const reasoning = (...deltas: string[]): TurnEvent[] => [
  { type: "reasoning-start" },
  ...deltas.map((delta): TurnEvent => ({ type: "reasoning-delta", text: delta })),
  { type: "reasoning-end", durationMs: 7 },
];

test("a step becomes one message with its blocks and calls in order", () => {
  const events = [turnStart, stepStart("one"), ...reasoning("Hm"), ...text("Hel", "lo"), call("c"), stepEnd];
  expect(foldEvents(events)).toEqual([
    {
      id: "one",
      role: "assistant",
      model: "m",
      at: 5,
      isClosed: true,
      parts: [
        { type: "reasoning", text: "Hm", durationMs: 7 },
        { type: "text", text: "Hello" },
        { type: "tool-call", callId: "c", name: "tool", input: {} },
      ],
    },
  ]);
});

test("15: a notice that comes before a provider has accepted the call is kept with its message", () => {
  const notice = (said: string): TurnEvent => ({ type: "notice", text: said });
  const events = [
    notice("loading"),
    stepStart("one"),
    notice("odd"),
    ...text("Hi"),
    stepEnd,
    notice("again"),
    stepStart("two"),
    ...text("Ho"),
    stepEnd,
  ];
  expect(foldEvents(events).map(({ parts }) => parts)).toEqual([
    [{ type: "text", text: "Hi" }, notice("loading"), notice("odd")],
    [{ type: "text", text: "Ho" }, notice("again")],
  ]);
});

test("results follow the order of their calls, not the order in which they came", () => {
  const events = [stepStart("one"), call("a"), call("b"), stepEnd, result("b", 2), result("a", 1)];
  expect(foldEvents(events).map(({ id }) => id)).toEqual(["one", "result of a", "result of b"]);
});

test("a call without a result is open", () => {
  const state = fold();
  for (const event of [stepStart("one"), call("a", { n: 1 }), call("b"), stepEnd, result("b")]) state.add(event);
  expect(state.openCalls()).toEqual([{ callId: "a", name: "tool", input: { n: 1 } }]);
});

test("a text that goes on says so", () => {
  const events: TurnEvent[] = [
    stepStart("one"),
    { type: "text-start", continues: true },
    { type: "text-delta", text: "x" },
  ];
  expect(foldEvents(events)[0]?.parts).toEqual([{ type: "text", text: "x", continues: true }]);
});

test("a step that ends before it says anything leaves no message", () => {
  expect(foldEvents([turnStart, stepStart("one"), stepEnd])).toEqual([]);
});

test("an open step is shown as far as it came, and marked as open", () => {
  const events = [stepStart("one"), ...text("Hel").slice(0, -1)];
  expect(foldEvents(events)).toMatchObject([{ isClosed: false, parts: [{ type: "text", text: "Hel" }] }]);
});

test("looking at a fold between events changes nothing", () => {
  fc.assert(
    fc.property(turns(), (events) => {
      const state = fold();
      for (const event of events) {
        state.add(event);
        state.messages();
      }
      expect(state.messages()).toEqual(foldEvents(events));
    }),
  );
});

test("messages come out equal whatever way the deltas are cut", () => {
  fc.assert(
    fc.property(turns(), fc.infiniteStream(fc.integer({ min: 1, max: 3 })), (events, sizes) => {
      const cut = events.flatMap((event): TurnEvent[] => {
        if (event.type !== "text-delta" && event.type !== "reasoning-delta") return [event];
        const pieces: TurnEvent[] = [];
        for (let at = 0; at < event.text.length; ) {
          const size = sizes.next().value ?? 1;
          pieces.push({ ...event, text: event.text.slice(at, at + size) });
          at += size;
        }
        return pieces;
      });
      expect(foldEvents(cut)).toEqual(foldEvents(events));
    }),
  );
});

test("every prefix of a turn folds, and never to fewer messages or less text than a shorter one", () => {
  fc.assert(
    fc.property(turns(), (events) => {
      const state = fold();
      let before = "";
      for (const event of events) {
        state.add(event);
        const said = state
          .messages()
          .flatMap(({ parts }) => parts.flatMap((part) => ("text" in part ? [part.text] : [])))
          .join("");
        expect(said.startsWith(before)).toBe(true);
        before = said;
      }
    }),
  );
});

test("a block before any step is a bug and says so", () => {
  expect(() => foldEvents(text("x"))).toThrow("before its step-start");
});

/** Whole turns as the engine makes them. */
function turns(): fc.Arbitrary<TurnEvent[]> {
  const block = fc.tuple(fc.boolean(), fc.array(fc.string({ maxLength: 8 }), { maxLength: 4 }));
  const step = fc.tuple(fc.array(block, { maxLength: 3 }), fc.integer({ min: 0, max: 3 }), fc.nat());
  return fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => [
    turnStart,
    ...steps.flatMap(([blocks, callCount, seed], n) => {
      const ids = Array.from({ length: callCount }, (_, k) => `c${n}.${k}`);
      const finished = ids.map((_, k) => ids[(k + seed) % ids.length] ?? "");
      return [
        stepStart(`m${n}`),
        ...blocks.flatMap(([isText, deltas]) => (isText ? text(...deltas) : reasoning(...deltas))),
        ...ids.map((id) => call(id)),
        stepEnd,
        ...finished.map((id) => result(id)),
      ];
    }),
  ]);
}
