import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import Markdown from "./markdown";

const html = (text: string) => renderToStaticMarkup(<Markdown text={text} isStreaming={false} />);

/** Names that every plain object answers to, though nobody gave it them. */
const INHERITED = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"];

test.each(INHERITED)("C29: a fence of the language %s is code of a language that is not known", (name) => {
  const shown = html(`\`\`\`${name}\nlet x = 1\n\`\`\``);
  expect(shown).toContain(`<span class="code-language">${name}</span>`);
  expect(shown).toContain("let x = 1");
});

test("C29: a checkbox of a task list is named by its item's words", () => {
  const shown = html("- [x] Bake the **bread**\n- [ ] Eat it\n  - [ ] with butter\n- [ ] ");
  const boxes = shown.match(/<input[^>]*>/gu) ?? [];
  expect(boxes.map((box) => /aria-label="([^"]*)"/u.exec(box)?.[1])).toEqual([
    "Bake the bread",
    "Eat it",
    "with butter",
  ]);
  expect(boxes.map((box) => box.includes("checked"))).toEqual([true, false, false]);
  expect(boxes.every((box) => box.includes("disabled"))).toBe(true);
});

const inside = (text: string) => html(text).replace(/^<div><div class="prose-group">|<\/div><\/div>$/gu, "");

test.each([
  ["Between ~5 and ~10 km", "Between ~5 and ~10 km"],
  ["~one~ and ~~two~~", "~one~ and <del>two</del>"],
  ["~5–~10 kg, 20~25 °C ~ warm", "~5–~10 kg, 20~25 °C ~ warm"],
])("model servers 32: one tilde strikes nothing: %s", (text, shown) => {
  expect(inside(text)).toBe(`<p dir="auto">${shown}</p>`);
});

test.each([
  ["**この文は太字（bold）。**この文", "<strong>この文は太字（bold）。</strong>この文"],
  ["これは**「重要」**です", "これは<strong>「重要」</strong>です"],
  ["**注意：**请先保存。", "<strong>注意：</strong>请先保存。"],
  ["请用*“引号”*表示", "请用<em>“引号”</em>表示"],
  ["**한국어(Korean)**은 좋다", "<strong>한국어(Korean)</strong>은 좋다"],
  ["~~取り消し。~~次の文", "<del>取り消し。</del>次の文"],
  ["**`code`**を使う", "<strong><code>code</code></strong>を使う"],
  ["**𠮷野家。**牛丼", "<strong>𠮷野家。</strong>牛丼"],
  // What CommonMark says of words with spaces stays.
  ["a * b * c, 2*3*4, snake_case_name", "a * b * c, 2<em>3</em>4, snake_case_name"],
  ["**foo*bar", "**foo*bar"],
])("model servers 33: emphasis beside CJK signs: %s", (text, shown) => {
  expect(inside(text)).toBe(`<p dir="auto">${shown}</p>`);
});

test.each([
  ["访问 https://example.com/docs（中文说明）", "https://example.com/docs", "（中文说明）"],
  ["見る：https://example.com/a。次", "https://example.com/a", "。次"],
  ["访问https://example.com，然后", "https://example.com", "，然后"],
  ["「https://example.com/x」を", "https://example.com/x", "」を"],
  ["在https://example.com的文档", "https://example.com", "的文档"],
  ["(see https://example.com/a_(b)).", "https://example.com/a_(b)", ")."],
  ["https://example.com/a?b=c&d=e#f, and", "https://example.com/a?b=c&amp;d=e#f", ", and"],
  ["https://例え.jp/パス です", "https://例え.jp/パス", " です"],
  ["https://zh.wikipedia.org/wiki/中文。", "https://zh.wikipedia.org/wiki/中文", "。"],
  ["http://[::1]:3000/x.", "http://[::1]:3000/x", "."],
])("model servers 34: an address ends where its sentence goes on: %s", (text, address, rest) => {
  const link = />([^<]*)<\/a>([^<]*)/u.exec(inside(text));
  expect([link?.[1], link?.[2]]).toEqual([address, rest]);
});

test("an address without a scheme and an e-mail address are links, and code and links keep theirs", () => {
  expect(inside("www.example.org, a.b@example.org.")).toMatch(
    /href="http:\/\/www\.example\.org"[^>]*>www\.example\.org<\/a>, <a href="mailto:a\.b@example\.org"[^>]*>a\.b@example\.org<\/a>\./u,
  );
  expect(inside("`https://a.example` [https://b.example](https://c.example)").match(/<a /gu)).toHaveLength(1);
  expect(inside("no@5 links in foo@bar or x@@y.z")).not.toContain("<a ");
});

const sources = (text: string) =>
  [...html(text).matchAll(/data-source="([^"]*)"/gu)].map(([, source]) => (source ?? "").replaceAll("&amp;", "&"));

test.each([
  [String.raw`So \(a^2\) and \[\frac{a}{b}\] hold.`, [String.raw`\(a^2\)`, String.raw`\[\frac{a}{b}\]`]],
  [String.raw`$a\,b$ and $\{x\}$ and $c \\ d$`, [String.raw`$a\,b$`, String.raw`$\{x\}$`, String.raw`$c \\ d$`]],
  [
    "$$\n\\begin{aligned}\na &= b \\\\\n+ c\n\\end{aligned}\n$$",
    ["$$\\begin{aligned}\na &= b \\\\\n+ c\n\\end{aligned}$$"],
  ],
  ["text\n\\[\n  x = 1\n\n  - 2\n\\]\nmore", ["\\[x = 1\n\n  - 2\\]"]],
  ["1. One\n   $$\n   a\n   + b\n   $$\n2. Two", ["$$ a + b $$"]],
  ["> $$\n> = x\n> $$", ["$$ = x $$"]],
  ["| a | b |\n|---|---|\n| $x_1$ | \\(y\\) |", ["$x_1$", "\\(y\\)"]],
  ["inline $$x + y$$ here", ["$$x + y$$"]],
  ["$n$, $\\alpha$, $x$-axis, ($k$)", ["$n$", "$\\alpha$", "$x$", "$k$"]],
])("model servers 35: a formula keeps its source: %s", (text, wanted) => {
  expect(sources(text)).toEqual(wanted);
});

test.each([
  "It costs $5 and $10.",
  "from $5 to 10$ or US$7",
  "$5, $10, and $20",
  "Set $HOME and $PATH, or $HOME:$PATH",
  "Earn $1,000–$2,000 (or A$3,000)",
  "between $5 million and 6 million$ a year",
  String.raw`escaped \$5 and \$6`,
  "`$x$` and `\\(y\\)`",
  "`` ` `` costs $5 `$`",
  String.raw`an aside \(optional text\), note \[see below\]`,
  "$$",
  "$ x $",
  "$$$a$$$",
])("model servers 35: what is no formula is text: %s", (text) => {
  expect(sources(text)).toEqual([]);
});

test("model servers 35: a formula that has not ended is its source", () => {
  const live = (text: string) => renderToStaticMarkup(<Markdown text={text} isStreaming={true} />);
  expect(live("Then\n\n$$\n\\frac{a}{b}\n+ ")).toContain(String.raw`<code class="tex-source">$$\frac{a}{b}`);
  expect(live("Then\n\n\\[ x ")).toContain(String.raw`<code class="tex-source">\[x`);
  // One that never ends was none.
  expect(html("Costs\n\n$$\nmany\n\n- things")).toContain("<li");
});

test("model servers 36: emphasis is an element that the style sheet sets in italics", () => {
  expect(inside("*italic* and _also_")).toBe('<p dir="auto"><em>italic</em> and <em>also</em></p>');
});

test("lesson 33: each block finds its own direction, and code is written from left to right", () => {
  const shown = html("# ا\n\nب\n\n- ج\n\n> د\n\n| ه |\n|---|\n| و |\n\n```\nx\n```\n\n`y`");
  for (const tag of ["h3", "p", "li", "th", "td"]) expect(shown).toMatch(new RegExp(`<${tag} [^>]*dir="auto"`, "u"));
  expect(shown).toMatch(/<div class="code" dir="ltr"/u);
  const sheet = readFileSync(join(import.meta.dirname, "markdown.css"), "utf8");
  expect(sheet).toMatch(/:not\(pre\) > code \{[^}]*unicode-bidi: isolate;\s*direction: ltr;/u);
});

test("references and notes are found across blocks, and notes have numbers in the order of their use", () => {
  const shown = html(
    "See [the docs][1] and this[^b].\n\nMore[^a].\n\n[1]: https://example.org/docs\n[^a]: First\n[^b]: Second",
  );
  expect(shown).toContain('href="https://example.org/docs"');
  expect([...shown.matchAll(/<sup>(?:<a[^>]*>)?(\d)/gu)].map(([, n]) => n)).toEqual(["1", "2", "2", "1"]);
  expect(html("no note [^x] here, nor [this][2]")).toContain("no note [^x] here, nor [this][2]");
});

test("tags stay text, in words and by themselves", () => {
  expect(inside("a <b>c</b> d")).toBe('<p dir="auto">a &lt;b&gt;c&lt;/b&gt; d</p>');
  expect(inside("<div onclick='x'>\n\n*a*\n</div>")).toContain("&lt;div onclick=");
});

test("text, tables and lists that stream keep what they are when the answer ends", () => {
  const text = "# A\n\nB *c*\n\n- d\n- e\n\n| f | g |\n|---|--:|\n| 1 | 2 |\n\n```ts\nlet a\n```\nend";
  expect(renderToStaticMarkup(<Markdown text={text} isStreaming={true} />)).toBe(html(text));
});

test.each([
  ["nested quotations", `${">".repeat(10_000)} x`],
  ["nested lists", `${"- ".repeat(10_000)}x`],
  ["brackets", `${"[".repeat(10_000)}x${"]".repeat(10_000)}`],
  ["links in each other", `${"[a](".repeat(10_000)}x`],
  ["emphasis that never ends", "*a_ ".repeat(10_000)],
  ["columns", `${"|a".repeat(10_000)}|\n${"|-".repeat(10_000)}|\n${"|1".repeat(10_000)}|`],
  ["formulas that never end", "\\[ ".repeat(10_000)],
  ["characters on one line", "word ".repeat(200_000)],
])("10,000 and more %s are shown as they were written", (_, text) => {
  expect(html(text)).toContain('<p class="prose-plain">');
});
