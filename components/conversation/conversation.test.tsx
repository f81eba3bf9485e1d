import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import type { ContextType } from "react";
import { prerender } from "react-dom/static";
import { beforeAll, expect, test } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { ShellProvider } from "../frame/shell";
import { Conversation } from "./conversation";

const shell = {
  viewer: { id: "a", kind: "guest", name: null },
  model: { id: "demo", isDemo: true },
  vouchers: [],
  guests: true,
  signUp: true,
  files: { each: 25_000_000, most: 10 },
  sessions: { items: [], next_page_token: null },
  changesToken: "",
} as const;
const session = { session_id: "s", last_updated_at: "1", generated_title: "T", index_ids: null, job_metadata: null };
const ids = (id: string, run: string) => ({ event_id: `${id}.0`, message_id: id, run_id: run });
const usage = { duration_ms: 10, total_input_tokens: 3, total_output_tokens: 4, turns: 1 };
const events: readonly SessionEvent[] = [
  { type: "user_input", content: "First question", ...ids("q1", "r1") },
  { type: "text", content: "First answer", ...ids("a1", "r1") },
  { type: "stop", is_error: false, error: null, usage, status: "completed", event_id: "r1.stop", run_id: "r1" },
  { type: "user_input", content: "Second question", ...ids("q2", "r2") },
  { type: "text_delta", content: "What was said so far, and ", ...ids("a2", "r2") },
];
const running = { run_id: "r2", after: 7, at: "text_delta:a2.0" };

// What it is drawn with is loaded, which takes its time on a busy machine.
beforeAll(() => import("./whole-turn").then(() => {}));

test("lessons 1 and 3: the server's HTML of a page in mid-answer has the question, what was said so far, and Stop", async () => {
  const html = await drawn({ session, events, before: null, after: null, running, forks: [] });
  expect(html).toContain("Second question");
  expect(html).toContain("What was said so far, and");
  // The answer before it is there once, beside the one that is being given.
  expect(html.match(/<article/gu)).toHaveLength(2);
  expect(html.match(/First answer/gu)).toHaveLength(1);
  expect(html).toMatch(/data-stop/u);
  expect(html).not.toContain("broke off");
});

test("a session that is in no list, or on a later page of it, has its head all the same", async () => {
  const html = await drawn({
    session,
    events: events.slice(0, 3),
    before: null,
    after: null,
    running: null,
    forks: [],
  });
  expect(html).toMatch(/<h1[^>]*>(?:<[^>]+>)*T</u);
});

test("a page of a long session says that there are older messages", async () => {
  const html = await drawn({
    session,
    events: events.slice(0, 3),
    before: "b.40",
    after: null,
    running: null,
    forks: [],
  });
  expect(html).toContain("First answer");
  expect(html).toContain("Show older messages");
});

test("a turn with other versions says which one it is, and each answer can be asked for again", async () => {
  const alternative = (number: number) => ({
    number,
    branch_id: `b${number}`,
    message_id: `q${number}`,
    created_at: "2026-01-01T00:00:00Z",
  });
  const fork = { position: 0, message_id: "q1", shown: 2, count: 3, alternatives: [1, 2, 3].map(alternative) };
  const told = events.slice(0, 3);
  const html = await drawn({ session, events: told, before: null, after: null, running: null, forks: [fork] });
  expect(html).toContain("Version <!-- -->2<!-- --> of <!-- -->3");
  expect(html).toContain("Answer again");
  expect(html).toContain("Edit the question");
});

test("16: what a long session's page shows at first is whole, and the turns above it are their words", async () => {
  const long = Array.from({ length: 40 }, (_, n): readonly SessionEvent[] => [
    { type: "user_input", content: `Question ${n}.`, ...ids(`q${n}`, `r${n}`) },
    { type: "text", content: `Answer ${n} with **weight**.`, ...ids(`a${n}`, `r${n}`) },
    { type: "stop", is_error: false, error: null, usage, status: "completed", event_id: `${n}`, run_id: `r${n}` },
  ]).flat();
  const html = await drawn({ session, events: long, before: "b.40", after: null, running: null, forks: [] });
  const articles = html.split("<article").slice(1);
  expect(articles).toHaveLength(40);
  expect(articles.filter((one) => one.includes("data-resting"))).toHaveLength(28);
  expect(articles[0]).toMatch(/Question 0\..*Answer 0 with \*\*weight\*\*\./u);
  expect(articles[0]).not.toContain("<button");
  expect(articles[39]).toMatch(/Question 39\..*<strong>weight<\/strong>.*Answer again/u);
});

test("figure 12: the server's page has each answer once and whole, however long, so that nothing is put in its place later", async () => {
  const long = Array.from({ length: 6 }, (_, n): readonly SessionEvent[] => [
    { type: "user_input", content: `Question ${n}.`, ...ids(`q${n}`, `r${n}`) },
    { type: "text", content: `Answer ${n} with **weight**.\n\n${"word ".repeat(110)}`, ...ids(`a${n}`, `r${n}`) },
    { type: "stop", is_error: false, error: null, usage, status: "completed", event_id: `${n}`, run_id: `r${n}` },
  ]).flat();
  const html = await drawn({ session, events: long, before: null, after: null, running: null, forks: [] });
  expect(html.match(/<strong>weight<\/strong>/gu)).toHaveLength(6);
  expect(html).not.toContain("**weight**");
  expect(html).not.toMatch(/<template|data-unread/u);
});

test("16: other work is done while a page is drawn", async () => {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const long = Array.from({ length: 12 }, (_, n): readonly SessionEvent[] => [
    { type: "user_input", content: `Question ${n}.`, ...ids(`q${n}`, `r${n}`) },
    { type: "text", content: "word ".repeat(20), ...ids(`a${n}`, `r${n}`) },
  ]).flat();
  await drawn({ session, events: long, before: null, after: null, running: null, forks: [] });
  isOver = true;
  expect(turns).toBeGreaterThan(12);
});

/** Nobody goes anywhere while a page is drawn. */
const router = {
  back() {},
  forward() {},
  refresh() {},
  push() {},
  replace() {},
  prefetch() {},
} as unknown as NonNullable<ContextType<typeof AppRouterContext>>; // what a page's router has besides is its own

async function drawn(initial: SessionWindow): Promise<string> {
  const { prelude } = await prerender(
    <AppRouterContext value={router}>
      <ShellProvider shell={shell} renderedAtMs={0}>
        <Conversation initial={initial} onCreated={() => {}} />
      </ShellProvider>
    </AppRouterContext>,
  );
  return new Response(prelude).text();
}
