const FENCE = /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+){0,9}(`{3,}|~{3,})/u;
const OPENS = /^([\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+){0,9})(\$\$|\\\[)(.*)$/u;
/** Lines that a formula may have. */
const MAX_LINES = 100;

/**
 * A block of Markdown with each display formula on one line: in lists and quotations its lines could begin with what
 * begins lists and headings. To TeX the end of a line is a space; one with comments, which end there, stays.
 */
export function joinFormulas(text: string): string {
  if (!/\$\$|\\\[/u.test(text)) return text;
  const lines = text.split("\n");
  const joined: string[] = [];
  let fence: string | null = null;
  for (let n = 0; n < lines.length; n++) {
    const line = lines[n] ?? "";
    const mark = FENCE.exec(line)?.[1];
    if (mark && (fence === null || mark.startsWith(fence))) fence = fence === null ? mark : null;
    const end = fence === null ? endOf(lines, n) : n;
    joined.push(end === n ? line : [line, ...lines.slice(n + 1, end + 1).map(bare)].join(" "));
    n = end;
  }
  return joined.join("\n");
}

const bare = (line: string): string => line.replace(/^[\s>]+/u, "").trimEnd();

/** The line with which a formula ends that begins in a line; the same line where none does. */
function endOf(lines: readonly string[], from: number): number {
  const opened = OPENS.exec(lines[from] ?? "");
  if (!opened) return from;
  const closer = opened[2] === "$$" ? "$$" : "\\]";
  if (opened[3]?.includes(closer)) return from;
  for (let n = from + 1; n < Math.min(lines.length, from + MAX_LINES); n++) {
    const line = lines[n] ?? "";
    if (/(?<!\\)%/u.test(line)) return from;
    if (line.includes(closer)) return n;
  }
  return from;
}
