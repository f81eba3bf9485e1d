import { expect, test } from "vitest";
import { excerptFor, marked } from "./marked";

const shown = (excerpt: string, question: string) =>
  marked(excerpt, question)
    .map(({ text, isMarked }) => (isMarked ? `[${text}]` : text))
    .join("");

test.each([
  ["How long is the warranty?", "The warranty lasts two years.", "The [warranty] lasts two years."],
  ["Pump", "Two pumps and a PUMPHOUSE; not ump.", "Two [pumps] and a [PUMPHOUSE]; not ump."],
  ["is it so", "So it is. Soon.", "[So] [it] [is]. Soon."],
  ["京都の保証", "東京都の保証は二年です。", "東[京都の保証]は二年です。"],
  ["ضمان المضخة", "مدة ضمان المضخة سنتان", "مدة [ضمان] [المضخة] سنتان"],
  ["", "Nothing was asked.", "Nothing was asked."],
  ["<b>", "a <b>bold</b> word", "a <[b]>bold</[b]> word"],
])("of %j the words in %j are marked", (question, excerpt, expected) => {
  expect(shown(excerpt, question)).toBe(expected);
});

test("the stretches are the excerpt, whatever is asked", () => {
  const excerpt = "Ein 𠮷野家 in 東京, “sogar” mit Ümlauten\nund Zeilen. ";
  for (const question of ["東京 in", "𠮷野家", "sogar Ümlaut", "zzzz", "   "]) {
    expect(
      marked(excerpt, question)
        .map(({ text }) => text)
        .join(""),
    ).toBe(excerpt);
  }
});

test("a long question costs no more than its beginning", () => {
  expect(shown("alpha omega", `${"alpha ".repeat(500_000)}omega`)).toBe("[alpha] omega");
});

test("an excerpt has the first word that was asked for, and begins with a word", () => {
  const text = `${"filler words ".repeat(100)}the warranty lasts two years. ${"more words ".repeat(100)}`;
  const excerpt = excerptFor(text, "warranty", 120);
  expect(excerpt).toMatch(/^…(?:words|filler) .*the warranty lasts two years\. .*…$/u);
  expect(excerpt.length).toBeLessThan(125);
  expect(excerptFor(text, "nothing of it", 20)).toBe("filler words filler …");
  expect(excerptFor("short", "x", 20)).toBe("short");
  expect(excerptFor(`${"a ".repeat(300)}warranty`, "warranty", 100)).toMatch(/warranty$/u);
  expect(excerptFor(`${"保".repeat(300)}証期間`, "証期", 60)).toContain("証期");
});
