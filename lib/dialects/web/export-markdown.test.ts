import { expect, test } from "vitest";
import type { Message, Part } from "../../domain/message.ts";
import type { Session } from "../../domain/session.ts";
import { sessionMarkdown } from "./export-markdown.ts";

const at = new Date("2026-11-28T09:30:00Z");
const message = (role: Message["role"], parts: readonly Part[], model: string | null = null): Message => ({
  id: role,
  role,
  name: null,
  source: "api_request",
  parts: [...parts],
  model,
  createdAt: at,
  position: 0,
  branchId: "b",
  runId: "r",
  tokenCount: null,
  tokenizer: null,
});

async function textOf(...pages: readonly Message[][]): Promise<string> {
  async function* given() {
    yield* pages;
  }
  const session = { title: "Tea", createdAt: at, lastRun: null } as unknown as Session; // no more of it is read
  let text = "";
  for await (const piece of sessionMarkdown(session, given(), at)) text += piece;
  return text;
}

test("a turn is told under two headings, also where it goes over a page: its calls and thoughts are folded", async () => {
  const text = await textOf(
    [
      message("user", [
        { type: "text", text: "How hot?" },
        { type: "file", fileId: "f", name: "a_b.pdf", mediaType: "application/pdf", size: 2_100_000 },
      ]),
      message(
        "assistant",
        [
          { type: "reasoning", text: "Look first." },
          { type: "tool-call", callId: "c", name: "look_up", input: { q: "tea" } },
          { type: "provider-data", from: "sealed-by-somebody" },
        ],
        "m-1",
      ),
    ],
    [
      message("tool", [{ type: "tool-result", callId: "c", name: "look_up", output: "80 ```` °C", isError: false }]),
      message("assistant", [
        { type: "text", text: "About 80" },
        { type: "text", text: " °C.", continues: true },
      ]),
    ],
  );
  expect(text.match(/^## .*$/gmu)).toEqual(["## You, 2026-11-28 09:30 UTC", "## Answer by m-1, 2026-11-28 09:30 UTC"]);
  expect(text).toContain("*File: a\\_b.pdf, 2.1 MB*");
  expect(text).toContain('<summary>Called look\\_up</summary>\n\n```json\n{\n  "q": "tea"\n}\n```');
  expect(text).toContain('`````json\n"80 ```` °C"\n`````');
  expect(text).toContain("About 80 °C.");
  expect(text).not.toContain("sealed-by-somebody");
});

test("what is said cannot name itself a heading or HTML where it stands in a line", async () => {
  const text = await textOf([
    message("assistant", [{ type: "tool-call", callId: "c", name: "</summary><b>", input: {} }], "a\n# b"),
  ]);
  expect(text).toContain("## Answer by a \\# b, ");
  expect(text).toContain("<summary>Called &lt;/summary>&lt;b></summary>");
});
