import { randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";
import { makeDocx, makePdf, makeScan, makeZip, paragraph, pdfOf } from "./documents.ts";

/** A file that means no good, or is no document. It is made when it is wanted. */
export type HostileFile = { readonly what: string; readonly name: string; readonly make: () => Buffer };

const MEGABYTE = 1024 * 1024;

/** A PDF of one page with such a content stream, and more objects behind it, from number 6 on. */
function pdfWith(content: Buffer, dictionary: string, more: readonly (string | Buffer)[] = [], resources = ""): Buffer {
  const page = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> ${resources} >> /Contents 5 0 R >>`;
  const stream = Buffer.concat([
    Buffer.from(`<< /Length ${content.length} ${dictionary} >>\nstream\n`),
    content,
    Buffer.from("\nendstream"),
  ]);
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
    page,
    stream,
    ...more,
  ]);
}

const pdfStream = (text: string, dictionary = ""): Buffer =>
  Buffer.from(`<< /Length ${text.length} ${dictionary} >>\nstream\n${text}\nendstream`, "latin1");
const text = (content: string) => Buffer.from(content, "latin1");
const HELLO = "BT /F1 12 Tf (hello) Tj ET";

/** A scan in JPEG 2000 whose picture is so wide and high, whatever the PDF says. */
function scanOf(size: number): Buffer {
  const pdf = makeScan(1, "JPXDecode");
  // Xsiz, Ysiz, XTsiz and YTsiz of the marker SIZ (ISO/IEC 15444-1, A.5.1).
  const marker = pdf.indexOf(Buffer.from("ff51", "hex"));
  for (const at of [6, 10, 22, 26]) pdf.writeUInt32BE(size, marker + at);
  return pdf;
}

/** A page of fonts whose letters are numbers of tables that the reader has to look up, each anew. */
function pdfOfFonts(count: number): Buffer {
  const tables = ["UniJIS-UTF16-H", "90ms-RKSJ-H", "UniGB-UTF16-H", "UniKS-UTF16-H", "UniCNS-UTF16-H", "GBK2K-H"];
  const mincho = "/Type /Font /BaseFont /Mincho";
  const fonts = Array.from(
    { length: count },
    (_, n) => `<< ${mincho} /Subtype /Type0 /Encoding /${tables[n % tables.length]} /DescendantFonts [6 0 R] >>`,
  );
  const content = `BT ${fonts.map((_, n) => `/G${n} 11 Tf <68a8> Tj`).join(" ")} ET`;
  const system = "/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >>";
  const descendant = `<< ${mincho} /Subtype /CIDFontType0 ${system} >>`;
  const names = fonts.map((_, n) => `/G${n} ${n + 7} 0 R`).join(" ");
  const resources = `<< /Font << ${names} >> >>`;
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
    "<< >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources ${resources} /Contents 5 0 R >>`,
    pdfStream(content),
    descendant,
    ...fonts,
  ]);
}

const PDFS: readonly HostileFile[] = [
  { what: "a picture called PDF", name: "a.pdf", make: () => Buffer.from("89504e470d0a1a0a00", "hex") },
  { what: "a PDF of nothing but its mark", name: "a.pdf", make: () => text("%PDF-1.7") },
  { what: "a PDF that breaks off", name: "a.pdf", make: () => makePdf(["x".repeat(500)]).subarray(0, 400) },
  { what: "a PDF of noise", name: "a.pdf", make: () => Buffer.concat([text("%PDF-1.7\n"), randomBytes(MEGABYTE)]) },
  { what: "a scanned PDF", name: "a.pdf", make: () => makePdf(["", ""]) },
  {
    what: "an encrypted PDF",
    name: "a.pdf",
    make: () =>
      pdfOf(
        [
          "<< /Type /Catalog /Pages 2 0 R >>",
          "<< /Type /Pages /Count 0 /Kids [] >>",
          `<< /Filter /Standard /V 1 /R 2 /P -4 /O <${"41".repeat(32)}> /U <${"42".repeat(32)}> >>`,
        ],
        "/Encrypt 3 0 R /ID [<00><00>] ",
      ),
  },
  {
    what: "a page of 400 MB of spaces",
    name: "a.pdf",
    make: () => pdfWith(deflateSync(Buffer.alloc(400 * MEGABYTE, " ")), "/Filter /FlateDecode"),
  },
  {
    what: "a page packed twice, of 2 GB of spaces",
    name: "a.pdf",
    make: () => {
      const once = deflateSync(Buffer.alloc(200 * MEGABYTE, " "));
      return pdfWith(
        deflateSync(Buffer.concat(Array.from({ length: 10 }, () => once))),
        "/Filter [/FlateDecode /FlateDecode]",
      );
    },
  },
  {
    what: "a page with a million words",
    name: "a.pdf",
    make: () =>
      pdfWith(deflateSync(text(`BT /F1 12 Tf ${"(word ) Tj ".repeat(1_000_000)} ET`)), "/Filter /FlateDecode"),
  },
  {
    what: "a PDF that says it has a billion pages",
    name: "a.pdf",
    make: () => pdfOf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1000000000 /Kids [] >>"]),
  },
  { what: "a PDF of 10,000 pages", name: "a.pdf", make: () => makePdf(Array.from({ length: 10_000 }, () => "x")) },
  {
    what: "a PDF of 5,000 pages",
    name: "a.pdf",
    make: () => makePdf(Array.from({ length: 5000 }, (_, n) => `Page ${n}`)),
  },
  {
    what: "pages that hold one another",
    name: "a.pdf",
    make: () =>
      pdfOf([
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 3 /Kids [3 0 R 2 0 R] >>",
        "<< /Type /Pages /Parent 2 0 R /Count 2 /Kids [2 0 R 3 0 R] >>",
      ]),
  },
  {
    what: "a drawing that draws itself",
    name: "a.pdf",
    make: () =>
      pdfWith(
        text("/X Do"),
        "",
        ["<< >>", pdfStream("/X Do /X Do", "/Type /XObject /Subtype /Form /Resources << /XObject << /X 7 0 R >> >>")],
        "/XObject << /X 7 0 R >>",
      ),
  },
  {
    what: "a length that is its own",
    name: "a.pdf",
    make: () =>
      text(
        pdfWith(text(HELLO), "")
          .toString("latin1")
          .replace(/\/Length \d+/u, "/Length 5 0 R"),
      ),
  },
  {
    what: "lists in lists, 300,000 deep",
    name: "a.pdf",
    make: () => pdfWith(text(`${"[".repeat(300_000)}${HELLO}`), ""),
  },
  {
    what: "a catalogue 300,000 deep",
    name: "a.pdf",
    make: () =>
      pdfOf([`<< /Type /Catalog /Pages 2 0 R /X ${"<< /X ".repeat(300_000)}`, "<< /Type /Pages /Count 0 /Kids [] >>"]),
  },
  {
    what: "a font that maps four billion characters",
    name: "a.pdf",
    make: () =>
      pdfWith(text(HELLO), "", [
        pdfStream(
          `begincmap 1 begincodespacerange <00000000> <ffffffff> endcodespacerange ${"1 beginbfrange <00000000> <ffffffff> <0041> endbfrange ".repeat(100)} endcmap`,
        ),
      ]),
  },
  {
    what: "a picture of 100,000 by 100,000",
    name: "a.pdf",
    make: () =>
      pdfWith(
        text(`/I Do ${HELLO}`),
        "",
        [
          "<< >>",
          pdfStream(
            "x",
            "/Type /XObject /Subtype /Image /Width 100000 /Height 100000 /BitsPerComponent 8 /ColorSpace /DeviceRGB",
          ),
        ],
        "/XObject << /I 7 0 R >>",
      ),
  },
  {
    what: "a table of objects that names itself",
    name: "a.pdf",
    make: () =>
      text(
        makePdf(["x"])
          .toString("latin1")
          .replace("/Root", `/Prev ${makePdf(["x"]).indexOf("xref")} /Root`),
      ),
  },
  { what: "a scan that unpacks to more than it says", name: "a.pdf", make: () => scanOf(30_000) },
  { what: "3,000 fonts with tables of old letters", name: "a.pdf", make: () => pdfOfFonts(3000) },
];

const NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const documentXml = (bytes: Buffer | string) => ({ name: "word/document.xml", bytes });

const WORDS: readonly HostileFile[] = [
  { what: "a text called DOCX", name: "a.docx", make: () => text("hello") },
  { what: "an archive that breaks off", name: "a.docx", make: () => makeDocx(paragraph("x")).subarray(0, 300) },
  { what: "a bomb", name: "a.docx", make: () => makeZip([documentXml(Buffer.alloc(300 * MEGABYTE, "<w:p/>"))]) },
  {
    what: "a bomb that lies about its size",
    name: "a.docx",
    make: () => makeZip([{ ...documentXml(Buffer.alloc(300 * MEGABYTE, "<w:p/>")), claims: 1000 }]),
  },
  {
    what: "60 MB of empty paragraphs",
    name: "a.docx",
    make: () => makeZip([documentXml(Buffer.alloc(60 * MEGABYTE, "<w:p/>"))]),
  },
  {
    what: "elements a million deep",
    name: "a.docx",
    make: () => makeDocx(`${"<w:p>".repeat(1_000_000)}${paragraph("x")}`),
  },
  {
    what: "entities of entities of entities",
    name: "a.docx",
    make: () => {
      const entities = Array.from({ length: 12 }, (_, n) => `<!ENTITY a${n + 1} "${`&a${n};`.repeat(10)}">`).join("");
      const body = `<w:document ${NAMESPACE}><w:body>${paragraph("&a12;")}</w:body></w:document>`;
      return makeZip([documentXml(`<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">${entities}]>${body}`)]);
    },
  },
  {
    what: "an entity of another file",
    name: "a.docx",
    make: () => {
      const body = `<w:document ${NAMESPACE}><w:body>${paragraph("before &x; after")}</w:body></w:document>`;
      return makeZip([documentXml(`<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>${body}`)]);
    },
  },
  {
    what: "an archive of 20,000 files",
    name: "a.docx",
    make: () => makeZip(Array.from({ length: 20_000 }, (_, n) => ({ name: `${n}`, bytes: "" }))),
  },
  { what: "an encrypted archive", name: "a.docx", make: () => makeZip([documentXml("x")], 1) },
  {
    what: "an archive that leads out of it",
    name: "a.docx",
    make: () => makeZip([{ name: "../../etc/x", bytes: "x" }]),
  },
  { what: "a workbook", name: "a.docx", make: () => makeZip([{ name: "xl/workbook.xml", bytes: "x" }]) },
  { what: "an old or encrypted document", name: "a.doc", make: () => Buffer.from("d0cf11e0a1b11ae100", "hex") },
];

const TEXTS: readonly HostileFile[] = [
  { what: "nothing", name: "a.txt", make: () => Buffer.alloc(0) },
  { what: "white space", name: "a.md", make: () => Buffer.alloc(MEGABYTE, " \n") },
  { what: "noise", name: "a.txt", make: () => randomBytes(MEGABYTE) },
  { what: "zeros", name: "a.txt", make: () => Buffer.alloc(MEGABYTE) },
  { what: "5,000,001 characters", name: "a.txt", make: () => Buffer.alloc(5_000_001, "x") },
  { what: "50 MB of one line", name: "a.txt", make: () => Buffer.alloc(50 * MEGABYTE, "x") },
  { what: "5 MB of one line", name: "a.txt", make: () => Buffer.alloc(4_900_000, "x") },
  {
    what: "halves of characters",
    name: "a.txt",
    make: () => Buffer.concat([text("\u00ff\u00fe"), Buffer.alloc(MEGABYTE, Buffer.from([0, 0xd8]))]),
  },
  { what: "a page of elements a million deep", name: "a.html", make: () => text(`${"<div>".repeat(1_000_000)}x`) },
  { what: "a page of tables in tables", name: "a.html", make: () => text(`${"<table><tr><td>".repeat(200_000)}x`) },
  { what: "a page of lists in lists", name: "a.html", make: () => text(`${"<ul><li>x".repeat(300_000)}`) },
  { what: "a page of 5 MB of <", name: "a.html", make: () => Buffer.alloc(5 * MEGABYTE, "<") },
  { what: "an attribute of 20 MB", name: "a.html", make: () => text(`<p title="${"x".repeat(20 * MEGABYTE)}">y</p>`) },
  { what: "a million entities", name: "a.html", make: () => text(`<p>${"&lt;".repeat(1_000_000)}`) },
  {
    what: "a million attributes",
    name: "a.html",
    make: () => text(`<p ${Array.from({ length: 1_000_000 }, (_, n) => `a${n}`).join(" ")}>y`),
  },
  { what: "fences that never end", name: "a.md", make: () => Buffer.alloc(4 * MEGABYTE, "```\n~~~~\n") },
  { what: "a million headings", name: "a.md", make: () => Buffer.alloc(4 * MEGABYTE, "# a\n") },
  { what: "a quotation mark that never ends", name: "a.csv", make: () => text(`a,b\n"${"x,\n".repeat(1_500_000)}`) },
  { what: "a name of 100,000 characters", name: `${"x".repeat(100_000)}.txt`, make: () => text("hello there") },
];

/** Files of every kind that break readers, fill memory, or take for ever. */
export const HOSTILE_FILES: readonly HostileFile[] = [...PDFS, ...WORDS, ...TEXTS];
