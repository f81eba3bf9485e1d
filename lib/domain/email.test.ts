import fc from "fast-check";
import { expect, test } from "vitest";
import { normalEmail } from "./email.ts";

test.each<[string, string | null]>([
  ["ada@example.org", "ada@example.org"],
  ["  ADA@Example.ORG \n", "ada@example.org"],
  ["ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org"],
  ["\u212Aim@example.org", "kim@example.org"],
  ["lou\u017Fe@example.org", "louse@example.org"],
  ["ada@bücher.example", "ada@xn--bcher-kva.example"],
  ["ada@BU\u0308CHER.example.", "ada@xn--bcher-kva.example"],
  ["ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
  ["ada@example\u3002org", "ada@example.org"],
  ["ada@@example.org", null],
  ["ada@example.org@example.com", null],
  ["ada\uFF20b.org@example.com", null],
  ["ada@example", null],
  ["@example.org", null],
  ["ada@", null],
  ["a b@example.org", null],
  ["ada\u200B@example.org", null],
  ["ada\u202E@example.org", null],
  ["ada\u0000@example.org", null],
  [`${"a".repeat(250)}@example.org`, null],
  ["", null],
])("S9: the one form of %j is %j", (text, normal) => {
  expect(normalEmail(text)).toBe(normal);
});

test("S9: two spellings of one letter never stay two for an address that has one", () => {
  expect(normalEmail("\u0130nes@example.org")).toBe(normalEmail("I\u0307nes@example.org"));
  expect(normalEmail("\u0130nes@example.org")).not.toBe(normalEmail("ines@example.org"));
});

test("S9: the form of a form is the form itself", () => {
  const part = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(part, part, (local, domain) => {
      const once = normalEmail(`${local}@${domain}.org`);
      if (once !== null) expect(normalEmail(once)).toBe(once);
    }),
    { numRuns: 2000 },
  );
});
