import { MOST_CHARACTERS } from "../domain/extraction.ts";
import { tooLong } from "./refusal.ts";

/** What is written of a document, outside of tables; `text`, `code` and `fence` as in `MarkdownSink`. */
export type MarkdownPage = {
  readonly text: (raw: string) => void;
  readonly code: (text: string) => void;
  readonly fence: (language: string, code: string) => void;
  /** Ends what is written. `gap` comes before the next text, then `lead`; absent: as was said last. */
  readonly end: (gap: string, lead?: string) => void;
  /** Writes something behind `gap` that is Markdown already. */
  readonly put: (gap: string, markdown: string) => void;
  /** Throws a sentence where there is no room for so many characters more. */
  readonly checkRoom: (more: number) => void;
  /** How many characters there are by now. */
  readonly length: () => number;
  readonly done: () => string;
};

/** Where a line begins like this, Markdown would take it for more than text. */
const MARKUP_AT_START = /^(?:#{1,6}(?=\s|$)|[-+*>|=](?=\s|$|[-=|])|`{3,}|~{3,}|\d+[.)](?=\s))/u;

/** An empty page. Throws a sentence once there are more characters than a document may have. */
export function markdownPage(): MarkdownPage {
  const pieces: string[] = [];
  let length = 0;
  // What comes before the next text.
  let gap = "";
  let lead = "";
  let isFresh = true;
  let isSpaced = false;

  const checkRoom = (more: number): void => {
    if (length + more > MOST_CHARACTERS) throw tooLong();
  };
  const emit = (piece: string): void => {
    pieces.push(piece);
    length += piece.length;
    checkRoom(0);
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
  const put = (before: string, markdown: string): void => {
    end(before, "");
    begin();
    emit(markdown);
  };

  return {
    text(raw) {
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
      if (text === "") return;
      begin();
      emit(text.replaceAll(/\s+/gu, " "));
      isSpaced = false;
    },
    fence(language, code) {
      if (code.trim() === "") return;
      const longest = Math.max(2, ...[...code.matchAll(/`{3,}/gu)].map(([run]) => run.length));
      const marks = "`".repeat(longest + 1);
      put("\n\n", `${marks}${language}\n${code.replace(/^\n|\n$/gu, "")}\n${marks}`);
      end("\n\n", "");
    },
    end,
    put,
    checkRoom,
    length: () => length,
    done: () => pieces.join("").trimEnd(),
  };
}
