import { expect, test } from "vitest";
import { blockReader } from "./blocks";
import type { Block } from "./lines";

const TEXT = `# Heading
Words
over lines

Second *paragraph*
\`\`\`ts
const a = 1;

const b = 2;
\`\`\`
after it

- one

- two
  \`\`\`
  nested

  code
  \`\`\`

Third

$$
x = 1

+ y
$$

~~~
tildes
\`\`\`
~~~
`;

const read = (text: string, isOver = true) => blockReader()(text, isOver).flat();
const brief = (blocks: readonly Block[]) => blocks.map(({ kind, text }) => `${kind}: ${text.trim()}`);

test("a text is cut where blocks of Markdown end", () => {
  expect(brief(read(TEXT))).toEqual([
    "words: # Heading\nWords\nover lines",
    "words: Second *paragraph*",
    "code: const a = 1;\n\nconst b = 2;",
    "words: after it",
    "words: - one\n\n- two\n  ```\n  nested\n\n  code\n  ```",
    "words: Third",
    "math: x = 1\n\n+ y",
    "code: tildes\n```",
  ]);
});

test("a text that comes in pieces gives the same blocks as at once, and finished ones are the same objects", () => {
  for (const size of [1, 3, 7, 50]) {
    const reader = blockReader();
    let before: readonly Block[] = [];
    for (let end = size; end < TEXT.length; end += size) {
      const blocks = reader(TEXT.slice(0, end), false).flat();
      const finished = before.slice(0, -2);
      expect(blocks.slice(0, finished.length).every((block, n) => block === finished[n])).toBe(true);
      before = blocks;
    }
    expect(reader(TEXT, true).flat()).toEqual(read(TEXT));
  }
});

test("blocks stand in groups, and finished groups are the same objects", () => {
  const reader = blockReader();
  const text = Array.from({ length: 100 }, (_, n) => `Paragraph ${n}\n\n`).join("");
  const groups = reader(text, false);
  expect(groups.map((group) => group.length)).toEqual([32, 32, 32, 4]);
  const more = reader(`${text}And more`, false);
  expect(more.slice(0, 3).every((group, n) => group === groups[n])).toBe(true);
});

test("another text is read from its beginning", () => {
  const reader = blockReader();
  reader(TEXT, true);
  expect(brief(reader("Other\n", true).flat())).toEqual(["words: Other"]);
});

test("code that is not closed is open until the text is over, and a formula that is not closed was none", () => {
  expect(read("```py\nprint(1)", false)).toEqual([{ kind: "code", text: "print(1)", language: "py", isOpen: true }]);
  expect(read("```py\nprint(1)")).toEqual([{ kind: "code", text: "print(1)", language: "py", isOpen: false }]);
  expect(read("$$\nx", false)).toEqual([{ kind: "math", text: "x", fence: "$$", isOpen: true }]);
  expect(brief(read("$$\nx\n\n- y"))).toEqual(["words: $$\nx", "words: - y"]);
  expect(brief(read("a\n``", false))).toEqual(["words: a"]);
});

test("what is far more than an answer is plain after its first blocks", () => {
  const many = read("word\n\n".repeat(5000));
  expect([many.length, many.at(-1)?.kind]).toEqual([2001, "plain"]);
  expect(many.map(({ text }) => text).join("")).toBe("word\n\n".repeat(5000));
  expect(brief(read("word ".repeat(200_000))).map((block) => block.slice(0, 8))).toEqual(["plain: w"]);
});
