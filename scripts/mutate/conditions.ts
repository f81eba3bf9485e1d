/**
 * A condition of a query that holds it to one account, and the text that takes its place to let all accounts through.
 */
export type Condition = {
  readonly line: number;
  /** What it is in: the function or constant around it. */
  readonly statement: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly replacement: string;
};

// After what a condition stands; in the list of a "set" the same text is no condition.
const SQL =
  /(?<=(?:\b(?:where|and|or|on)\s+|[(`]))(?:\w+\.)?"accountId" = (?:any\(\$\{\w+\([^)]*\)\}\)|any\(\$\d+[^)]*\)|\$\d+(?:::\w+)?|\w+\."accountId")/gu;
const PRISMA_WHERE = /\bwhere\s*[:=]\s*\{/gu;
const PRISMA_FIELD = /(?<=[{,]\s*)accountId\s*(?=[,}:])/gu;
const COMMENT = /(?:^|\n)\s*(?:\*|\/\/|\/\*)[^\n]*$/u;
const NAME = /^(?:export )?(?:async )?(?:function\*? |const )(\w+)/gmu;

/**
 * The conditions on the account in a source of `lib/db`, in order: those in SQL, which become true but keep their
 * parameter's type, and those in Prisma's `where`, which go.
 */
export function conditionsIn(source: string): Condition[] {
  const found = new Map<number, Condition>();
  const add = (from: number, to: number, replacement: string) => {
    const before = source.slice(0, from);
    if (COMMENT.test(before)) return;
    const statement = [...before.matchAll(NAME)].at(-1)?.[1] ?? "";
    const text = source.slice(from, to).replace(/\s+/gu, " ").trim();
    found.set(from, { line: before.split("\n").length, statement, text, from, to, replacement });
  };
  for (const { 0: text, index } of source.matchAll(SQL)) add(index, index + text.length, `(${text} or true)`);
  for (const { 0: opening, index } of source.matchAll(PRISMA_WHERE)) {
    const from = index + opening.length - 1;
    const inside = source.slice(from, endOf(source, from, "}"));
    for (const { 0: name, index: at } of inside.matchAll(PRISMA_FIELD)) {
      const end = endOf(source, from + at + name.length, ",");
      // Its own comma goes with it.
      add(from + at, source[end - 1] === "," ? end : end - 1, "");
    }
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}

/** The place behind the next `mark`, or behind the bracket that closes what is open at `from`. */
function endOf(source: string, from: number, mark: "," | "}"): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const letter = source[at] ?? "";
    if (mark === "," && depth === 0 && letter === ",") return at + 1;
    if ("([{".includes(letter)) depth++;
    if (")]}".includes(letter) && --depth <= (mark === "," ? -1 : 0)) return at + 1;
  }
  return source.length;
}

/** A source without one of its conditions. */
export const without = (source: string, { from, to, replacement }: Condition): string =>
  source.slice(0, from) + replacement + source.slice(to);
