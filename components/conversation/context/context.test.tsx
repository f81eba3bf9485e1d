import { prerender } from "react-dom/static";
import { expect, test } from "vitest";
import type { TurnContext } from "@/lib/dialects/web/index.ts";
import { ContextBody } from "./context-body";
import type { Read } from "./use-context";

const item = { name: null, position: null, tokens: 27, is_dropped: false, is_as_sent: true, next_at: null } as const;
const context: TurnContext = {
  ...{ run_id: "r", status: "completed", model: "m", created_at: "2026-11-27T00:00:00Z", is_kept: true },
  ...{ provider_tokens: 9104, tokens: 4600, call_tokens: [4504, 4600], budget: 5000 },
  ...{ dropped: 1, kept_from: 3, summarised_upto: 2, changes: ["agent-changed"], next_item: null },
  recall: { mode: "text", note: "No embedding model is set up." },
  parts: [
    { part: "system", tokens: 148, count: 1 },
    { part: "summary", tokens: 96, count: 1 },
    { part: "past", tokens: 1887, count: 2 },
  ],
  items: [
    { ...item, item: 0, part: "system", role: "system", text: "You are Ada.", is_as_sent: false },
    { ...item, item: 1, part: "past", role: "user", position: 2, text: "What happened?", is_dropped: true },
    { ...item, item: 2, part: "past", role: "assistant", position: 3, text: "One step grew.", next_at: 2000 },
  ],
};

test("a context shows both counts, its parts, what was dropped and what has changed", async () => {
  const html = await drawn({ state: "read", context });
  for (const words of [
    "4,600",
    "tokens in at the last of 2 calls, estimated, of 5,000 that a prompt may have",
    "9,104 by the provider&#x27;s count, all 2 calls together",
    "stands for messages 1–2",
    "1 dropped, the others kept",
    "Message 3",
    "was 27",
    "What happened?",
    "Show more of it",
    "The agent has changed since.",
    "Documents were looked for by words alone. No embedding model is set up.",
  ]) {
    expect(html).toContain(words);
  }
  expect(html).not.toContain("over, with its tools");
});

test("a context that is over its budget, running, unread, failed or not kept says so", async () => {
  const running: TurnContext = {
    ...context,
    status: "running",
    tokens: 6204,
    provider_tokens: null,
    changes: [],
    recall: null,
  };
  const html = await drawn({ state: "read", context: running });
  expect(html).toContain("1,204 over");
  expect(html).toContain("This turn is still running. These are its parts so far.");
  expect(html).toContain("The provider has not counted them.");
  expect(html).not.toContain("Documents were looked for");
  expect(await drawn({ state: "reading" })).toContain("…");
  expect(await drawn({ state: "failed", isGone: false })).toContain("Try again");
  const old = { ...context, is_kept: false, tokens: null, parts: [], items: [] };
  expect(await drawn({ state: "read", context: old })).toContain("Not kept for this turn");
});

async function drawn(read: Read): Promise<string> {
  const turn = { sessionId: "s", runId: "r", isRaw: false };
  const { prelude } = await prerender(
    <ContextBody read={read} turn={turn} onRaw={() => {}} onMore={async () => {}} onAgain={() => {}} />,
  );
  return (await new Response(prelude).text()).replaceAll("<!-- -->", "");
}
