import { performance } from "node:perf_hooks";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newId } from "../../domain/ids.ts";
import { type Api, openApi } from "../../testing/api.ts";
import type { Scope } from "../scope.ts";
import { findInDocument, readDocument } from "./find-in-document.ts";

// A file is read by a process of its own, which takes its time to begin on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

let api: Api;
let scope: Pick<Scope, "database" | "accountId" | "longWork">;
beforeAll(async () => {
  api = await openApi();
  const { database, longWork } = api.server.parley.ports;
  scope = { database, longWork, accountId: api.server.parley.ownerId };
}, 60_000);
afterAll(() => api.close());

/** A document of a text: cut by the ingest, or of pieces as they are given. */
async function document(content: string | readonly string[]): Promise<string> {
  const agent = await api.call("POST", "/api/app/agents", { body: { name: "Ada" } });
  if (typeof content !== "string") {
    const { body } = await api.call("POST", `/api/agents/${agent.body.id}/docs`, { body: { title: "Given", content } });
    return body.id;
  }
  const body = { agent_id: agent.body.id, title: "Cut", text: content };
  const made = await api.call("POST", "/api/app/docs", { body });
  const state = async () => (await api.call("GET", `/api/app/docs/${made.body.id}`)).body.state;
  await expect.poll(state, { timeout: 60_000 }).toBe("ready");
  return made.body.id;
}

const all = { context: 0, offset: 0, limit: 100_000 };
const LINES = Array.from({ length: 3000 }, (_, n) =>
  n % 7 === 0 ? "" : `Line ${n} — naïve 東京 of the ${n % 11 === 0 ? "press" : "barrel"}.`,
);
const TEXT = `# Head\n\n${LINES.join("\n")}\n\n${"long ".repeat(3000)}end\n`;

test("17: a document of many pieces is read as it was, from any place, and searched to its end", async () => {
  const id = await document(TEXT);
  expect((await readDocument(scope, id, 0, 1_000_000)).content.trimEnd()).toBe(TEXT.trimEnd());
  for (const [from, length] of [
    [0, 1],
    [1, 5000],
    [12_345, 777],
    [TEXT.length - 100, 50],
  ] as const) {
    const read = await readDocument(scope, id, from, length);
    expect(read).toEqual({ content: TEXT.slice(from, from + length), next: from + length });
  }
  expect(await readDocument(scope, id, TEXT.length + 10, 5)).toEqual({ content: "", next: null });
  const found = await findInDocument(scope, id, "of the press\\.$|end$", all);
  const expected = [...TEXT.matchAll(/of the press\.$|end$/gmu)].map(({ 0: content, index }) => [content, index]);
  expect(found.map(({ content, from }) => [content, from])).toEqual(expected);
  expect(await findInDocument(scope, id, "press", { context: 7, offset: 2, limit: 1 })).toEqual([
    { content: "of the press.", from: expect.any(Number), to: expect.any(Number) },
  ]);
});

test("17: a document of given pieces has places of its own, a line between each", async () => {
  const id = await document(["first piece\r\nof two", "second piece", ""]);
  const { content } = await readDocument(scope, id, 0, 1000);
  expect(content).toBe("first piece\r\nof two\n\nsecond piece\n\n");
  const found = await findInDocument(scope, id, "^.*piece$", all);
  expect(found.map(({ from, to }) => content.slice(from, to))).toEqual(["first piece", "second piece"]);
});

test("17: a search that takes long ends with its caller, and others get their turn meanwhile", async () => {
  const id = await document(TEXT);
  const leaving = new AbortController();
  setTimeout(() => leaving.abort(new Error("gone")), 1);
  await expect(findInDocument(scope, id, "(?:\\w+ ?)+x", all, leaving.signal)).rejects.toThrow(/gone|too long/u);
});

test("17: within one line of any length others get their turn, and it ends with its caller", async () => {
  const id = await document(`${"x".repeat(9000)}y`);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  try {
    expect(await findInDocument(scope, id, "x(?:x{0,9}z)?", all)).toHaveLength(9000);
    expect(turns).toBeGreaterThan(0);
  } finally {
    clearInterval(timer);
  }
  const leaving = new AbortController();
  setTimeout(() => leaving.abort(new Error("gone")), 1);
  await expect(findInDocument(scope, id, "x(?:x{0,9}z)?", all, leaving.signal)).rejects.toThrow(/gone/u);
});

test("17: places and edges in a long line are those of the line, whatever it is looked at in", async () => {
  const word = "🍐".repeat(1999);
  const line = `a${word}foo bar foo${"b".repeat(9000)} ${"🍎 ".repeat(4000)}foo`;
  const id = await document(`${line}\r\n${line}\r\nend foo`);
  const { content } = await readDocument(scope, id, 0, 1_000_000);
  for (const pattern of ["^a", "foo$", "foo\\b", "\\bbar\\b", "b{1,90} ", "🍎 $", "🍎 🍎", "r foo"]) {
    const expected = [...content.matchAll(new RegExp(pattern, "gmu"))].map(({ 0: told, index }) => [told, index]);
    const found = await findInDocument(scope, id, pattern, all);
    expect([pattern, found.map(({ content: told, from }) => [told, from])]).toEqual([pattern, expected]);
    expect(found.every((match) => match.content.isWellFormed())).toBe(true);
  }
  const [long] = await findInDocument(scope, id, "b+", { context: 7, offset: 0, limit: 1 });
  expect(long).toMatchObject({ to: (long?.from ?? 0) + 1 });
  for (const from of [1, 2, 3, 4000])
    expect((await readDocument(scope, id, from, 4)).content.isWellFormed()).toBe(true);
});

/** Each search of a window with it takes as long as one may. */
const SLOW = `(?:${"(a+)|".repeat(44)}(a+))*[xy]`;

test("S1: of what many look for at once one stretch runs in a turn of the event loop, each a short one", async () => {
  const id = await document("a".repeat(9000));
  const seen: number[] = [];
  const longWork: Scope["longWork"] = {
    enter: scope.longWork.enter,
    stretch: (accountId, work) =>
      scope.longWork.stretch(accountId, (isDue) => {
        seen.push(performance.nodeTiming.uvMetricsInfo.loopCount);
        return work(isDue);
      }),
  };
  const searches = Array.from({ length: 4 }, () => findInDocument({ ...scope, longWork }, id, SLOW, all));
  await Promise.allSettled(searches);
  // How many there are before the time of a search is over depends on the machine.
  expect(seen.length).toBeGreaterThan(4);
  expect(new Set(seen).size).toBe(seen.length);
});

test("S1: an account looks for a few patterns at once; who asks for more is told when to come again", async () => {
  const made = await api.call("POST", "/api/v1/indexes", { body: { name: "Lines" } });
  const index_id = made.body.id;
  const body = { index_id, title: "Line", text: "a".repeat(6000) };
  const doc = await api.call("POST", "/api/app/docs", { body });
  const state = async () => (await api.call("GET", `/api/app/docs/${doc.body.id}`)).body.state;
  await expect.poll(state, { timeout: 60_000 }).toBe("ready");
  const asked = { index_id, file_id: doc.body.id, pattern: SLOW };
  const grep = () => api.call("POST", "/api/v1/retrieval/files/grep", { body: asked });
  const answers = await Promise.all(Array.from({ length: 20 }, grep));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(10);
  expect(refused[0]).toMatchObject({ body: { detail: expect.stringContaining("Too many searches") } });
  expect((await grep()).status).not.toBe(429);
});

test("17: nothing of another account's document is read or found", async () => {
  const id = await document("A secretword.");
  const other = { ...scope, accountId: (await api.server.makeAccount()).id };
  expect(await readDocument(other, id, 0, 100)).toEqual({ content: "", next: null });
  expect(await findInDocument(other, id, "secretword", all)).toEqual([]);
  expect(await findInDocument(scope, newId(), "secretword", all)).toEqual([]);
});
