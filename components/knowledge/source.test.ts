import { expect, test } from "vitest";
import { citedIn, namedIn, type Source } from "./source";

const source = (n: number): Source => ({
  n,
  doc_id: "d",
  chunk_id: `c${n}`,
  title: `T${n}`,
  page_from: null,
  page_to: null,
  excerpt: "",
  citable: true,
});
const SOURCES = [1, 2, 3].map(source);
const known = new Map(SOURCES.map((one) => [one.n, one]));
const shown = (text: string) =>
  citedIn(text, known)
    .map((one) => ("source" in one ? `<${one.source.n}>` : one.text))
    .join("|");

test.each([
  ["It lasts two years [1].", "It lasts two years |<1>|."],
  ["Both [1, 3] say so [2][3]", "Both |<1>|<3>| say so |<2>|<3>"],
  ["a[0] = b[7]; [1,9] and [x]", "a[0] = b[7]; [1,9] and [x]"],
  ["保証は二年です[2]。", "保証は二年です|<2>|。"],
  ["rows[1] and f(x)[2] and m[1][2]", "rows[1] and f(x)[2] and m[1][2]"],
  ["", ""],
])("in %j numbers of known sources are citations, and nothing else is", (text, expected) => {
  expect(shown(text)).toBe(expected);
});

test("17.7: a number that the model was not told of is no citation", () => {
  const untold = SOURCES.map((one) => ({ ...one, citable: one.n !== 2 }));
  expect([...namedIn(["As [2] and [1, 2] say, see [3]."], untold)]).toEqual([3]);
});

test("the sources that an answer names are known, each once", () => {
  expect([...namedIn(["So [2].", "And [2] and [1]"], SOURCES)]).toEqual([2, 1]);
  expect([...namedIn(["So [2]."], [])]).toEqual([]);
});
