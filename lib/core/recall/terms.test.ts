import fc from "fast-check";
import { expect, test } from "vitest";
import { languageOf } from "./language.ts";
import { termsOf } from "./terms.ts";

test.each([
  ["Open, harbour open!", ["open", "harbour"], []],
  ['the "Opening hours" of it', ["the", "of", "it"], ["('opening' <-> 'hours')"]],
  ["„Guten Tag“ sagt er", ["sagt", "er"], ["('guten' <-> 'tag')"]],
  ["harb* it's", ["it", "s"], ["'harb':*"]],
  ["a* ha* *", ["a", "ha"], []],
  ["東京都React", ["react"], ["'東京'", "'京都'"]],
  ["猫", [], ["'猫':*"]],
  ["京都ですか", [], ["'京都'", "'都で'"]],
  ["「東京都」", [], ["('東京' <-> '京都')"]],
  ['"使用React开发"', [], ["('react') & ('使用') & ('开发')"]],
  ["Cafe\u0301", ["caf\u00e9"], []],
  ["' \\ : & | ! ( ) <->", [], []],
])("the terms of %s", (text, words, exact) => {
  expect(termsOf(text)).toEqual({ words, exact });
});

test("of any text there are 64 terms at the most, none of which can end its own quotation", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (text) => {
      const { words, exact } = termsOf(text);
      expect(words.length + exact.length).toBeLessThanOrEqual(64);
      for (const word of words) expect(word).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
      for (const one of exact)
        expect(one.replaceAll(/'[\p{L}\p{N}\p{M}\p{S}\p{P}]+?'(?::\*)?/gu, "x")).toMatch(/^[x()<>& -]+$/u);
    }),
  );
});

test("17: what is longer than a word is left out, and no more than 8 beginnings are looked for", () => {
  for (const letter of ["a", "é", "ა", "𐐀"]) {
    expect(termsOf(`${letter.repeat(1100)} ${letter.repeat(1100)}* end`)).toEqual({ words: ["end"], exact: [] });
  }
  const many = Array.from({ length: 26 }, (_, n) => `${String.fromCodePoint(97 + n).repeat(3)}*`).join(" ");
  expect(termsOf(many)).toMatchObject({ words: [], exact: { length: 8 } });
  expect(termsOf("猫，犬，鳥，魚，馬，牛，羊，虎，竜，蛇。").exact).toHaveLength(8);
});

test.each([
  ["How do I open the window?", "en"],
  ["Wie kann ich das Fenster öffnen?", "de"],
  ["Comment est-ce que je peux ouvrir la fenêtre pour toi ?", "fr"],
  ["Как открыть окно?", "ru"],
  ["window", null],
  ["营业时间", null],
])("the language of %s is %s", (text, tag) => {
  expect(languageOf(text)).toBe(tag);
});
