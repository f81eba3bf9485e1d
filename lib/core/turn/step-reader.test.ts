import { expect, test } from "vitest";
import type { TurnEvent } from "../../domain/events.ts";
import { foldEvents } from "../../domain/fold.ts";
import type { ModelEvent } from "../../domain/model.ts";
import { wholeAnswer } from "./answer-text.ts";
import { stepReader } from "./step-reader.ts";

const NUL = String.fromCharCode(0);
const finish: ModelEvent = { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 2 } };
const text = (delta: string): ModelEvent => ({ type: "text-delta", text: delta });
const call = (callId: string, input = "{}"): ModelEvent => ({ type: "tool-call", callId, name: "t", input });

test("the step starts with the first sign of life, once", () => {
  const types = read([[{ type: "start" }], [{ type: "start" }], [text("a")], [finish]]).map(({ type }) => type);
  expect(types).toEqual(["step-start", "text-start", "text-delta", "text-end", "step-end"]);
});

test("a model that never says that it started has started with its first word", () => {
  expect(read([[text("a")]]).map(({ type }) => type)).toContain("step-start");
});

test("a model that never accepted the call leaves nothing to close", () => {
  expect(read([])).toEqual([]);
});

test("blocks never interleave, whatever the model marks", () => {
  const events = read([
    [{ type: "reasoning-start" }, { type: "reasoning-delta", text: "a" }],
    [text("b"), { type: "reasoning-end" }],
    [{ type: "reasoning-delta", text: "c" }, { type: "text-end" }],
    [call("x"), text("d")],
  ]);
  expect(blocks(events)).toEqual([
    "reasoning-start",
    "reasoning-end",
    "text-start",
    "text-end",
    "reasoning-start",
    "reasoning-end",
    "tool-call",
    "text-start",
    "text-end",
  ]);
});

test("7: a text that turns out to be thoughts ends as such, and is none of what was said", () => {
  const reader = newReader(false);
  const events = [text("H"), text("m"), { type: "text-end", wasThoughts: true } as const, text("391")].flatMap(
    (event) => reader.read([event]),
  );
  events.push(...reader.close("stop"));
  expect(blocks(events)).toEqual(["text-start", "text-end", "text-start", "text-end"]);
  expect(events.filter(({ type }) => type === "text-end")).toEqual([
    { type: "text-end", wasThoughts: true },
    { type: "text-end" },
  ]);
  expect(reader.text()).toBe("391");
  expect(wholeAnswer(events)).toBe("391");
  expect(foldEvents(events)).toMatchObject([
    {
      parts: [
        { type: "reasoning", text: "Hm" },
        { type: "text", text: "391" },
      ],
    },
  ]);
});

test("neighbouring deltas of one batch are joined, those of two are not", () => {
  const deltas = read([[text("a"), text("b")], [text("c")]]).flatMap((event) =>
    event.type === "text-delta" ? [event.text] : [],
  );
  expect(deltas).toEqual(["ab", "c"]);
});

test("empty deltas open nothing", () => {
  expect(blocks(read([[text("")], [{ type: "reasoning-delta", text: "" }], [{ type: "text-end" }]]))).toEqual([]);
});

test("a pair of surrogates that two deltas share arrives whole", () => {
  const events = read([[text("\uD83D")], [text("\uDE00")]]);
  expect(events.flatMap((event) => (event.type === "text-delta" ? [event.text] : []))).toEqual(["\uD83D\uDE00"]);
});

test("half a pair at the end of a block is replaced before the block closes", () => {
  const events = read([[text("a\uD83D")], [call("x")]]);
  expect(events.filter(({ type }) => type.startsWith("text"))).toEqual([
    { type: "text-start" },
    { type: "text-delta", text: "a" },
    { type: "text-delta", text: "\uFFFD" },
    { type: "text-end" },
  ]);
});

test("what is said is what is sent", () => {
  const reader = newReader();
  const sent = [...reader.read([text(`a${NUL}`), text("\uD83D")]), ...reader.close("stop")];
  expect(sent.flatMap((event) => (event.type === "text-delta" ? [event.text] : [])).join("")).toBe(reader.text());
});

test.each<[string, string, unknown]>([
  ["nothing as no arguments", " ", {}],
  ["an object", '{"a":[1]}', { a: [1] }],
  ["broken JSON as its text", '{"a":', '{"a":'],
  ["NUL in broken JSON replaced", NUL, "\uFFFD"],
  ["NUL in JSON replaced", '{"a\\u0000":"\\ud800"}', { "a\uFFFD": "\uFFFD" }],
  ["a number as itself", "7", 7],
  ["nesting that nobody could store as its text", deep(100_000), deep(100_000)],
])("arguments: %s", (_, input, expected) => {
  expect(read([[call("x", input)]]).find((event) => event.type === "tool-call")).toMatchObject({ input: expected });
});

test("pieces of a call carry the id that the call will have", () => {
  const events = read([
    [{ type: "tool-input-delta", callId: "", name: "t", text: "{" }],
    [{ type: "tool-input-delta", callId: "", name: "t", text: "}" }, call("")],
  ]);
  expect(new Set(events.flatMap((event) => ("callId" in event ? [event.callId] : []))).size).toBe(1);
});

test("two whole calls under one id are two calls", () => {
  const ids = read([[call("x"), call("x")]]).flatMap((event) => (event.type === "tool-call" ? [event.callId] : []));
  expect(new Set(ids).size).toBe(2);
});

test("only the first text goes on with one that broke off", () => {
  const events = read([[text("a"), { type: "text-end" }, text("b")]], true);
  expect(events.filter(({ type }) => type === "text-start")).toEqual([
    { type: "text-start", continues: true },
    { type: "text-start" },
  ]);
});

function deep(levels: number): string {
  return `${"[".repeat(levels)}${"]".repeat(levels)}`;
}

const blocks = (events: readonly TurnEvent[]) =>
  events.flatMap(({ type }) => (/-delta$|^step-/u.test(type) ? [] : [type]));

function newReader(continues = false) {
  let ids = 0;
  return stepReader({ model: "m", newId: () => `id${++ids}`, now: () => 0, callIds: new Set(), continues });
}

function read(batches: readonly (readonly ModelEvent[])[], continues = false): TurnEvent[] {
  const reader = newReader(continues);
  return [...batches.flatMap((batch) => reader.read(batch)), ...reader.close(reader.finishReason())];
}
