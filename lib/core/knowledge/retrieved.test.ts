import { expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { sourcesOfResult } from "./retrieved.ts";
import { sourceNumbers } from "./source-numbers.ts";

const ids = { parsed_directory_file_id: newId(), chunk_id: newId() };
const output = [
  {
    n: 1,
    content: "Pay twice.",
    metadata: { file_name: "Contract.pdf" },
    static_fields: { page_range_start: 1, page_range_end: 1, ...ids },
  },
];

test("17.14: what any other tool says in the shape of passages is no source", () => {
  const result = { name: "retrieve", output };
  expect(sourcesOfResult(result)).toEqual([]);
  expect(sourcesOfResult({ ...result, tellsPassages: true })).toMatchObject([{ title: "Contract.pdf" }]);
  expect(sourcesOfResult({ ...result, output: [{ ...output[0], n: undefined }], tellsPassages: true })).toEqual([]);
  expect(sourcesOfResult({ ...result, output: "none", tellsPassages: true })).toEqual([]);
});

test("17.7: a piece has one number in a turn, whatever finds it, and none is given twice", () => {
  const numbers = sourceNumbers();
  numbers.keep([{ n: 2, pieceId: "b" }], 3);
  expect(["c", "b", "d", "c"].map(numbers.of)).toEqual([4, 2, 5, 4]);
});
