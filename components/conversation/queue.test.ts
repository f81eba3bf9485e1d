import { expect, test } from "vitest";
import { setViewer } from "../viewer";
import { createQueue, MOST_WAITING, reasonToWait, type Standing } from "./queue";

function device() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

const one = { id: "1", text: "one" };
const two = { id: "2", text: "two" };

test("16: what waits is kept in its order, for the next page of the same person and session", () => {
  const own = device();
  const queue = createQueue("s", own);
  queue.add(one);
  queue.add(two);
  queue.change("1", "uno");
  expect(createQueue("s", own).get()).toEqual([{ id: "1", text: "uno" }, two]);
  expect(createQueue("other", own).get()).toEqual([]);
  queue.remove("1");
  expect(createQueue("s", own).get()).toEqual([two]);
  queue.remove("2");
  expect(own.kept.size).toBe(0);
});

test("16: what waits keeps its files, and one whose files cannot be read is passed over", () => {
  const own = device();
  const files = [{ id: "f", name: "a.csv", media_type: "text/csv", size: 5 }];
  createQueue("s", own).add({ ...one, files });
  expect(createQueue("s", own).get()).toEqual([{ ...one, files }]);
  own.setItem(
    "parley:queue:guest:s",
    JSON.stringify([
      { ...one, files: [{ id: "f" }] },
      { ...two, files: "f" },
    ]),
  );
  expect(createQueue("s", own).get()).toEqual([]);
});

test("16: what waits belongs to its person", () => {
  const own = device();
  setViewer({ kind: "person", id: "ada" });
  createQueue("s", own).add(one);
  setViewer({ kind: "person", id: "bob" });
  expect(createQueue("s", own).get()).toEqual([]);
  setViewer({ kind: "none", id: null });
});

test("16: what waited for a session that was not there yet goes along with it", () => {
  const own = device();
  const queue = createQueue(null, own);
  queue.add(one);
  queue.moveTo("made");
  queue.add(two);
  expect(createQueue(null, own).get()).toEqual([]);
  expect(createQueue("made", own).get()).toEqual([one, two]);
});

test("16: as many wait as may, and what nobody can read is passed over", () => {
  const own = device();
  own.setItem("parley:queue:guest:s", JSON.stringify([{ id: 1 }, one, null]));
  const queue = createQueue("s", own);
  expect(queue.get()).toEqual([one]);
  for (let n = 0; n < 30; n++) queue.add({ id: `n${n}`, text: "x" });
  expect(queue.get()).toHaveLength(MOST_WAITING);
  own.setItem("parley:queue:guest:t", "{");
  expect(createQueue("t", own).get()).toEqual([]);
});

test("16: a full device keeps what waits as long as the page", () => {
  const full = {
    ...device(),
    setItem: () => {
      throw new Error("full");
    },
  };
  const queue = createQueue("s", full);
  queue.add(one);
  expect(queue.get()).toEqual([one]);
});

test.each([
  [{}, null],
  [{ isBusy: true, isBroken: true }, "answer"],
  [{ isOnline: false, isBusy: true }, "connection"],
  [{ isSignedOut: true }, "sign-in"],
  [{ isBroken: true }, "broken"],
  [{ hasOpenCalls: true }, "calls"],
  [{ isRefused: true }, "refused"],
])("16: with %j a message waits for: %s", (change, reason) => {
  const free: Standing = {
    isBusy: false,
    isOnline: true,
    isSignedOut: false,
    isBroken: false,
    hasOpenCalls: false,
    isRefused: false,
  };
  expect(reasonToWait({ ...free, ...change })).toBe(reason);
});
