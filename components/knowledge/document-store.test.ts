import { expect, test, vi } from "vitest";
import { problem } from "../api";
import type { DocumentOwner, KnownDocument } from "./document";
import { createDocumentStore } from "./document-store";
import type { DocumentPorts } from "./documents-state";

const OWNER: DocumentOwner = { role: "index", id: "i" };
const documentOf = (id: string, over: Partial<KnownDocument> = {}): KnownDocument => ({
  id,
  title: `${id}.pdf`,
  state: "pending",
  reason: "",
  progress: 0,
  pages: null,
  characters: null,
  size: 10,
  file_id: null,
  created_at: "2026-01-01T00:00:00Z",
  ...over,
});
const file = (name: string, size = 10) => new File([new Uint8Array(size)], name);
/** Until nothing is left that can happen by itself. */
const idle = async () => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
};

/** A server with documents, and a clock that goes on by `tick`. */
function world(documents: KnownDocument[] = []) {
  let waiting: { readonly ms: number; readonly go: () => void } | null = null;
  let n = 0;
  const ports = {
    list: vi.fn<DocumentPorts["list"]>(async (_, offset) => ({
      items: documents.slice(offset, offset + 50),
      has_more: documents.length > offset + 50,
    })),
    send: vi.fn<DocumentPorts["send"]>(async (_, { name }) => {
      const made = documentOf(name);
      documents.unshift(made);
      return made;
    }),
    cancel: async (id: string) => documentOf(id, { state: "failed", reason: "Cancelled." }),
    readAgain: vi.fn<DocumentPorts["readAgain"]>(async (id) => {
      const at = documents.findIndex((one) => one.id === id);
      documents[at] = documentOf(id);
      return documentOf(id);
    }),
    remove: vi.fn<DocumentPorts["remove"]>(async () => {}),
    newId: () => `k${n++}`,
    wait: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        waiting = { ms, go: resolve };
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  };
  return {
    ports,
    set: (id: string, over: Partial<KnownDocument>) => {
      const at = documents.findIndex((one) => one.id === id);
      documents[at] = documentOf(id, over);
    },
    drop: (id: string) =>
      documents.splice(
        documents.findIndex((one) => one.id === id),
        1,
      ),
    /** Gives how long was waited; null: nobody waits. */
    async tick(): Promise<number | null> {
      const now = waiting;
      waiting = null;
      now?.go();
      await idle();
      return now?.ms ?? null;
    },
  };
}

const storeOf = (ports: DocumentPorts, makeOwner = async () => OWNER) =>
  createDocumentStore(ports, { page: null, mostBytes: 100, makeOwner });
const shown = (store: ReturnType<typeof storeOf>) =>
  store.get().documents.map(({ id, state, progress }) => `${id} ${state} ${progress}`);

test("17: what is pending is looked at until nothing is, and less often while nothing moves", async () => {
  const { ports, set, tick } = world([documentOf("a"), documentOf("b", { state: "ready", progress: 100 })]);
  const store = storeOf(ports);
  store.open(OWNER);
  await idle();
  expect(shown(store)).toEqual(["a pending 0", "b ready 100"]);
  expect([await tick(), await tick(), await tick()]).toEqual([400, 800, 1200]);
  set("a", { progress: 40 });
  await tick();
  expect(await tick()).toBe(400);
  expect(shown(store)[0]).toBe("a pending 40");
  set("a", { state: "ready", progress: 100 });
  await tick();
  expect(await tick()).toBeNull();
  expect(shown(store)[0]).toBe("a ready 100");
});

test("17.28: a page that is opened again looks once, also while its first look still ends", async () => {
  const { ports } = world([documentOf("a")]);
  const wait = vi.fn(ports.wait);
  const store = storeOf({ ...ports, wait });
  const close = store.open(OWNER);
  await idle();
  close();
  store.open(OWNER);
  await idle();
  expect(wait).toHaveBeenCalledTimes(2);
  store.again();
  await idle();
  expect(wait).toHaveBeenCalledTimes(2);
});

test("17: looking ends where nothing moves for long, and says so; a page that is left looks no more", async () => {
  const { ports, tick } = world([documentOf("a")]);
  const store = storeOf(ports);
  const close = store.open(OWNER);
  await idle();
  let looks = 0;
  while ((await tick()) !== null) looks++;
  expect(looks).toBe(120);
  expect(store.get().isSlow).toBe(true);
  store.again();
  await idle();
  expect(await tick()).not.toBeNull();
  close();
  await idle();
  const { length } = ports.list.mock.calls;
  await tick();
  expect(ports.list.mock.calls).toHaveLength(length);
});

test("17: files are sent one by one, what is too large or empty says so, and one that breaks can be sent again", async () => {
  const { ports } = world();
  const store = storeOf(ports);
  store.open(OWNER);
  await idle();
  ports.send.mockRejectedValueOnce(problem(0, "x"));
  store.add([file("a"), file("large", 200), file("empty", 0), file("b")]);
  expect(ports.send).not.toHaveBeenCalled();
  await idle();
  const states = () => store.get().uploads.map(({ name, progress }) => [name, "why" in progress && progress.why]);
  expect(states()).toEqual([
    ["a", "The connection broke."],
    ["large", "Too large: 200 bytes. A document may have 100 bytes."],
    ["empty", "It is empty."],
  ]);
  expect(shown(store)).toEqual(["b pending 0"]);
  for (const { key, name } of store.get().uploads) if (name === "a") store.resend(key);
  await idle();
  expect(shown(store)).toEqual(["a pending 0", "b pending 0"]);
  for (const { key } of store.get().uploads) store.leave(key);
  expect(store.get().uploads).toEqual([]);
});

test("17: the owner is made once, for the first of many files", async () => {
  const { ports } = world();
  const makeOwner = vi.fn(async () => OWNER);
  const store = storeOf(ports, makeOwner);
  store.open(null);
  store.add([file("a"), file("b")]);
  await idle();
  expect(makeOwner).toHaveBeenCalledTimes(1);
  expect(store.get().fresh).toEqual(["a", "b"]);
  expect(ports.send.mock.calls.map(([owner, { name }]) => [owner, name])).toEqual([
    [OWNER, "a"],
    [OWNER, "b"],
  ]);
});

test("17: what is removed does not come back with a list that was on its way, and one that was gone already is gone", async () => {
  const { ports, drop } = world([documentOf("a"), documentOf("b")]);
  const store = storeOf(ports);
  store.open(OWNER);
  await idle();
  const removing = store.remove("a");
  store.again();
  await removing;
  await idle();
  expect(shown(store)).toEqual(["b pending 0"]);
  ports.remove.mockRejectedValueOnce(problem(404, "not there"));
  drop("b");
  await store.remove("b");
  expect(shown(store)).toEqual([]);
});

test("17: what is stored while a list is on its way stays, and is looked at until it is read", async () => {
  const { ports, set, tick } = world([documentOf("a")]);
  const store = storeOf(ports);
  store.open(OWNER);
  await idle();
  const way = Promise.withResolvers<{ items: KnownDocument[]; has_more: boolean }>();
  ports.list.mockImplementationOnce(() => way.promise);
  await tick();
  store.add([file("b")]);
  await idle();
  way.resolve({ items: [documentOf("a", { state: "ready", progress: 100 })], has_more: false });
  await idle();
  expect(shown(store)).toEqual(["b pending 0", "a ready 100"]);
  set("a", { state: "ready", progress: 100 });
  set("b", { state: "ready", progress: 100 });
  await tick();
  expect(shown(store)).toEqual(["b ready 100", "a ready 100"]);
});

test("17: a removal that fails leaves the document", async () => {
  const { ports } = world([documentOf("a")]);
  const store = storeOf(ports);
  store.open(OWNER);
  await idle();
  ports.remove.mockRejectedValueOnce(problem(500, "no"));
  await expect(store.remove("a")).rejects.toThrow("no");
  expect(shown(store)).toEqual(["a pending 0"]);
});

test("17: more than a page is read page by page, and looked at as far as it is shown", async () => {
  const { ports } = world(Array.from({ length: 70 }, (_, n) => documentOf(`d${n}`, { state: "ready" })));
  const store = storeOf(ports);
  store.open(OWNER);
  await idle();
  expect([store.get().documents.length, store.get().hasMore]).toEqual([50, true]);
  await store.readMore();
  expect([store.get().documents.length, store.get().hasMore]).toEqual([70, false]);
});

test("what could not be read is looked at again once it is read again", async () => {
  const { ports, set, tick } = world([documentOf("a", { state: "failed", reason: "It is broken." })]);
  const store = storeOf(ports);
  store.open(OWNER);
  await idle();
  expect(shown(store)).toEqual(["a failed 0"]);
  await store.readAgain("a");
  expect(shown(store)).toEqual(["a pending 0"]);
  set("a", { state: "ready", progress: 100 });
  await tick();
  expect(shown(store)).toEqual(["a ready 100"]);
});
