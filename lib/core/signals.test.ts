import { expect, test } from "vitest";
import type { ChannelListener } from "../domain/channel.ts";
import { newId } from "../domain/ids.ts";
import { bellOf, openSignals } from "./signals.ts";

/** Processes that share a wire, which is as slow as a test says. */
function wire() {
  const listeners: ChannelListener[] = [];
  const texts: string[] = [];
  let isOpen = true;
  let held: Promise<void> = Promise.resolve();
  return {
    texts,
    open: () =>
      openSignals({
        newId,
        open(listener) {
          listeners.push(listener);
          return {
            isOpen: () => isOpen,
            async send(text) {
              texts.push(text);
              await held;
              if (!isOpen) throw new Error("away");
              for (const { onText } of listeners) onText(text);
            },
            close: async () => {},
          };
        },
      }),
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    cut() {
      isOpen = false;
    },
    mend() {
      isOpen = true;
      for (const { onOpen } of listeners) onOpen();
    },
  };
}

const counted = () => {
  const heard: string[] = [];
  return { heard, of: (topic: string) => () => void heard.push(topic) };
};

test("a signal is heard once in each process, by those who listen to its topic", async () => {
  const { open } = wire();
  const [first, second] = [open(), open()];
  const [here, there] = [counted(), counted()];
  first.listen("a", here.of("a"));
  second.listen("a", there.of("a"));
  second.listen("b", there.of("b"));
  first.notify(["a"]);
  expect(here.heard).toEqual(["a"]);
  await first.sent();
  expect([here.heard, there.heard]).toEqual([["a"], ["a"]]);
});

test("signals of one moment are one text, and those that come while it is on its way are one more, each topic once", async () => {
  const { open, texts, hold } = wire();
  const signals = open();
  const release = hold();
  for (const topic of ["a", "b", "a"]) signals.notify([topic]);
  await Promise.resolve();
  for (const topic of ["c", "d", "c"]) signals.notify([topic]);
  release();
  await signals.sent();
  expect(texts.map((text) => text.split(" ").slice(1))).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
});

test("a text holds ids alone, and fits into what a database takes", async () => {
  const { open, texts } = wire();
  const signals = open();
  signals.notify(Array.from({ length: 1000 }, () => `followed:${newId()}`));
  await signals.sent();
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) expect(text.length).toBeLessThan(8000);
  expect(texts.join(" ")).toMatch(/^(?:(?:followed:)?[0-9a-f-]{36} ?)+$/u);
});

test("when others may have been missed, everybody looks once", async () => {
  const { open, cut, mend } = wire();
  const [first, second] = [open(), open()];
  const { heard, of } = counted();
  second.listen("a", of("a"));
  cut();
  first.notify(["a"]);
  await first.sent();
  expect(heard).toEqual([]);
  mend();
  expect(heard).toEqual(["a"]);
});

test("lesson 18: who waits looks by itself sooner while others are not heard", () => {
  const { open, cut } = wire();
  const signals = open();
  const heard = signals.lookAfterMs();
  cut();
  expect(signals.lookAfterMs()).toBeLessThan(heard / 5);
});

test("a bell keeps a signal that comes between two waits, and rings no more when it has ended", async () => {
  const signals = openSignals({ open: null, newId });
  const bell = bellOf(signals, ["a", "b"]);
  signals.notify(["a"]);
  signals.notify(["b"]);
  await bell.rung(1_000_000);
  const second = bell.rung(1_000_000);
  signals.notify(["b"]);
  await second;
  bell.end();
  signals.notify(["a"]);
  let isOver = false;
  const third = bell.rung(30).then(() => {
    isOver = true;
  });
  await Promise.resolve();
  expect(isOver).toBe(false);
  await third;
});
