import { expect, test } from "vitest";
import { wholeWords } from "./markdown/whole-words";
import { numberColumns, shapeOf } from "./result-shape";
import { endingOf, ledgerEntries, markdownOf, precisOf, segmentsOf } from "./segments";
import type { TextBlock, ToolBlock } from "./turn-state";

const text = (value: string, continues = false): TextBlock => ({ kind: "text", text: value, done: true, continues });
const call = (callId: string): ToolBlock => ({
  kind: "tool",
  callId,
  name: "calculator",
  argumentText: "",
  input: {},
  startedAt: null,
  result: { output: 1, isError: false, cut: null, durationMs: null },
});

test("text between calls stays in its place", () => {
  const kinds = segmentsOf([call("a"), text("One"), call("b"), call("c"), text("Two")]).map((segment) => segment.kind);
  expect(kinds).toEqual(["ledger", "text", "ledger", "text"]);
});

test("a block that goes on joins without a paragraph, others with one", () => {
  expect(segmentsOf([text("To undo it, dr"), text("op it.", true)])[0]).toMatchObject({ text: "To undo it, drop it." });
  expect(markdownOf([text("One"), text("Two")])).toBe("One\n\nTwo");
});

test("six finished calls fold to one row, five do not", () => {
  const calls = (count: number) => segmentsOf(Array.from({ length: count }, (_, index) => call(`${index}`)));
  const entries = (count: number) =>
    calls(count).flatMap((segment) => (segment.kind === "ledger" ? ledgerEntries(segment.items) : []));
  expect(entries(5).map((entry) => entry.kind)).toEqual(Array(5).fill("one"));
  expect(entries(6).map((entry) => entry.kind)).toEqual(["many"]);
});

test("an answer without a stop broke off, unless it is being given, or no run made it", () => {
  expect(endingOf({ stop: null, runId: "r" }, true, true)).toBe("going");
  expect(endingOf({ stop: null, runId: "r" }, false, true)).toBe("broke");
  expect(endingOf({ stop: null, runId: "r" }, false, false)).toBe("ready");
  expect(endingOf({ stop: null, runId: null }, false, true)).toBe("ready");
});

test("the précis is the first argument that is words", () => {
  expect(precisOf({ limit: 3, query: "a\n b" })).toBe("a b");
  expect(precisOf({})).toBe("");
});

test("results are read by their shape", () => {
  expect(shapeOf([{ step: "dump", seconds: 3 }])).toMatchObject({ kind: "table", columns: ["step", "seconds"] });
  expect(shapeOf([{ url: "https://a.example", title: "A" }])).toMatchObject({ kind: "links" });
  expect(shapeOf("words")).toEqual({ kind: "text", text: "words" });
  expect(shapeOf('{"a":1}')).toEqual({ kind: "tree", value: { a: 1 } });
  expect(shapeOf([{ a: { deep: 1 } }])).toMatchObject({ kind: "tree" });
  expect(
    numberColumns([
      ["a", 1],
      ["b", null],
    ]),
  ).toEqual([false, true]);
});

test("a word that is still arriving waits, in scripts that write spaces", () => {
  expect(wholeWords("One two thr")).toBe("One two ");
  expect(wholeWords("One two. ")).toBe("One two. ");
  expect(wholeWords("一二三")).toBe("一二三");
});
