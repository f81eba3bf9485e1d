import fc from "fast-check";
import { expect, test } from "vitest";
import { folded, foldedByPlaces } from "./fold.ts";
import { snippetOf } from "./snippet.ts";
import { patternOf, wantedIn } from "./wanted.ts";

const snippet = (text: string, query: string) => {
  const wanted = wantedIn(query);
  if (!wanted) throw new Error(`Nothing is wanted by ${query}`);
  const { text: said, marks } = snippetOf(text, patternOf(wanted));
  return marks.reduceRight((all, [from, to]) => `${all.slice(0, from)}[${all.slice(from, to)}]${all.slice(to)}`, said);
};

test.each([
  ["The wait is the queue", "queue", "The wait is the [queue]"],
  ["The queues and subqueue", "queue", "The [queue]s and subqueue"],
  ["A Cafe\u0301, a CAFÉ", "café", "A [Cafe\u0301], a [CAFÉ]"],
  ["كَتَبَ الدرس", "كتب", "[كَتَبَ] الدرس"],
  ["東京都に住む", "京都", "東[京都]に住む"],
  ["## A head\n\n| a | b |\n| - | - |\n| **1** | `2` |", "head", "A [head] a b 1 2"],
  ["🦔🦔 hedgehog", "hedgehog", "🦔🦔 [hedgehog]"],
  ["nothing of it", "else", "nothing of it"],
])("of %j a search for %j shows %j", (text, query, shown) => {
  expect(snippet(text, query)).toBe(shown);
});

test.each([
  ["the cat the", { words: ["cat", "the"], isBegun: true, exact: [] }],
  ["to be", { words: ["to", "be"], isBegun: false, exact: [] }],
  ['say "good day"', { words: ["say"], isBegun: false, exact: ["('good' <-> 'day')"] }],
  ["Crème", { words: ["creme"], isBegun: true, exact: [] }],
  ["% \\ \u0000", null],
])("%j asks for %j", (text, wanted) => {
  expect(wantedIn(text)).toEqual(wanted);
});

test("of any text about 160 characters are shown, and every mark lies in them", () => {
  const query = patternOf(wantedIn("a b 猫") ?? { words: [], isBegun: false, exact: [] });
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 4000 }), (text) => {
      const { text: said, marks } = snippetOf(text, query);
      expect(said.length).toBeLessThanOrEqual(164);
      expect(said.isWellFormed()).toBe(true);
      let last = -1;
      for (const [from, to] of marks) {
        expect(from).toBeGreaterThan(last);
        expect(to).toBeGreaterThan(from);
        last = to;
      }
      expect(last).toBeLessThanOrEqual(said.length);
    }),
  );
});

test("a text is folded to the same, whole or by its characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const { text: said, places } = foldedByPlaces(text);
      expect(places).toHaveLength(said.length + 1);
      expect(folded(said)).toBe(folded(folded(text).toLowerCase()));
    }),
  );
});
