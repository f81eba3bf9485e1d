import { Sun } from "lucide";
import { expect, test } from "vitest";
import type { PaletteCommand } from "./commands";
import { found, groupsFor, markedPieces } from "./found";

const command = (id: string, label: string, more: Partial<PaletteCommand> = {}): PaletteCommand => ({
  id,
  label,
  group: "Everywhere",
  icon: Sun,
  run: () => {},
  ...more,
});
const COMMANDS = [
  command("theme", "Dark theme", { words: "mode colour" }),
  command("archive", "Archive", { group: "This session" }),
  command("archived", "Archived sessions"),
  command("open", "Open the archive of all"),
];
const ids = (some: readonly { id: string }[]) => some.map(({ id }) => id);

test("every word of the query is in a command, and those that begin with it come first", () => {
  expect(ids(found(COMMANDS, ""))).toEqual(["theme", "archive", "archived", "open"]);
  expect(ids(found(COMMANDS, "mode dark"))).toEqual(["theme"]);
  expect(ids(found(COMMANDS, "ARCH"))).toEqual(["archive", "archived", "open"]);
  expect(found(COMMANDS, "archive nothing")).toEqual([]);
});

test("what was done last comes first, once, and not where it cannot be done", () => {
  const groups = groupsFor(COMMANDS, ["archived", "gone"]);
  expect(groups.map(({ title, items }) => `${title}: ${ids(items)}`)).toEqual([
    "Recent: archived",
    "This session: archive",
    "Everywhere: theme,open",
  ]);
  expect(groupsFor([], [])).toEqual([]);
});

test.each([
  ["Answer again", "again", ["Answer ", "[again]"]],
  ["Model of models", "mod els", ["[Mod]", "el of ", "[mod]", "[els]"]],
  ["İstanbul", "i", ["İstanbul"]],
  ["Nothing", "", ["Nothing"]],
  ["a+b (c)", "b (c", ["a+", "[b]", " ", "[(c]", ")"]],
])("%s with %j is told in pieces", (text, query, pieces) => {
  expect(markedPieces(text, query).map((piece) => (piece.isMarked ? `[${piece.text}]` : piece.text))).toEqual(pieces);
});
