import { expect, test } from "vitest";
import { shapeOf } from "./result-shape";

test("C29: a column with an inherited name is empty in the rows that do not have it", () => {
  const rows: unknown = JSON.parse('[{"__proto__": 1, "constructor": 2, "toString": 3}, {"a": 4}]');
  expect(shapeOf(rows)).toEqual({
    kind: "table",
    columns: ["__proto__", "constructor", "toString", "a"],
    rows: [
      [1, 2, 3, null],
      [null, null, null, 4],
    ],
  });
});
