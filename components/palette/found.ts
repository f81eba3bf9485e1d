import type { PaletteCommand } from "./commands";

const wordsOf = (text: string): readonly string[] => text.toLowerCase().split(/\s+/u).filter(Boolean);

/** Commands in whose label or words every word of the query stands; first those whose label begins with it. */
export function found(commands: readonly PaletteCommand[], query: string): readonly PaletteCommand[] {
  const words = wordsOf(query);
  if (words.length === 0) return commands;
  const some = commands.filter(({ label, words: others = "" }) => {
    const text = `${label} ${others}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const asked = query.trim().toLowerCase();
  return some.toSorted((a, b) => Number(begins(b, asked)) - Number(begins(a, asked)));
}

const begins = ({ label }: PaletteCommand, query: string): boolean => label.toLowerCase().startsWith(query);

export type CommandGroup = { readonly title: string; readonly items: readonly PaletteCommand[] };

/** Commands in their groups; first, by their ids, those that were taken last. */
export function groupsFor(commands: readonly PaletteCommand[], recent: readonly string[]): readonly CommandGroup[] {
  const latest = recent.flatMap((id) => commands.find((command) => command.id === id) ?? []);
  const others = commands.filter((command) => !latest.includes(command));
  const groups: CommandGroup[] = [
    { title: "Recent", items: latest },
    { title: "This session", items: others.filter(({ group }) => group === "This session") },
    { title: "Everywhere", items: others.filter(({ group }) => group === "Everywhere") },
  ];
  return groups.filter(({ items }) => items.length > 0);
}

type Piece = { readonly key: number; readonly text: string; readonly isMarked: boolean };

/** A text in pieces: what of it are words of the query, and what is between them. */
export function markedPieces(text: string, query: string): readonly Piece[] {
  const lower = text.toLowerCase();
  const words = wordsOf(query);
  // A letter that is longer in small form would shift the rest.
  if (words.length === 0 || lower.length !== text.length) return [{ key: 0, text, isMarked: false }];
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; ) {
    const next = words
      .map((word) => ({ from: lower.indexOf(word, at), length: word.length }))
      .filter(({ from }) => from !== -1)
      .toSorted((a, b) => a.from - b.from || b.length - a.length)[0];
    const from = next?.from ?? text.length;
    if (from > at) pieces.push({ key: at, text: text.slice(at, from), isMarked: false });
    if (!next) break;
    at = from + next.length;
    pieces.push({ key: from, text: text.slice(from, at), isMarked: true });
  }
  return pieces;
}
