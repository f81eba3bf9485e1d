import { deflateRawSync, deflateSync } from "node:zlib";

// Small documents of every kind, made byte by byte, so that tests can say what is wrong with them.

/** A PDF with a page for each text, whose lines are set in Helvetica. `extra` objects are put behind the pages. */
export function makePdf(
  pages: readonly string[],
  { compressed = true }: { readonly compressed?: boolean } = {},
): Buffer {
  const objects: (string | Buffer)[] = [
    "",
    "",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
  ];
  const kids: number[] = [];
  for (const text of pages) {
    const content = Buffer.from(contentOf(text), "latin1");
    const bytes = compressed ? deflateSync(content) : content;
    const filter = compressed ? " /Filter /FlateDecode" : "";
    objects.push(streamObject(`/Length ${bytes.length}${filter}`, bytes));
    const contents = objects.length;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${contents} 0 R >>`,
    );
    kids.push(objects.length);
  }
  objects[0] = "<< /Type /Catalog /Pages 2 0 R >>";
  objects[1] = `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((n) => `${n} 0 R`).join(" ")}] >>`;
  return pdfOf(objects);
}

const streamObject = (dictionary: string, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`<< ${dictionary} >>\nstream\n`), bytes, Buffer.from("\nendstream")]);

function contentOf(text: string): string {
  const lines = text.split("\n").map((line) => `(${line.replaceAll(/[\\()]/gu, "\\$&")}) Tj T*`);
  return `BT /F1 11 Tf 14 TL 60 780 Td ${lines.join("\n")} ET`;
}

/** A PDF of objects numbered from 1, of which the first is the catalogue. */
export function pdfOf(objects: readonly (string | Buffer)[], trailer = ""): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n", "latin1")];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  for (const [n, object] of objects.entries()) {
    offsets.push(at);
    const part = Buffer.concat([Buffer.from(`${n + 1} 0 obj\n`), Buffer.from(object), Buffer.from("\nendobj\n")]);
    parts.push(part);
    at += part.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R ${trailer}>>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** A file of a ZIP archive. `claims`: the size that the archive says it has. */
export type ZipFile = { readonly name: string; readonly bytes: Buffer | string; readonly claims?: number };

/** A ZIP archive, without check sums. `flags` 1: it says that it is encrypted. */
export function makeZip(files: readonly ZipFile[], flags = 0): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, claims } of files) {
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claims ?? Buffer.byteLength(bytes), 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    central.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000"), common, tail, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const list = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';

/** A Word document with this in its body, in Word's own XML. The styles "H1" to "H3" are headings. */
export function makeDocx(body: string, more: readonly ZipFile[] = []): Buffer {
  const style = (n: number) => `<w:style w:type="paragraph" w:styleId="H${n}"><w:name w:val="heading ${n}"/></w:style>`;
  return makeZip([
    { name: "[Content_Types].xml", bytes: "<Types/>" },
    { name: "word/styles.xml", bytes: `<w:styles ${W}>${[1, 2, 3].map(style).join("")}</w:styles>` },
    { name: "word/document.xml", bytes: `<?xml version="1.0"?><w:document ${W}><w:body>${body}</w:body></w:document>` },
    ...more,
  ]);
}

/** A paragraph of a Word document; `style` is "H1" to "H3" or absent. */
export const paragraph = (text: string, style?: string): string =>
  `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ""}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;

/**
 * A PDF with a page for each text in any letters, which it names by their Unicode numbers. It brings no font to draw
 * them.
 */
export function makeUnicodePdf(pages: readonly string[]): Buffer {
  const all = "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange";
  const map = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def ${all} endcmap end end`;
  const font = "/Type /Font /BaseFont /Unknown";
  const objects: (string | Buffer)[] = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "",
    `<< ${font} /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>`,
    `<< ${font} /Subtype /CIDFontType2 /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R >>`,
    "<< /Type /FontDescriptor /FontName /Unknown /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
    streamObject(`/Length ${map.length}`, Buffer.from(map)),
  ];
  const kids = pages.map((text) => {
    const lines = text.split("\n").map((line) => `<${Buffer.from(line, "utf16le").swap16().toString("hex")}> Tj T*`);
    const content = Buffer.from(`BT /F1 11 Tf 14 TL 60 780 Td ${lines.join("\n")} ET`);
    return pageObjects(objects, content, "/Font << /F1 3 0 R >>");
  });
  objects[1] = `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((n) => `${n} 0 R`).join(" ")}] >>`;
  return pdfOf(objects);
}

/**
 * Tables of letters that old programs name in place of Unicode: the table, its encoding, and whose letters they are.
 */
const OLD_TABLES = {
  "UniJIS-UCS2-H": ["utf-16be", "Japan1"],
  "90ms-RKSJ-H": ["shift_jis", "Japan1"],
  "GBK-EUC-H": ["gbk", "GB1"],
  "ETen-B5-H": ["big5", "CNS1"],
  "KSCms-UHC-H": ["euc-kr", "Korea1"],
} as const;
export type OldTable = keyof typeof OLD_TABLES;

/**
 * A PDF of one page as old programs of East Asia make them: its letters are numbers of a table that only readers have.
 */
export function makeOldPdf(text: string, table: OldTable): Buffer {
  const [encoding, ordering] = OLD_TABLES[table];
  const font = "/Type /Font /BaseFont /Mincho";
  const objects: (string | Buffer)[] = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "",
    `<< ${font} /Subtype /Type0 /Encoding /${table} /DescendantFonts [4 0 R] >>`,
    `<< ${font} /Subtype /CIDFontType0 /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement 2 >> /FontDescriptor 5 0 R >>`,
    "<< /Type /FontDescriptor /FontName /Mincho /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
  ];
  const codes = codesOf(encoding);
  const shown = [...text].map((letter) => codes.get(letter) ?? "").join("");
  const content = Buffer.from(`BT /F1 11 Tf 60 780 Td <${shown}> Tj ET`);
  const page = pageObjects(objects, content, "/Font << /F1 3 0 R >>");
  objects[1] = `<< /Type /Pages /Count 1 /Kids [${page} 0 R] >>`;
  return pdfOf(objects);
}

/**
 * The letters of two bytes in an encoding, with these bytes in hexadecimal: Node reads such encodings and writes none.
 */
function codesOf(encoding: string): ReadonlyMap<string, string> {
  const decoder = new TextDecoder(encoding);
  const codes = Array.from({ length: 0x8000 }, (_, n) => Buffer.from([0x80 + (n >> 8), n & 0xff]));
  const low = encoding === "utf-16be" ? Array.from({ length: 0x8000 }, (_, n) => Buffer.from([n >> 8, n & 0xff])) : [];
  return new Map([...low, ...codes].map((bytes) => [decoder.decode(bytes), bytes.toString("hex")]));
}

/** Stripes in grey as JPEG 2000, 64 × 90, by OpenJPEG. */
const STRIPES =
  "/0//UQApAAAAAABAAAAAWgAAAAAAAAAAAAAAQAAAAFoAAAAAAAAAAAABBwEB/1IADAAAAAEAAQQEAAD/XAALQkgkV9NX01di/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS40/5AACgAAAAAAKgAB/5PdZNL3nzXrRC/XI6b5Q/ENQBCWRaFzrMOlOimA/9k=";

/** A PDF of pages as a scanner makes them: each a picture, here of grey stripes, and no text. */
export function makeScan(pages: number, packing: "FlateDecode" | "JPXDecode" = "FlateDecode"): Buffer {
  const [width, height] = [64, 90];
  const plain = Buffer.alloc(width * height, Buffer.concat([Buffer.alloc(width, 250), Buffer.alloc(width, 90)]));
  const stripes = packing === "FlateDecode" ? deflateSync(plain) : Buffer.from(STRIPES, "base64");
  const picture = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8`;
  const objects: (string | Buffer)[] = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "",
    streamObject(`${picture} /Filter /${packing} /Length ${stripes.length}`, stripes),
  ];
  const content = Buffer.from("q 595 0 0 842 0 0 cm /Scan Do Q");
  const kids = Array.from({ length: pages }, () => pageObjects(objects, content, "/XObject << /Scan 3 0 R >>"));
  objects[1] = `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((n) => `${n} 0 R`).join(" ")}] >>`;
  return pdfOf(objects);
}

/** Adds a page with its content to the objects of a PDF. Gives its number. */
function pageObjects(objects: (string | Buffer)[], content: Buffer, resources: string): number {
  objects.push(streamObject(`/Length ${content.length}`, content));
  const contents = objects.length;
  objects.push(
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << ${resources} >> /Contents ${contents} 0 R >>`,
  );
  return objects.length;
}
