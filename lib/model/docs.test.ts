import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ChatError } from "../domain/errors.ts";
import { ADAPTATIONS } from "./adaptations.ts";
import { chatChunkReader } from "./chat-chunks.ts";

const page = readFileSync("docs/models.md", "utf8");

/** The rows of the table whose head begins with a word. */
function rowsOf(head: string): string[][] {
  const lines = page.split("\n");
  const at = lines.findIndex((line) => line.startsWith(`| ${head} `));
  const end = lines.findIndex((line, n) => n > at && !line.startsWith("|"));
  const rows = lines.slice(at + 2, end < 0 ? undefined : end);
  return rows.map((row) => row.split(" | ").map((cell) => cell.replace(/^\| | \|$/gu, "").trim()));
}

const code = (cell = ""): string => cell.replace(/^`|`$/gu, "");
const read = rowsOf("what");

test.each(read)("docs/models.md: %s is read as the page says", (_, sent, expected) => {
  expect(outcomeOf(code(sent).replaceAll("\\n", "\n"))).toEqual(JSON.parse(code(expected)));
});

test("docs/models.md holds the adaptations that there are", () => {
  expect(read.length).toBeGreaterThan(20);
  expect(rowsOf("name")).toEqual(ADAPTATIONS.map(({ name, told, servers }) => [name, told, servers]));
});

function outcomeOf(stream: string) {
  const reader = chatChunkReader();
  const outcome: { text?: string; thoughts?: string; calls?: string[][]; finish?: string; error?: string } = {};
  try {
    for (const event of [...reader.read(`${stream}\n\n`), ...reader.end()]) {
      if (event.type === "text-delta") outcome.text = (outcome.text ?? "") + event.text;
      if (event.type === "text-end" && event.wasThoughts) {
        outcome.thoughts = outcome.text ?? "";
        delete outcome.text;
      }
      if (event.type === "reasoning-delta") outcome.thoughts = (outcome.thoughts ?? "") + event.text;
      if (event.type === "tool-call") outcome.calls = [...(outcome.calls ?? []), [event.name, event.input]];
      if (event.type === "finish") outcome.finish = event.reason;
    }
  } catch (thrown) {
    return { error: thrown instanceof ChatError ? thrown.message : String(thrown) };
  }
  return outcome;
}
