import { expect, test, vi } from "vitest";
import type { ConversationPorts } from "./conversation-ports";
import { createLooking } from "./read-beyond";

/** A session whose windows come when they are told to. */
function world() {
  const windows: ((place: string) => void)[] = [];
  const tell = vi.fn();
  const readWindow: ConversationPorts["readWindow"] = (_, where) =>
    new Promise((resolve, reject) => {
      const place = where !== null && "from" in where ? where.from : null;
      windows.push((how) => (how === "fail" ? reject(new Error("offline")) : resolve(place as never))); // told on as it is
    });
  const state = { sessionId: "s1", turns: [] };
  const looking = createLooking({ readWindow }, { get: () => state, tell } as never); // of a held state it asks no more
  return { looking, windows, told: () => tell.mock.calls.map(([{ window }]) => window) };
}

test("who looks at one question and then at another is shown the other, whichever is read first", async () => {
  const { looking, windows, told } = world();
  const [one, two] = [looking.at("q1", "p1"), looking.at("q2", "p2")];
  windows[1]?.("come");
  await two;
  windows[0]?.("come");
  expect(await one).toBe(true);
  expect(told()).toEqual(["p2"]);
});

test("a question that is shown already, and the end, are not replaced by what was asked for before", async () => {
  const { looking, windows, told } = world();
  const one = looking.at("q1", "p1");
  await looking.stay();
  windows[0]?.("come");
  await one;
  const two = looking.at("q2", "p2");
  looking.end();
  windows[1]?.("fail");
  expect(await two).toBe(true);
  expect(told()).toEqual([null]);
  const three = looking.at("q3", "p3");
  windows[2]?.("fail");
  expect(await three).toBe(false);
});
