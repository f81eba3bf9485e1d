import { Parser } from "htmlparser2";
import { MOST_CHARACTERS } from "../domain/extraction.ts";
import { type MarkdownSink, markdownSink } from "./markdown-sink.ts";
import { checkDepth, refusal, tooLong } from "./refusal.ts";
import { type Archive, openArchive } from "./zip.ts";

/** So many bytes of XML are read: markup is some ten times as long as its text. */
const MOST_XML_BYTES = 128 * 1024 * 1024;
const MOST_STYLE_BYTES = 4 * 1024 * 1024;

export type PagedMarkdown = {
  readonly text: string;
  /** Where the pages begin, as the program that saved the document broke them; null where it did not say. */
  readonly pages: readonly number[] | null;
};

/**
 * The text of a Word document in Markdown: headings, lists, tables, and notes behind the paragraph that
 * refers to them. What was deleted with changes tracked is left
 * out. Throws a sentence for an archive that is no such document.
 */
export async function docxToMarkdown(bytes: Uint8Array): Promise<PagedMarkdown> {
  const archive = openArchive(bytes);
  const main = "word/document.xml";
  if (!archive.has(main)) throw refusal(otherArchive(archive));
  const styles = await headingStyles(archive);
  const notes = await notesOf(archive);
  const sink = markdownSink();
  const pages = [0];
  await parse(archive, main, MOST_XML_BYTES, body(sink, { styles, pages, notes }));
  // Those that nothing refers to.
  for (const note of notes.values()) ownParagraph(sink, note);
  return { text: sink.done(), pages: pages.length > 1 ? pages : null };
}

function otherArchive({ has }: Archive): string {
  if (has("xl/workbook.xml")) return "Excel workbooks cannot be read. Save the sheet as CSV.";
  if (has("ppt/presentation.xml")) return "Presentations cannot be read. Save it as PDF.";
  if (has("content.xml")) return "OpenDocument files cannot be read. Save it as DOCX or PDF.";
  if (has("META-INF/container.xml")) return "E-books cannot be read. Save it as PDF or HTML.";
  return "The file is an archive. Unpack it and add what is in it.";
}

type Attributes = Readonly<Record<string, string>>;
type Handler = {
  readonly onopentag: (name: string, attributes: Attributes) => void;
  readonly ontext?: (text: string) => void;
  readonly onclosetag?: (name: string) => void;
};

/** Reads XML bit by bit, so that it is never in memory as a whole. */
async function parse(archive: Archive, name: string, most: number, handler: Handler): Promise<void> {
  let depth = 0;
  const counted: Handler = {
    ...handler,
    onopentag(tag, attributes) {
      checkDepth(++depth);
      handler.onopentag(tag, attributes);
    },
    onclosetag(tag) {
      depth--;
      handler.onclosetag?.(tag);
    },
  };
  const parser = new Parser(counted, { xmlMode: true, decodeEntities: true });
  const decoder = new TextDecoder();
  for await (const piece of archive.read(name, most)) parser.write(decoder.decode(piece, { stream: true }));
  parser.end();
}

/**
 * The levels of styles that are headings, by the ids of the styles. Their names are English in every language of Word.
 */
async function headingStyles(archive: Archive): Promise<ReadonlyMap<string, number>> {
  const levels = new Map<string, number>();
  let id = "";
  await parse(archive, "word/styles.xml", MOST_STYLE_BYTES, {
    onopentag(name, attributes) {
      if (name === "w:style") id = attributes["w:styleId"] ?? "";
      const level = /^heading ([1-6])$/iu.exec(attributes["w:val"] ?? "")?.[1];
      if (name === "w:name" && level !== undefined) levels.set(id, Number(level));
      if (name === "w:name" && /^title$/iu.test(attributes["w:val"] ?? "")) levels.set(id, 1);
    },
  });
  return levels;
}

/** The texts of foot- and endnotes, by the element that refers to one and its number. */
type Notes = Map<string, string>;

async function notesOf(archive: Archive): Promise<Notes> {
  const notes: Notes = new Map();
  let said = "";
  let length = 0;
  const add = (text: string) => {
    said += text;
    length += text.length;
    if (length > MOST_CHARACTERS) throw tooLong();
  };
  const space = () => add(" ");
  const [block, line, openTable, openCell, closeRow, closeTable] = Array(6).fill(space);
  const sink: Sink = { text: add, block, line, openTable, openCell, closeRow, closeTable, length: () => 0 };
  for (const kind of ["footnote", "endnote"]) {
    if (!archive.has(`word/${kind}s.xml`)) continue;
    const read = body(sink, { styles: new Map(), pages: [], notes: new Map() });
    let id = "";
    await parse(archive, `word/${kind}s.xml`, MOST_XML_BYTES, {
      ...read,
      onopentag(name, attributes) {
        if (name === `w:${kind}`) [id, said] = [attributes["w:id"] ?? "", ""];
        read.onopentag(name, attributes);
      },
      onclosetag(name) {
        read.onclosetag?.(name);
        if (name === `w:${kind}` && said.trim() !== "") notes.set(`w:${kind}Reference ${id}`, said.trim());
      },
    });
  }
  return notes;
}

/** What is written to of a sink. */
type Sink = Pick<
  MarkdownSink,
  "text" | "block" | "line" | "openTable" | "openCell" | "closeRow" | "closeTable" | "length"
>;

function ownParagraph(sink: Sink, text: string): void {
  sink.block("");
  sink.text(text);
  sink.block();
}

/**
 * What a body is read with: which styles are headings, where pages begin, which it adds to, and notes, which it takes
 * out.
 */
type Reading = {
  readonly styles: ReadonlyMap<string, number>;
  readonly pages: number[];
  readonly notes: Notes;
};

/** Elements whose text is none of the document's: its second form for old programs, and what a change deleted. */
const LEFT_OUT = new Set(["mc:Fallback", "w:del", "w:moveFrom", "w:instrText", "w:delText", "w:fldData"]);

function body(sink: Sink, { styles, pages, notes }: Reading): Handler {
  /** Of the paragraph at hand. */
  let referred: string[] = [];
  let leftOut = 0;
  let isText = false;
  let isHidden = false;
  // What the properties of a paragraph say comes before its text.
  const paragraph = { heading: 0, isItem: false, level: 0 };

  const openings: Readonly<Record<string, (value: string) => void>> = {
    "w:p": () => {
      Object.assign(paragraph, { heading: 0, isItem: false, level: 0 });
      sink.block("");
    },
    "w:pStyle": (value) => {
      paragraph.heading = styles.get(value) ?? Number(/^Heading([1-6])$/u.exec(value)?.[1] ?? 0);
    },
    "w:outlineLvl": (value) => {
      if (/^[0-5]$/u.test(value)) paragraph.heading ||= Number(value) + 1;
    },
    "w:numPr": () => {
      paragraph.isItem = true;
    },
    "w:ilvl": (value) => {
      paragraph.level = Math.min(8, Number(value) || 0);
    },
    "w:r": () => {
      isHidden = false;
    },
    "w:vanish": (value) => {
      isHidden = !/^(?:0|false|off)$/u.test(value);
    },
    "w:t": () => {
      isText = true;
    },
    "w:tab": () => sink.text(" "),
    "w:br": () => sink.line(),
    "w:cr": () => sink.line(),
    "w:noBreakHyphen": () => sink.text("-"),
    "w:lastRenderedPageBreak": () => void pages.push(sink.length()),
    "w:tbl": sink.openTable,
    "w:tc": sink.openCell,
  };
  const open = (name: string, attributes: Attributes): void => {
    if (name === "w:footnoteReference" || name === "w:endnoteReference") {
      referred.push(`${name} ${attributes["w:id"] ?? ""}`);
    }
    if (Object.hasOwn(openings, name)) openings[name]?.(attributes["w:val"] ?? "");
  };
  const endParagraph = (): void => {
    sink.block();
    const notesHere = referred;
    referred = [];
    for (const reference of notesHere) {
      const note = notes.get(reference);
      // Each once, however often it is referred to.
      if (notes.delete(reference) && note !== undefined) ownParagraph(sink, note);
    }
  };
  const close = (name: string): void => {
    if (name === "w:pPr") sink.block(leadOf(paragraph));
    else if (name === "w:p") endParagraph();
    else if (name === "w:tr") sink.closeRow();
    else if (name === "w:tbl") sink.closeTable();
    else if (name === "w:t") isText = false;
  };

  return {
    onopentag(name, attributes) {
      if (LEFT_OUT.has(name)) leftOut++;
      else if (leftOut === 0) open(name, attributes);
    },
    ontext(text) {
      if (isText && leftOut === 0 && !isHidden) sink.text(text);
    },
    onclosetag(name) {
      if (LEFT_OUT.has(name)) leftOut--;
      else if (leftOut === 0) close(name);
    },
  };
}

function leadOf({ heading, isItem, level }: { heading: number; isItem: boolean; level: number }): string {
  if (heading > 0) return `${"#".repeat(heading)} `;
  return isItem ? `${"  ".repeat(level)}- ` : "";
}
