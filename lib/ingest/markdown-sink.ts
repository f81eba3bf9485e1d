import { type MarkdownPage, markdownPage } from "./markdown-page.ts";

/** Takes what a document says bit by bit and makes Markdown of it, in which nothing but what it makes is markup. */
export type MarkdownSink = {
  /** Text of a line: white space counts as one space, characters that would be markup are escaped. */
  readonly text: (text: string) => void;
  /** Text as it is, within a line: code. */
  readonly code: (text: string) => void;
  /**
   * Ends a paragraph. The next text begins one, behind `lead`, such as the mark of a heading; absent: as was said last.
   */
  readonly block: (lead?: string) => void;
  /** Ends a line. The next text begins one, behind `lead`; absent: as was said last. */
  readonly line: (lead?: string) => void;
  /** A fenced block. */
  readonly fence: (language: string, code: string) => void;
  readonly openTable: () => void;
  readonly openCell: () => void;
  readonly closeRow: () => void;
  readonly closeTable: () => void;
  /** How many characters there are by now. */
  readonly length: () => number;
  readonly done: () => string;
};

/** Throws a sentence once there are more characters than a document may have. */
export function markdownSink(): MarkdownSink {
  const page = markdownPage();
  const tables = tableRows(page);
  return {
    text(raw) {
      if (!tables.take(raw)) page.text(raw);
    },
    code(text) {
      if (!tables.take(text)) page.code(text);
    },
    block(lead) {
      if (!tables.take(" ")) page.end("\n\n", lead);
    },
    line(lead) {
      if (!tables.take(" ")) page.end("\n", lead);
    },
    fence(language, code) {
      if (!tables.take(` ${code} `)) page.fence(language, code);
    },
    openTable: tables.openTable,
    openCell: tables.openCell,
    closeRow: tables.closeRow,
    closeTable: tables.closeTable,
    length: page.length,
    done: page.done,
  };
}

type Table = { cells: string[]; cell: string; inCell: boolean; rows: number };

/** Gathers the cells of tables, and puts each row on the page when it ends. Tables may stand in cells of others. */
function tableRows(page: MarkdownPage) {
  const tables: Table[] = [];

  const closeRow = (): void => {
    const table = tables.at(-1);
    if (!table) return;
    closeCell(table);
    if (table.cells.length === 0) return;
    const row = `| ${table.cells.join(" | ")} |`;
    const head = table.rows === 0 ? `\n|${" --- |".repeat(table.cells.length)}` : "";
    table.cells = [];
    table.rows++;
    page.put(table.rows === 1 ? "\n\n" : "\n", row + head);
  };

  return {
    /** Takes a text for the cell of the innermost table; false where there is none. */
    take(text: string): boolean {
      const table = tables.at(-1);
      if (!table) return false;
      // What stands between cells is no part of the table.
      if (table.inCell) table.cell += text;
      page.checkRoom(table.cell.length);
      return true;
    },
    openTable: (): void => void tables.push({ cells: [], cell: "", inCell: false, rows: 0 }),
    openCell(): void {
      const table = tables.at(-1);
      if (!table) return;
      closeCell(table);
      table.inCell = true;
    },
    // A table in a cell is read as rows of its own, before the row around it.
    closeRow,
    closeTable(): void {
      closeRow();
      tables.pop();
      if (tables.length === 0) page.end("\n\n", "");
    },
  };
}

function closeCell(table: Table): void {
  if (table.inCell) table.cells.push(table.cell.replaceAll(/\s+/gu, " ").trim().replaceAll("|", "\\|"));
  table.cell = "";
  table.inCell = false;
}
