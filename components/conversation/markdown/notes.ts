import type { Block } from "./lines";

const DEFINITION = /^ {0,3}\[([^\]\n]{1,200})\]:[ \t]*(\S.*)$/gmu;
const LABEL = /\[([^[\]\n]{1,200})\]/gu;
const REFERENCE = /\[([^[\]\n]{1,200})\](?![(:])/gu;

const named = (label: string): string => label.trim().replace(/\s+/gu, " ").toLowerCase();

type Group = readonly Block[];

/**
 * A reader of what the blocks of one text know of each other: addresses that are named in one and used in another, and
 * numbers of notes. It gives, for each block of each group, the lines to read before it so that its references are
 * found; empty for most. The last block counts when the text is over.
 */
export function noteReader(): (groups: readonly Group[], isOver: boolean) => readonly (readonly string[])[] {
  const addresses = new Map<string, string>();
  const defined = new Set<string>();
  const numbers = new Map<string, number>();
  const seen = new WeakSet<Block>();
  const known = new WeakMap<Group, { readonly version: number; readonly lines: readonly string[] }>();

  function see(block: Block): void {
    if (seen.has(block)) return;
    seen.add(block);
    if (block.kind !== "words" || !block.text.includes("[")) return;
    for (const [line, label = ""] of block.text.matchAll(DEFINITION)) {
      if (label.startsWith("^")) defined.add(named(label));
      // The first counts, as in CommonMark.
      else if (!addresses.has(named(label))) addresses.set(named(label), line.trim());
    }
    for (const [, label = ""] of block.text.matchAll(REFERENCE)) {
      if (label.startsWith("^") && !numbers.has(named(label))) numbers.set(named(label), numbers.size + 1);
    }
  }

  function before(block: Block): string {
    if (block.kind !== "words" || !block.text.includes("[")) return "";
    const labels = [...new Set([...block.text.matchAll(LABEL)].map(([, label = ""]) => named(label)))];
    const lines = labels.flatMap((label) => addresses.get(label) ?? []);
    const stubs = labels.filter((label) => defined.has(label));
    if (lines.length + stubs.length === 0) return "";
    const numbered = stubs.map((label) => `[${label}]: ${numbers.get(label) ?? "?"}\n\n`);
    // The comment ends the last note, which else would take indented lines for its own.
    return `${lines.join("\n")}\n\n${numbered.join("")}<!-- -->\n\n`;
  }

  return (groups, isOver) => {
    for (const group of groups.slice(0, -1)) if (!known.has(group)) group.forEach(see);
    const last = groups.at(-1) ?? [];
    (isOver ? last : last.slice(0, -1)).forEach(see);
    const version = addresses.size + defined.size;
    return groups.map((group) => {
      const old = known.get(group);
      if (old?.version === version) return old.lines;
      const lines = version === 0 ? NOTHING : group.map(before);
      known.set(group, { version, lines });
      return lines;
    });
  };
}

const NOTHING: readonly string[] = [];
