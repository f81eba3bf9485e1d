import { expect, test } from "vitest";
import { sourcesOf } from "./sources";
import type { Block } from "./turn-state";

const call = (output: unknown, isError = false): Block => ({
  kind: "tool",
  callId: "c",
  name: "search",
  argumentText: "",
  input: {},
  startedAt: null,
  result: { output, isError, cut: null, durationMs: null },
});

test("16: the pages that calls have found stand once each beside the answer, the first eight", () => {
  const a = { url: "https://a.test/", title: "A" };
  const blocks = [
    call([a]),
    call([{ link: a.url }, "https://b.test/"]),
    call(["https://c.test/"], true),
    call([{ x: 1 }]),
  ];
  expect(sourcesOf(blocks)).toEqual([a, { url: "https://b.test/", title: "https://b.test/" }]);
  const many = Array.from({ length: 20 }, (_, n) => `https://a.test/${n}`);
  expect(sourcesOf([call(many)])).toHaveLength(8);
  expect(sourcesOf([])).toEqual([]);
});
