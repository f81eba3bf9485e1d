import fc from "fast-check";
import { expect, test } from "vitest";
import type { DocPiece } from "../domain/extraction.ts";
import { codeBlocks, markdownBlocks, pageBlocks, proseBlocks, rowBlocks } from "./blocks.ts";
import { piecesOf } from "./pieces.ts";

const READERS = {
  markdown: markdownBlocks,
  prose: (text: string) => proseBlocks(text),
  code: codeBlocks,
  rows: rowBlocks,
} as const;

const words = (count: number, word = "pear") => Array.from({ length: count }, (_, n) => `${word}${n}`).join(" ");
const sentences = (count: number) =>
  Array.from({ length: count }, (_, n) => `The pear number ${n} is sweet.`).join(" ");
const markdown = (text: string): DocPiece[] => [...piecesOf(text, markdownBlocks(text), null)];

/** What holds for the pieces of any text. */
function check(text: string, pieces: readonly DocPiece[]): void {
  let covered = 0;
  for (const [n, piece] of pieces.entries()) {
    expect(piece.position).toBe(n);
    expect(piece.content).toBe(text.slice(piece.startChar, piece.endChar));
    expect(piece.content.trim()).not.toBe("");
    expect(text.slice(covered, Math.max(covered, piece.startChar)).trim()).toBe("");
    expect(piece.endChar).toBeGreaterThan(covered);
    covered = piece.endChar;
    expect(piece.tokens).toBeLessThanOrEqual(1100);
    expect(piece.content.isWellFormed()).toBe(true);
  }
  expect(text.slice(covered).trim()).toBe("");
}

const fragment = fc.oneof(
  fc.constantFrom(
    "# Title\n",
    "## Part\n\n",
    "```js\nlet a;\n\n# no\n```\n",
    "| a | b |\n",
    "\n\n",
    "- item\n",
    "~~~\n",
    "\r\n",
  ),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.nat(60).map((count) => `${sentences(count)}\n\n`),
  fc.nat(3000).map((length) => "字".repeat(length)),
  fc.nat(3000).map((length) => "x".repeat(length)),
);

test.each(Object.entries(READERS))("the pieces of any text cover it, in order and exactly: %s", (_, blocks) => {
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 30 }), (parts) => {
      const text = parts.join("");
      check(text, [...piecesOf(text, blocks(text), null)]);
    }),
    { numRuns: 60 },
  );
});

test("a long text is cut behind sentences into pieces of 300 to 500 tokens that overlap by some words", () => {
  const text = sentences(600);
  const pieces = [...piecesOf(text, proseBlocks(text), null)];
  check(text, pieces);
  for (const [n, piece] of pieces.slice(0, -1).entries()) {
    expect(piece.tokens).toBeGreaterThan(280);
    expect(piece.tokens).toBeLessThanOrEqual(500);
    expect(piece.content.trimEnd()).toMatch(/\.$/u);
    const next = pieces[n + 1];
    expect(next?.content).toMatch(/^The pear/u);
    expect(piece.endChar - (next?.startChar ?? 0)).toBeGreaterThan(0);
    expect(piece.endChar - (next?.startChar ?? 0)).toBeLessThanOrEqual(200);
  }
});

test("a fence is whole in one piece, and a row of a table too", () => {
  const fence = `\`\`\`ts\n${Array.from({ length: 60 }, (_, n) => `const value${n} = ${n};\n`).join("\n")}\`\`\`\n`;
  const rows = Array.from({ length: 80 }, (_, n) => `| row ${n} | ${words(8)} |\n`);
  const text = `# A\n\n${sentences(50)}\n\n${fence}\n${sentences(30)}\n\n${rows.join("")}\n${sentences(40)}\n`;
  const pieces = markdown(text);
  check(text, pieces);
  expect(pieces.filter(({ content }) => content.includes(fence))).toHaveLength(1);
  for (const row of rows) expect(pieces.filter(({ content }) => content.includes(row))).toHaveLength(1);
});

test("code that is too big is cut at the ends of lines, and nothing of it is said twice", () => {
  const lines = Array.from({ length: 1000 }, (_, n) => `const value${n} = ${n};\n`);
  const text = `\`\`\`ts\n${lines.join("")}\`\`\`\n`;
  const pieces = markdown(text);
  check(text, pieces);
  expect(pieces.map(({ content }) => content).join("")).toBe(text);
  for (const { content } of pieces) expect(content).toMatch(/\n$/u);
});

test("a piece knows the headings over it, and a section begins one", () => {
  const text = `# Fruit\n\n${sentences(20)}\n\n## Pears\n\n${sentences(30)}\n\n## Plums\n\n${sentences(30)}\n\n# Roots\n\n${sentences(30)}\n`;
  const pieces = markdown(text);
  check(text, pieces);
  expect(pieces.map(({ headings }) => headings.join(" > "))).toEqual([
    "Fruit",
    "Fruit > Pears",
    "Fruit > Plums",
    "Roots",
  ]);
  expect(pieces[1]?.content).toMatch(/^## Pears/u);
});

test("short sections share a piece, which has the headings that they share", () => {
  const text = "# Fruit\n\n## Pears\n\nSweet.\n\n## Plums\n\nBlue.\n";
  expect(markdown(text).map(({ headings }) => headings)).toEqual([["Fruit"]]);
});

test("rows of values have the first row over them, and a line break in quotation marks does not end one", () => {
  const rows = Array.from({ length: 300 }, (_, n) => `${n},"pear\nof ${n}",3\n`);
  const text = `id,name,price\n${rows.join("")}`;
  const pieces = [...piecesOf(text, rowBlocks(text), null)];
  check(text, pieces);
  expect(pieces.length).toBeGreaterThan(2);
  for (const { headings } of pieces.slice(1)) expect(headings).toEqual(["id,name,price"]);
  for (const row of rows) expect(pieces.filter(({ content }) => content.includes(row))).toHaveLength(1);
});

test("no piece is of two pages", () => {
  const texts = [sentences(10), sentences(100), "", sentences(2)];
  const pages: number[] = [];
  let text = "";
  for (const one of texts) {
    pages.push(text.length);
    text += `${one}\n\n`;
  }
  const pieces = [...piecesOf(text, pageBlocks(text, pages), pages)];
  check(text, pieces);
  expect([...new Set(pieces.map(({ pageFrom }) => pageFrom))]).toEqual([1, 2, 4]);
  expect(pieces.every(({ pageFrom, pageTo }) => pageFrom === pageTo)).toBe(true);
});

test.each(["x", "字", "a ", "\n", "🍐", "# a\n", "|a\n", '"\n', "```\n"])(
  "half a million characters of %j are cut in time that grows with their number alone",
  (unit) => {
    const text = unit.repeat(500_000 / unit.length);
    for (const blocks of Object.values(READERS)) {
      let last = 0;
      for (const { endChar } of piecesOf(text, blocks(text), null)) last = endChar;
      expect(unit === "\n" || last > 490_000).toBe(true);
    }
  },
  60_000,
);
