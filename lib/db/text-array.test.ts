import fc from "fast-check";
import pg from "pg";
import { expect, test } from "vitest";
import { parseTextArray } from "./text-array.ts";

const TEXT_ARRAY = 1009 as Parameters<typeof pg.types.getTypeParser>[0]; // its type has no arrays
const theirs: (text: string) => unknown = pg.types.getTypeParser(TEXT_ARRAY);

/** As PostgreSQL writes it: with quotes where they are needed, and sometimes where they are not. */
const writtenAs = (items: readonly (string | null)[]): string =>
  `{${items
    .map((item) => {
      if (item === null) return "NULL";
      const isBare = /^[^\s{}",\\]+$/u.test(item) && item.toUpperCase() !== "NULL";
      return isBare ? item : `"${item.replaceAll(/["\\]/gu, "\\$&")}"`;
    })
    .join(",")}}`;

test("arrays of texts are read as they were written, and as the client reads them", () => {
  const hard = fc.string({ unit: fc.constantFrom('"', "\\", ",", "{", "}", " ", "a", "\n", "😀", "NULL") });
  fc.assert(
    fc.property(fc.array(fc.oneof(hard, fc.string(), fc.constant(null))), (items) => {
      const text = writtenAs(items);
      expect(parseTextArray(text)).toEqual(items);
      expect(theirs(text)).toEqual(items);
    }),
  );
});

test.each(["", "{", "[1:2]={a,b}", "{{a},{b}}", '{"a}', '{"a"b}', "null"])(
  "%s is no array of one dimension",
  (text) => {
    expect(() => parseTextArray(text)).toThrow("No array of texts");
  },
);
