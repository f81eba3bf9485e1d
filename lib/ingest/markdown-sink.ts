import { MOST_CHARACTERS } from "../domain/extraction.ts";
import { tooLong } from "./refusal.ts";

/** Takes what a document says bit by bit and makes Markdown of it, in which nothing but what it makes is markup. */
export type MarkdownSink = {
  /** Text of a line: white space counts as one space, characters that would be markup are escaped. */
  readonly text: (text: string) => void;
  /** Text as it is, within a line: code. */
  readonly code: (text: string) => void;
  /** Ends a paragraph. The next text begins one, behind `lead`, such as the mark of a heading; absent: as was said last. */
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

/** Where a line begins like this, Markdown would take it for more than text. */
const MARKUP_AT_START = /^(?:#{1,6}(?=\s|$)|[-+*>|=](?=\s|$|[-=|])|`{3,}|~{3,}|\d+[.)](?=\s))/u;

type Table = { cells: string[]; cell: string; inCell: boolean; rows: number };

/** Throws a sentence once there are more characters than a document may have. */
export function markdownSink(): MarkdownSink {
  const pieces: string[] = [];
  const tables: Table[] = [];
  let length = 0;
  // What comes before the next text.
  let gap = "";
  let lead = "";
  let isFresh = true;
  let isSpaced = false;

  const emit = (piece: string): void => {
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_CHARACTERS) throw tooLong();
  };
  const begin = (): void => {
    if (!isFresh) return;
    if (length > 0) emit(gap);
    if (lead !== "") emit(lead);
    [gap, lead, isFresh] = ["", "", false];
  };
  const end = (next: string, nextLead?: string): void => {
    if (next.length > gap.length || !isFresh) gap = next;
    lead = nextLead ?? lead;
    isFresh = true;
    isSpaced = false;
  };
  /** Text in a cell of the innermost table; false where there is none. */
  const inCell = (text: string): boolean => {
    const table = tables.at(-1);
    if (!table) return false;
    // What stands between cells is no part of the table.
    if (table.inCell) table.cell += text;
    if (length + table.cell.length > MOST_CHARACTERS) throw tooLong();
    return true;
  };

  const closeCell = (table: Table): void => {
    if (table.inCell) table.cells.push(table.cell.replaceAll(/\s+/gu, " ").trim().replaceAll("|", "\\|"));
    table.cell = "";
    table.inCell = false;
  };
  const closeRow = (): void => {
    const table = tables.at(-1);
    if (!table) return;
    closeCell(table);
    if (table.cells.length === 0) return;
    const row = `| ${table.cells.join(" | ")} |`;
    const head = table.rows === 0 ? `\n|${" --- |".repeat(table.cells.length)}` : "";
    table.cells = [];
    table.rows++;
    end(table.rows === 1 ? "\n\n" : "\n", "");
    begin();
    emit(row + head);
  };

  return {
    text(raw) {
      if (inCell(raw)) return;
      const text = raw.replaceAll(/\s+/gu, " ");
      const trimmed = isFresh || isSpaced ? text.trimStart() : text;
      if (trimmed === "") return;
      const isAtStart = isFresh;
      begin();
      const safe = trimmed.replaceAll(/<(?=[a-z!/?])/giu, "\\<");
      emit(isAtStart && MARKUP_AT_START.test(safe) ? `\\${safe}` : safe);
      isSpaced = trimmed.endsWith(" ");
    },
    code(text) {
      if (inCell(text) || text === "") return;
      begin();
      emit(text.replaceAll(/\s+/gu, " "));
      isSpaced = false;
    },
    block(next) {
      if (!inCell(" ")) end("\n\n", next);
    },
    line(next) {
      if (!inCell(" ")) end("\n", next);
    },
    fence(language, code) {
      if (inCell(` ${code} `) || code.trim() === "") return;
      const longest = Math.max(2, ...[...code.matchAll(/`{3,}/gu)].map(([run]) => run.length));
      const marks = "`".repeat(longest + 1);
      end("\n\n", "");
      begin();
      emit(`${marks}${language}\n${code.replace(/^\n|\n$/gu, "")}\n${marks}`);
      end("\n\n", "");
    },
    openTable: () => void tables.push({ cells: [], cell: "", inCell: false, rows: 0 }),
    openCell() {
      const table = tables.at(-1);
      if (!table) return;
      closeCell(table);
      table.inCell = true;
    },
    // A table in a cell is read as rows of its own, before the row around it.
    closeRow,
    closeTable() {
      closeRow();
      tables.pop();
      if (tables.length === 0) end("\n\n", "");
    },
    length: () => length,
    done: () => pieces.join("").trimEnd(),
  };
}
