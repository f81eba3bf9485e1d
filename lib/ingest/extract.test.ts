import { expect, test } from "vitest";
import {
  makeDocx,
  makeOldPdf,
  makePdf,
  makeUnicodePdf,
  makeZip,
  type OldTable,
  paragraph,
  pdfOf,
} from "../testing/documents.ts";
import { extract } from "./extract.ts";

const textOf = async (bytes: Buffer | string, name: string, mediaType = "") =>
  (await extract(new Uint8Array(Buffer.from(bytes)), { name, mediaType })).text;

test.each<[string, Buffer | string, string, string]>([
  ["UTF-8", "Grüße, 世界", "a.txt", "Grüße, 世界"],
  ["UTF-8 with a mark", "\uFEFFGrüße", "a.txt", "Grüße"],
  ["UTF-16 with a mark", Buffer.from("\uFEFFGrüße, 世界", "utf16le"), "a.txt", "Grüße, 世界"],
  ["UTF-16, the other way round", Buffer.from("\uFEFFGrüße", "utf16le").swap16(), "a.txt", "Grüße"],
  ["UTF-16 without a mark", Buffer.from("plain words", "utf16le"), "a.txt", "plain words"],
  [
    "latin-1 by declaration",
    Buffer.from("# -*- coding: latin-1 -*-\nx = 'Grüße'", "latin1"),
    "a.py",
    "# -*- coding: latin-1 -*-\nx = 'Grüße'",
  ],
  [
    "latin-1 that says nothing",
    Buffer.from("Name;Straße\nJörg;Müllerstraße", "latin1"),
    "a.csv",
    "Name;Straße\nJörg;Müllerstraße",
  ],
  ["a NUL after the beginning", `${"a".repeat(70_000)}\u0000b`, "a.txt", `${"a".repeat(70_000)}\uFFFDb`],
])("reads a text in %s", async (_, bytes, name, text) => {
  expect(await textOf(bytes, name)).toBe(text);
});

test.each<[string, string]>([
  ["a.py", 'def is_pdf(data):\n    return data.startswith(b"%PDF-")\n'],
  ["notes.md", "A PDF begins with `%PDF-1.7`."],
  ["a.txt", "Rar! said the raven."],
])("17: reads %s as what it is, though it speaks of other files: %j", async (name, text) => {
  expect(await textOf(text, name)).toBe(text);
});

test("17: reads a PDF behind a line of something else", async () => {
  const bytes = Buffer.concat([Buffer.from("sent by post\r\n"), makePdf(["Pears"])]);
  expect(await textOf(bytes, "a.pdf")).toBe("Pears");
  expect(await textOf(bytes, "no-ending", "application/pdf")).toBe("Pears");
});

const IN_PARTS = "Cafe\u0301, \u1102\u1161\u1106\u116e";

test.each<[string, Buffer | string, string]>([
  ["a text", IN_PARTS, "a.txt"],
  ["a page", `<p>${IN_PARTS}</p>`, "a.html"],
  ["a Word document", makeDocx(paragraph(IN_PARTS)), "a.docx"],
  ["a PDF", makeUnicodePdf([IN_PARTS]), "a.pdf"],
])("17: letters that %s has in parts are put together, as a question has them", async (_, bytes, name) => {
  expect(await textOf(bytes, name)).toBe("Caf\u00e9, \ub098\ubb34");
});

test("17: the pages of a document begin where they do, though letters before them were put together", async () => {
  const bytes = makeUnicodePdf(["e\u0301e\u0301e\u0301", "Second e\u0301", "Third"]);
  const { text, pages, pieces } = await extract(new Uint8Array(bytes), { name: "a.pdf", mediaType: "" });
  expect(pages?.map((at) => text.slice(at, at + 6))).toEqual(["\u00e9\u00e9\u00e9\n\nS", "Second", "Third"]);
  expect([...pieces()].map(({ pageFrom }) => pageFrom)).toEqual([1, 2, 3]);
});

test("reads a page in the encoding that it declares", async () => {
  const page = '<!doctype html><meta charset="iso-8859-1"><p>Grüße</p>';
  expect(await textOf(Buffer.from(page, "latin1"), "page")).toBe("Grüße");
});

test("makes Markdown of a page, without what nobody reads on it", async () => {
  const page = `<html><head><title>T</title><style>b{}</style></head><body>
    <h1>Pears &amp; <em>plums</em></h1><p>One
    line</p><script>alert(1)</script><p hidden>secret</p><div style="display: none">also <b>this</b></div>
    <ul><li><p>first</p></li><li>second<ol><li>inner</li></ol></li></ul>
    <pre><code class="language-ts">const a = 1;
if (a &lt; 2) {}</code></pre>
    <table><tr><th>Kind</th><th>Price</th></tr><tr><td>Pear | Quince</td><td>3</td></tr></table>
    <p>See <a href="https://example.org/x">the list</a>, <a href="javascript:alert(1)">not this</a>.</p>
    <p># no heading</p><p>&lt;img src=x onerror=alert(1)&gt;</p></body></html>`;
  expect(await textOf(page, "page.html")).toBe(
    `# Pears & plums

One line

- first

- second
  1. inner

\`\`\`ts
const a = 1;
if (a < 2) {}
\`\`\`

| Kind | Price |
| --- | --- |
| Pear \\| Quince | 3 |

See [the list](https://example.org/x), not this.

\\# no heading

\\<img src=x onerror=alert(1)>`,
  );
});

test("makes Markdown of a Word document, with its pages", async () => {
  const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`;
  const bytes = makeDocx(
    `${paragraph("Orchard", "H1")}${paragraph("Pears are sweet.")}
     <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr><w:r><w:t>first</w:t></w:r></w:p>
     <w:p><w:r><w:lastRenderedPageBreak/><w:t>Page two.</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>
     <w:tbl><w:tr>${cell("Kind")}${cell("Price")}</w:tr><w:tr>${cell("Pear")}${cell("3")}</w:tr></w:tbl>`,
  );
  const { text, pages } = await extract(new Uint8Array(bytes), { name: "a.docx", mediaType: "" });
  expect(text).toBe(
    "# Orchard\n\nPears are sweet.\n\n- first\n\nPage two.\n\n| Kind | Price |\n| --- | --- |\n| Pear | 3 |",
  );
  expect(text.slice(pages?.[1]).trimStart()).toMatch(/^Page two/u);
});

test("17: reads the notes of a Word document where they are referred to, and so on their page", async () => {
  const reference = (id: number) =>
    `<w:p><w:r><w:t>Claim ${id}.</w:t></w:r><w:r><w:footnoteReference w:id="${id}"/></w:r></w:p>`;
  const note = (id: number, text: string) => `<w:footnote w:id="${id}">${paragraph(text)}</w:footnote>`;
  const notes = `${note(-1, "")}${note(1, "# First source")}${note(2, "Second source")}${note(3, "Left alone")}`;
  const bytes = makeDocx(
    `${reference(1)}<w:p><w:r><w:lastRenderedPageBreak/><w:t>Page two.</w:t></w:r></w:p>${reference(2)}${reference(1)}${paragraph("The end.")}`,
    [{ name: "word/footnotes.xml", bytes: `<w:footnotes>${notes}</w:footnotes>` }],
  );
  const { text, pages } = await extract(new Uint8Array(bytes), { name: "a.docx", mediaType: "" });
  expect(text.split("\n\n")).toEqual([
    "Claim 1.",
    "\\# First source",
    "Page two.",
    "Claim 2.",
    "Second source",
    "Claim 1.",
    "The end.",
    "Left alone",
  ]);
  expect(text.slice(0, pages?.[1])).toContain("First");
});

test("reads a PDF page by page", async () => {
  const pdf = makePdf(["First page\nsecond line", "Zweite Seite: Grüße"]);
  const { text, pages, pieces } = await extract(new Uint8Array(pdf), { name: "a.pdf", mediaType: "" });
  expect(text).toBe("First page\nsecond line\n\nZweite Seite: Grüße");
  expect(text.slice(pages?.[1])).toBe("Zweite Seite: Grüße");
  expect([...pieces()].map(({ pageFrom, pageTo }) => [pageFrom, pageTo])).toEqual([
    [1, 1],
    [2, 2],
  ]);
});

test("17: counts the pages of a PDF that have no text", async () => {
  const read = async (pages: readonly string[]) =>
    (await extract(new Uint8Array(makePdf(pages)), { name: "a.pdf", mediaType: "" })).emptyPages;
  expect(await read(["First", "", "Third", ""])).toBe(2);
  expect(await read(["First"])).toBe(0);
});

test.each<[OldTable, string]>([
  ["UniJIS-UCS2-H", "梨は川のほとりに育つ。"],
  ["90ms-RKSJ-H", "梨は川のほとりに育つ。"],
  ["GBK-EUC-H", "梨树长在河边。"],
  ["ETen-B5-H", "梨樹長在河邊。"],
  ["KSCms-UHC-H", "배나무는강가에서자란다"],
])("17: reads a PDF whose letters are numbers of the table %s", async (table, text) => {
  expect(await textOf(makeOldPdf(text, table), "old.pdf")).toBe(text);
});

const bomb = Buffer.alloc(129 * 1024 * 1024, "<w:p/>");
const encrypted = pdfOf(
  [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Count 0 /Kids [] >>",
    `<< /Filter /Standard /V 1 /R 2 /P -4 /O <${"41".repeat(32)}> /U <${"42".repeat(32)}> >>`,
  ],
  "/Encrypt 3 0 R /ID [<00><00>] ",
);

test.each<[string, Buffer | string, string, RegExp]>([
  ["an empty file", "", "a.txt", /has no text/u],
  ["white space", " \n\t ", "a.txt", /has no text/u],
  ["a picture", Buffer.from("89504e470d0a1a0a0000", "hex"), "a.pdf", /is a picture/u],
  [
    "bytes that are no text",
    Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 7919) % 251)),
    "a.txt",
    /is no text/u,
  ],
  ["a PDF that is none", "hello", "a.pdf", /is no PDF/u],
  ["a PDF that breaks off", makePdf(["x"]).subarray(0, 100), "a.pdf", /damaged/u],
  ["an encrypted PDF", encrypted, "a.pdf", /encrypted/u],
  ["a scanned PDF", makePdf(["", ""]), "a.pdf", /no text/u],
  ["a Word document that is none", "hello", "a.docx", /no Word document/u],
  ["a damaged archive", makeDocx(paragraph("x")).subarray(0, 200), "a.docx", /damaged/u],
  ["an encrypted archive", makeZip([{ name: "word/document.xml", bytes: "x" }], 1), "a.docx", /encrypted/u],
  ["an old Word document", Buffer.from("d0cf11e0a1b11ae100", "hex"), "a.doc", /old format/u],
  ["a workbook", makeZip([{ name: "xl/workbook.xml", bytes: "x" }]), "a.xlsx", /Excel/u],
  ["a bomb that says its size", makeZip([{ name: "word/document.xml", bytes: bomb }]), "a.docx", /unpacks to more/u],
  ["a bomb that lies", makeZip([{ name: "word/document.xml", bytes: bomb, claims: 10 }]), "a.docx", /unpacks to more/u],
  ["5,000,001 characters", "x".repeat(5_000_001), "a.txt", /5 million characters/u],
])("says in a sentence why %s cannot be read", async (_, bytes, name, sentence) => {
  await expect(textOf(bytes, name)).rejects.toMatchObject({
    code: "bad-request",
    message: expect.stringMatching(sentence),
  });
});

test("deep nesting is read like any other, and what nobody has written is refused", async () => {
  const depth = 2000;
  const html = `${"<div><b>".repeat(depth)}pear${"</b></div>".repeat(depth)}`;
  expect(await textOf(html, "a.html")).toBe("pear");
  const xml = `${"<w:sdt><w:sdtContent>".repeat(depth)}${paragraph("plum")}${"</w:sdtContent></w:sdt>".repeat(depth)}`;
  expect(await textOf(makeDocx(xml), "a.docx")).toBe("plum");
  await expect(textOf("<i>".repeat(1_000_000), "a.html")).rejects.toThrow("over 5000 deep");
  await expect(textOf(makeDocx("<w:p>".repeat(1_000_000)), "a.docx")).rejects.toThrow("over 5000 deep");
});
