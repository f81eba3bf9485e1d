import { expect, test } from "vitest";
import { rowAfter, rowsFor } from "./rows.ts";

const item = (id: string, note = "") => ({ id, name: id, note });
const groups = [
  { title: "box", items: [item("box/llama", "8k · tools"), item("box/llava", "8k · images")] },
  { title: "router", items: [item("router/meta/llama", "131k · images · tools")] },
];
const ids = (query: string, most?: number) =>
  rowsFor(groups, query, most).groups.map(({ title, items }) => [title, ...items.map(({ id }) => id)]);

test("a search wants every word, wherever it stands, and passes over empty groups", () => {
  expect(ids("")).toEqual([
    ["box", "box/llama", "box/llava"],
    ["router", "router/meta/llama"],
  ]);
  expect(ids("  LLAMA tools ")).toEqual([
    ["box", "box/llama"],
    ["router", "router/meta/llama"],
  ]);
  expect(ids("router images")).toEqual([["router", "router/meta/llama"]]);
  expect(ids("nothing")).toEqual([]);
});

test("of many rows the first are shown, and how many more there are is told", () => {
  expect(rowsFor(groups, "", 2)).toMatchObject({ count: 3, left: 1, groups: [{ title: "box" }] });
  const many = [{ title: "m", items: Array.from({ length: 1000 }, (_, n) => item(`m${n}`)) }];
  expect(rowsFor(many, "m")).toMatchObject({ count: 1000, left: 900 });
});

test.each([
  ["ArrowDown", 2, 0],
  ["ArrowDown", 0, 1],
  ["ArrowUp", 0, 2],
  ["PageDown", 0, 2],
  ["PageUp", 2, 0],
  ["Home", 1, null],
  ["a", 1, null],
])("%s leads from row %i to %s", (key, at, to) => {
  expect(rowAfter(key, at, 3)).toBe(to);
  expect(rowAfter(key, 0, 0)).toBeNull();
});
