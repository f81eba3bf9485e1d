import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

// What a session's page loads before anybody has done anything: what its parts import, and what those import.

const root = import.meta.dirname;
const ENTRIES = ["conversation/workspace.tsx", "frame/frame.tsx", "frame/shell.tsx"];
/** What comes when it is wanted, by the file that it begins with. */
const LATER = [
  "account/requests.ts",
  "agents/requests.ts",
  "conversation/attachments/chip-list.tsx",
  "conversation/attachments/upload.ts",
  "conversation/call-form.tsx",
  "conversation/choice/agent-panel.tsx",
  "conversation/choice/model-options.ts",
  "conversation/choice/model-panel.tsx",
  "conversation/choice/picker-panel.tsx",
  "conversation/composer-note.tsx",
  "conversation/context/context-sheet.tsx",
  "conversation/context/requests.ts",
  "conversation/first-visit.tsx",
  "conversation/head-entries.ts",
  "conversation/markdown/markdown.tsx",
  "conversation/near.ts",
  "conversation/outline-list.tsx",
  "conversation/question-editor.tsx",
  "conversation/queue-words.ts",
  "conversation/session-loader.tsx",
  "conversation/waiting-list.tsx",
  "conversation/whole-turn.tsx",
  "frame/help-sheet.tsx",
  "frame/regions.ts",
  "knowledge/browser-documents.ts",
  "knowledge/document-rows.tsx",
  "knowledge/document-store.ts",
  "knowledge/document-words.ts",
  "knowledge/passage-sheet.tsx",
  "palette/palette.tsx",
  "search/find-bar.tsx",
  "search/requests.ts",
  "search/search-panel.tsx",
  "sidebar/archived-list.tsx",
  "sidebar/delete-session.ts",
  "sidebar/pending-deletions.ts",
  "sidebar/session-entries.ts",
  "time.ts",
  "ui/menu-items.tsx",
];

test("figure 15: what nobody sees at first is not loaded at first", () => {
  const loaded = loadedWith(ENTRIES);
  expect(loaded).toContain("conversation/turn.tsx");
  expect(loaded.filter((path) => LATER.includes(path))).toEqual([]);
  for (const path of LATER) expect(existsSync(join(root, path)), path).toBe(true);
});

test("figure 12: no module makes what `Intl` has as it is loaded, which blocks a slow device for a tenth of a second each", () => {
  const makers = loadedWith([...ENTRIES, ...LATER]).filter((path) =>
    /^(?:export )?const \w+ = new Intl\./mu.test(readFileSync(join(root, path), "utf8")),
  );
  expect(makers).toEqual([]);
});

test("figure 12: a log that comes to life keeps its `display`: with another one all in it would be made anew", () => {
  const still = /\[data-still\][^{]*\{(?<rules>[^}]*)\}/gu;
  const rules = [...readFileSync(join(root, "conversation/conversation.css"), "utf8").matchAll(still)];
  expect(rules.length).toBeGreaterThan(0);
  for (const rule of rules) expect(rule.groups?.rules).not.toMatch(/display/u);
});

/** The files of this folder that some of them load with them, with a slash. */
function loadedWith(entries: readonly string[]): readonly string[] {
  const found = new Set<string>(entries);
  for (const path of found) {
    for (const other of importsOf(join(root, path))) found.add(relative(root, other).replaceAll("\\", "/"));
  }
  return [...found];
}

/** The files of ours that a file imports for more than their types, and at once. */
function importsOf(path: string): readonly string[] {
  const source = readFileSync(path, "utf8");
  const names = [...source.matchAll(/^(?:import|export) (?!type)(?:[^;]*? from )?"(\.[^"]+)";$/gmu)];
  return names.flatMap(([, name = ""]) => {
    const base = resolve(dirname(path), name);
    return ["", ".ts", ".tsx"].flatMap((end) =>
      /\.tsx?$/u.test(base + end) && existsSync(base + end) ? [base + end] : [],
    );
  });
}
