import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { type FakeServer, fakeServer, turnOf } from "@/lib/testing/fake-chat-server.ts";
import { problem } from "../api";
import type { ConversationPorts } from "./conversation-ports";
import { type ConversationStore, createConversationStore } from "./conversation-store";

/** A store on a page of its own. */
async function open(
  server: FakeServer,
  sessionId: string | null = null,
  over: Partial<Omit<ConversationPorts, "told">> = {},
) {
  const told = {
    made: vi.fn<ConversationPorts["told"]["made"]>(),
    opened: vi.fn<ConversationPorts["told"]["opened"]>(),
    accepted: vi.fn<ConversationPorts["told"]["accepted"]>(),
    running: vi.fn<ConversationPorts["told"]["running"]>(),
    summary: vi.fn(),
    stopUnheard: vi.fn(),
  };
  const ports = { ...server.ports(), told, ...over };
  const window = sessionId === null ? null : await ports.readWindow(sessionId, null);
  const store = createConversationStore(ports, { window, isStale: false });
  const close = store.open();
  await idle();
  return { store, told, close };
}

/** Until nothing is left that can happen by itself. */
const idle = async () => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
};

/** A store on a page in which a question was asked and answered. */
async function answered(server: FakeServer) {
  const page = await open(server);
  page.store.send("Hi");
  await idle();
  server.end("Hello");
  await idle();
  return page;
}

const shown = (store: ConversationStore) => store.get().turns.map(turnOf);

test("the first question makes the session, is shown at once, and its answer comes with the events", async () => {
  const server = fakeServer();
  const { store, told } = await open(server);
  store.send("Hi", { model: "m" });
  expect(shown(store)).toEqual([["Hi", "", "going"]]);
  await idle();
  expect(told.made).toHaveBeenCalledWith(expect.objectContaining({ session_id: "s1" }), "Hi");
  expect(told.accepted).toHaveBeenCalledWith("Hi", "s1", []);
  server.say("Hello ");
  await idle();
  expect(shown(store)).toEqual([["Hi", "Hello ", "going"]]);
  server.end();
  await idle();
  expect(shown(store)).toEqual(server.line());
  expect(server.asked()).toEqual([{ model: "m", prompt: "Hi", message_id: expect.any(String) }]);
  expect(told.running.mock.calls.at(-1)).toEqual(["s1", null]);
});

test("lesson 1, 4: a page that is opened in mid-answer begins with what was said and goes on behind it", async () => {
  const server = fakeServer();
  const one = await open(server);
  one.store.send("Hi");
  await idle();
  server.say("One ");
  server.say("two ");
  await idle();
  const two = await open(server, "s1");
  expect(shown(two.store)).toEqual([["Hi", "One two ", "going"]]);
  const [place] = server.followedFrom();
  expect(place).toEqual({ after: expect.any(Number), at: expect.any(String) });
  expect(place?.after).toBeGreaterThan(2);
  server.say("three");
  server.end();
  await idle();
  for (const { store } of [one, two]) expect(shown(store)).toEqual([["Hi", "One two three", "ready"]]);
});

test("lesson 20: a connection that breaks in mid-answer goes on where it was, and nothing is shown twice", async () => {
  const server = fakeServer();
  const { store } = await open(server);
  store.send("Hi");
  await idle();
  server.say("One ");
  await idle();
  const connections: string[] = [];
  store.subscribe(() => connections.push(store.get().connection));
  server.breakConnections();
  server.say("two ");
  await idle();
  expect(connections).toContain("lost");
  expect(server.followedFrom().at(-1)?.after).toBeGreaterThan(0);
  server.end();
  await idle();
  expect(shown(store)).toEqual([["Hi", "One two ", "ready"]]);
});

test("lesson 13: a question that is asked at the moment in which an answer ends is followed like any other", async () => {
  const server = fakeServer();
  const { ask } = server.ports();
  const ways = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let asks = 0;
  const { store, told } = await open(server, null, {
    ask: async (...given) => {
      await ways[asks++]?.promise;
      return ask(...given);
    },
  });
  store.send("Hi");
  ways[0]?.resolve();
  await idle();
  server.say("One");
  await idle();
  const forget = store.subscribe(() => {
    if (store.get().run) return;
    forget();
    store.send("And then?");
  });
  server.end();
  await idle();
  expect(shown(store).at(-1)).toEqual(["And then?", "", "going"]);
  ways[1]?.resolve();
  await idle();
  server.say("Two");
  server.end();
  await idle();
  expect(shown(store)).toEqual([
    ["Hi", "One", "ready"],
    ["And then?", "Two", "ready"],
  ]);
  expect(told.running.mock.calls.at(-1)).toEqual(["s1", null]);
});

test("a turn that went another way while nobody could follow is told from its beginning, in one step", async () => {
  const server = fakeServer();
  const { store } = await open(server);
  store.send("Hi");
  await idle();
  server.say("One ");
  server.say("lost words ");
  await idle();
  const texts: string[] = [];
  store.subscribe(() => texts.push(String(shown(store)[0]?.[1])));
  server.die({ keeps: 1 });
  server.say("and other ones");
  server.end();
  await idle();
  expect(shown(store)).toEqual(server.line());
  expect(shown(store)[0]?.[1]).toBe("One and other ones");
  expect(texts.filter((text) => !text.startsWith("One "))).toEqual([]);
});

test("lesson 5: a question the network swallowed is sent again under the same id", async () => {
  const server = fakeServer();
  server.swallow(2);
  const { store } = await answered(server);
  expect(shown(store)).toEqual([["Hi", "Hello", "ready"]]);
  expect(server.line()).toHaveLength(1);
});

test("a refused question leaves the conversation as it was, with its text and the reason", async () => {
  const server = fakeServer();
  const one = await open(server);
  one.store.send("Hi");
  await idle();
  const two = await open(server, "s1", { follow: async () => null });
  await idle();
  const { told } = two;
  server.refuseNext(402, "Too dear.");
  server.end("Hello");
  await idle();
  await two.store.refresh();
  two.store.send("Again");
  await idle();
  expect(two.store.get().refusal).toMatchObject({ text: "Again", why: "Too dear.", status: 402 });
  expect(shown(two.store)).toEqual(server.line());
  expect(told.accepted).not.toHaveBeenCalled();
});

test("16: a question that is taken after its page was left is told with its session and its files, so that its draft goes", async () => {
  const server = fakeServer();
  const way = Promise.withResolvers<void>();
  const { ask } = server.ports();
  const { store, told, close } = await open(server, null, {
    ask: async (...given) => {
      await way.promise;
      return ask(...given);
    },
  });
  store.send("Hi", { files: [{ id: "f", name: "a.csv", media_type: "text/csv", size: 5 }] });
  await idle();
  close();
  expect(told.accepted).not.toHaveBeenCalled();
  way.resolve();
  await idle();
  expect(told.accepted).toHaveBeenCalledWith("Hi", "s1", ["f"]);
});

test("lesson 13: another tab's turn: 409 gives the text back, and the turn that runs is shown and followed", async () => {
  const server = fakeServer();
  const one = await answered(server);
  const two = await open(server, "s1");
  one.store.send("One's");
  await idle();
  two.store.send("Two's");
  await idle();
  expect(two.store.get().refusal).toMatchObject({ text: "Two's", status: 409 });
  server.end("For one");
  await idle();
  for (const { store } of [one, two]) expect(shown(store)).toEqual(server.line());
});

test("lesson 9: Stop before the run exists is asked for again until there is one", async () => {
  const server = fakeServer();
  const taken = Promise.withResolvers<void>();
  const { ask } = server.ports();
  const { store } = await open(server, null, {
    async ask(...asked) {
      await taken.promise;
      return ask(...asked);
    },
    async wait() {
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  store.send("Hi");
  await new Promise((resolve) => setImmediate(resolve));
  void store.stop();
  taken.resolve();
  await idle();
  expect(shown(store)).toEqual([["Hi", "", "stopped"]]);
});

test("16: Stop that comes as an answer ends does not stop the answer to the next question", async () => {
  const server = fakeServer();
  const way = Promise.withResolvers<void>();
  const stop = vi.fn(async () => false);
  const { store } = await open(server, null, { stop, wait: () => way.promise });
  store.send("Hi");
  await idle();
  server.say("One");
  await idle();
  void store.stop();
  await idle();
  server.end();
  await idle();
  store.send("And then?");
  await idle();
  way.resolve();
  await idle();
  expect(stop).toHaveBeenCalledTimes(1);
  expect(shown(store).at(-1)).toEqual(["And then?", "", "going"]);
});

test("16: a question that nobody heard the server take is no refused one once it is seen, and asked again it is asked once", async () => {
  const server = fakeServer();
  const { ask, readWindow } = server.ports();
  let isDeaf = true;
  const { store } = await open(server, null, {
    readWindow: async (...given) => {
      if (isDeaf) throw problem(0, "The server could not be reached.");
      return readWindow(...given);
    },
    async ask(...given) {
      if (!isDeaf) return ask(...given);
      await ask(...given);
      throw problem(0, "The server could not be reached.");
    },
  });
  store.send("Hi");
  await idle();
  const refusal = store.get().refusal;
  expect(refusal).toMatchObject({ text: "Hi", status: 0 });
  server.end("Hello");
  isDeaf = false;
  store.send("Hi", {}, refusal?.key);
  await idle();
  expect(shown(store)).toEqual([["Hi", "Hello", "ready"]]);
  expect(server.line()).toHaveLength(1);

  isDeaf = true;
  store.send("More");
  await idle();
  expect(store.get().refusal?.text).toBe("More");
  server.end("Yes");
  isDeaf = false;
  store.hear(server.news());
  await idle();
  expect(shown(store).at(-1)).toEqual(["More", "Yes", "ready"]);
  expect([store.get().refusal, store.get().taken]).toEqual([null, store.get().turns.at(-1)?.key]);
});

test("Stop of a question that the server never took gives it back", async () => {
  const server = fakeServer();
  const { store } = await open(server, null, { ask: () => new Promise(() => {}) });
  store.send("Hi");
  await idle();
  await store.stop();
  expect(store.get().refusal).toMatchObject({ text: "Hi", why: "Stopped before it was sent.", status: 0 });
  expect(store.get().turns).toEqual([]);
});

test("lesson 2: a store that is left follows no more, and goes on where it was when it is opened again", async () => {
  const server = fakeServer();
  const { store, close } = await open(server);
  store.send("Hi");
  await idle();
  server.say("One ");
  await idle();
  close();
  await idle();
  expect(server.readers()).toBe(0);
  server.say("two");
  await idle();
  expect(shown(store)).toEqual([["Hi", "One ", "going"]]);
  store.open();
  await idle();
  server.end();
  await idle();
  expect(shown(store)).toEqual([["Hi", "One two", "ready"]]);
});

test("a question that is asked and left before the server has it is asked all the same", async () => {
  const server = fakeServer();
  const { store, close, told } = await open(server);
  store.send("Hi");
  close();
  await idle();
  expect(server.line()).toHaveLength(1);
  expect(told.made).not.toHaveBeenCalled();
  expect(server.readers()).toBe(0);
});

test("17: a session that is made for a document is the one that the first question asks in, also at the same time", async () => {
  const server = fakeServer();
  const { store, told } = await open(server);
  const prepared = store.prepare();
  store.send("Hi");
  expect(await prepared).toBe("s1");
  await idle();
  expect(store.get().sessionId).toBe("s1");
  expect(told.made).toHaveBeenCalledTimes(1);
  expect(server.asked()).toHaveLength(1);
  expect(await store.prepare()).toBe("s1");

  const other = await open(fakeServer());
  await other.store.prepare();
  expect(other.told.opened).toHaveBeenCalledWith("s1");
  expect(other.told.made).not.toHaveBeenCalled();
  other.store.send("Hi");
  await idle();
  expect(other.told.made).toHaveBeenCalledWith(expect.objectContaining({ session_id: "s1" }), "Hi");
});

test("a question that is edited stands beside the old one, and each is shown again in both tabs", async () => {
  const server = fakeServer();
  const one = await open(server);
  for (const question of ["One", "Two"]) {
    one.store.send(question);
    await idle();
    server.end(`To ${question}`);
    await idle();
  }
  const two = await open(server, "s1");
  one.store.edit(one.store.get().turns[0]?.key ?? "", "Uno");
  expect(one.store.get().turns.map(({ versions }) => versions)).toEqual([
    { shown: 2, count: 2, previous: null, next: null },
  ]);
  await idle();
  server.end("To Uno");
  for (const { store } of [one, two]) store.hear(server.news());
  await idle();
  for (const { store } of [one, two]) expect(shown(store)).toEqual([["Uno", "To Uno", "ready"]]);

  const [turn] = two.store.get().turns;
  expect(turn?.versions).toMatchObject({ shown: 2, count: 2, previous: { branchId: "b0" }, next: null });
  if (turn?.versions?.previous) await two.store.show(turn.versions.previous);
  one.store.hear(server.news());
  await idle();
  for (const { store } of [one, two]) {
    expect(shown(store)).toEqual([
      ["One", "To One", "ready"],
      ["Two", "To Two", "ready"],
    ]);
    expect(store.get().turns[0]?.versions).toMatchObject({ shown: 1, count: 2, previous: null });
  }
});

test("16: a version that is asked for the moment an answer ends is found, though nobody has read yet which it is", async () => {
  const server = fakeServer();
  const { readWindow } = server.ports();
  const way = Promise.withResolvers<void>();
  let reads = 0;
  const { store } = await open(server, null, {
    // What is read at the end of a turn takes its time; what somebody waits for is read beside it.
    readWindow: async (...where) => {
      const window = await readWindow(...where);
      if (reads++ === 1) await way.promise;
      return window;
    },
  });
  store.send("One");
  await idle();
  server.end("To One");
  await idle();
  store.edit(store.get().turns[0]?.key ?? "", "Uno");
  await idle();
  server.end("To Uno");
  await idle();
  const [turn] = store.get().turns;
  expect(turn?.versions).toEqual({ shown: 2, count: 2, previous: null, next: null });
  const version = await store.versionBeside(turn?.key ?? "", "previous");
  expect(version).toMatchObject({ branchId: "b0" });
  if (version) await store.show(version);
  way.resolve();
  await idle();
  expect(shown(store)).toEqual([["One", "To One", "ready"]]);
  expect(await store.versionBeside(store.get().turns[0]?.key ?? "", "previous")).toBeNull();
});

test("an edited question that is refused leaves the turns as they were", async () => {
  const server = fakeServer();
  const { store } = await open(server);
  store.send("One");
  await idle();
  server.end("To One");
  await idle();
  server.refuseNext(402, "Too dear.");
  store.edit(store.get().turns[0]?.key ?? "", "Uno");
  await idle();
  expect(shown(store)).toEqual([["One", "To One", "ready"]]);
  expect(store.get().turns[0]?.versions).toBeNull();
  expect(store.get().refusal).toMatchObject({ text: "", why: "Too dear.", status: 402 });
});

test("pieces that come together are drawn once", async () => {
  const server = fakeServer();
  let frames: (() => void)[] = [];
  const { store } = await open(server, null, {
    frame(draw) {
      frames.push(draw);
      return () => {
        frames = frames.filter((one) => one !== draw);
      };
    },
  });
  store.send("Hi");
  await idle();
  let draws = 0;
  store.subscribe(() => draws++);
  for (let n = 0; n < 50; n++) server.say("word ");
  await idle();
  expect([draws, frames.length]).toEqual([0, 1]);
  frames[0]?.();
  expect(draws).toBe(1);
});

test("a session that cannot be read is asked for once for each news, not again and again", async () => {
  const server = fakeServer();
  await answered(server);
  const window = await server.ports().readWindow("s1", null);
  let reads = 0;
  const { store } = await open(server, "s1", {
    async readWindow() {
      if (reads++ === 0) return window;
      throw problem(503, "Not now.");
    },
  });
  store.hear({ running: null, updatedAt: "9", branchId: null });
  await idle();
  expect(reads).toBe(2);
});

test("what is heard while the session is read is not taken for what was read", async () => {
  const server = fakeServer();
  const one = await answered(server);
  const { readWindow } = server.ports();
  let slow: Promise<void> | null = null;
  const two = await open(server, "s1", {
    async readWindow(...asked) {
      const window = await readWindow(...asked);
      await slow;
      return window;
    },
  });
  const first = Promise.withResolvers<void>();
  slow = first.promise;
  void two.store.refresh();
  await idle();
  one.store.send("And?");
  await idle();
  server.end("More");
  await idle();
  two.store.hear(server.news());
  slow = null;
  first.resolve();
  await idle();
  expect(shown(two.store)).toEqual(server.line());
});

type Act = { readonly tab: 0 | 1; readonly act: (typeof ACTS)[number] };
const ACTS = [
  "send",
  "stop",
  "again",
  "edit",
  "show",
  "switch",
  "reload",
  "say",
  "end",
  "break",
  "die",
  "news",
] as const;

test("lesson 17: a page that opens twice follows a turn once, and news that come again and again ask for nothing", async () => {
  const server = fakeServer();
  const one = await open(server);
  one.store.send("Hi");
  await idle();
  server.say("One ");
  const two = await open(server, "s1");
  two.close();
  two.store.open();
  await idle();
  expect(server.readers()).toBe(2);
  for (let n = 0; n < 5; n++) two.store.hear(server.news());
  await idle();
  server.end("two");
  await idle();
  for (const { store } of [one, two]) expect(shown(store)).toEqual([["Hi", "One two", "ready"]]);
});

test("lesson 16: of two sessions that answer at once none shows a word of the other, however often one goes to and fro", async () => {
  const servers = [fakeServer(), fakeServer()];
  const pages = [];
  for (const [n, server] of servers.entries()) {
    const page = await open(server);
    page.store.send(`Question ${n}`);
    await idle();
    pages.push(page);
  }
  for (let round = 0; round < 20; round++) {
    for (const [n, server] of servers.entries()) server.say(`${n} `);
    const page = pages[round % 2];
    page?.close();
    await idle();
    page?.store.open();
  }
  for (const server of servers) server.end();
  await idle();
  for (const [n, { store }] of pages.entries()) {
    expect(shown(store)).toEqual([[`Question ${n}`, `${n} `.repeat(20), "ready"]]);
  }
});

test("figure 5: whatever is done in two tabs, both come to show the same line, which is what the server has", async () => {
  const acts = fc.array(fc.record<Act>({ tab: fc.constantFrom(0, 1), act: fc.constantFrom(...ACTS) }), {
    maxLength: 14,
  });
  await fc.assert(
    fc.asyncProperty(acts, async (all) => {
      const server = fakeServer();
      const first = await open(server);
      first.store.send("Question 0");
      await idle();
      const tabs = [first, await open(server, "s1")];
      for (const [n, { tab, act }] of all.entries()) {
        await perform(server, tabs, tab, act, n);
        await idle();
      }
      if (server.isRunning()) server.end();
      await idle();
      for (const { store } of tabs) store.hear(server.news());
      await idle();
      for (const { store } of tabs) expect(shown(store)).toEqual(server.line());
      for (const { store } of tabs) expect(store.get().run).toBeNull();
    }),
    { numRuns: Number(process.env.RUNS ?? 150) },
  );
}, 60_000);

async function perform(
  server: FakeServer,
  tabs: Awaited<ReturnType<typeof open>>[],
  tab: 0 | 1,
  act: Act["act"],
  n: number,
): Promise<void> {
  const here = tabs[tab];
  if (!here) return;
  const { store } = here;
  const last = store.get().turns.at(-1);
  if (act === "send") store.send(`Question ${n + 1}`);
  if (act === "stop") void store.stop();
  if (act === "again" && last) store.again(last.key);
  if (act === "edit" && store.get().turns[0]) store.edit(store.get().turns[0]?.key ?? "", `Edited ${n}`);
  if (act === "show") {
    const versions = store.get().turns.find((turn) => turn.versions)?.versions;
    const version = versions?.previous ?? versions?.next;
    // A turn may have begun in the other tab.
    if (version) await store.show(version).catch(() => {});
  }
  if (act === "switch") {
    here.close();
    await idle();
    tabs[tab] = { ...here, close: store.open() };
  }
  if (act === "reload") {
    here.close();
    tabs[tab] = await open(server, "s1");
  }
  if (act === "say" && server.isRunning()) server.say(`word ${n} `);
  if (act === "end" && server.isRunning()) server.end(`end ${n}`);
  if (act === "break") server.breakConnections();
  if (act === "die" && server.isRunning()) server.die({ keeps: 1 });
  if (act === "news") store.hear(server.news());
}

test("16: a question takes its files along, keeps them when it is asked again, and gives them back when it is refused", async () => {
  const server = fakeServer();
  const files = [{ id: "f1", name: "a.csv", media_type: "text/csv", size: 5 }];
  const { store } = await open(server);
  store.send("Hi", { files });
  await idle();
  server.end("Hello");
  await idle();
  expect(server.asked().at(-1)).toMatchObject({ prompt: "Hi", attachments: ["f1"] });
  expect(server.asked().at(-1)).not.toHaveProperty("files");
  const [turn] = store.get().turns;
  expect(turn?.question?.files).toEqual(files);
  store.again(turn?.key ?? "");
  await idle();
  server.end("Hello");
  await idle();
  expect(server.asked().at(-1)).toMatchObject({ prompt: "Hi", attachments: ["f1"] });
  server.refuseNext(404, "File not found");
  store.send("", { files });
  await idle();
  expect(store.get().refusal).toMatchObject({ text: "", files, why: "File not found", status: 404 });
});

test("16: a message that has waited is asked once, however often and from wherever it is sent", async () => {
  const server = fakeServer();
  const one = await open(server);
  one.store.send("Hi", {}, "waited");
  await idle();
  server.say("Hello");
  server.end();
  await idle();
  const two = await open(server, "s1");
  two.store.send("Hi", {}, "waited");
  await idle();
  expect(server.asked()).toHaveLength(1);
  expect(shown(two.store)).toEqual(server.line());
  expect(two.store.get()).toMatchObject({ run: null, refusal: null, taken: "waited" });
});

test("16: the answers to calls are sent once, with who answers, and a refusal leaves the calls waiting", async () => {
  const server = fakeServer();
  const { store } = await open(server);
  store.send("Hi");
  await idle();
  server.end();
  await idle();
  const results = [{ call_id: "c", output: 1, is_error: false }];
  server.refuseNext(409, "The call does not wait");
  store.answerCalls(results, { model: "m" });
  store.answerCalls(results, { model: "m" });
  await idle();
  expect(shown(store)).toEqual(server.line());
  expect([store.get().run, store.get().refusal?.why]).toEqual([null, "The call does not wait"]);
  store.answerCalls(results, { model: "m" });
  await idle();
  expect(server.asked().slice(1)).toEqual([{ model: "m", tool_results: results, message_id: expect.any(String) }]);
});
