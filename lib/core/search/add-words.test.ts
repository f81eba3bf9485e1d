import { expect, test } from "vitest";
import { keepWords } from "./add-words.ts";

const HOUR_MS = 3600_000;

function kept() {
  const state = { now: 0, turns: 0, asked: 0 };
  const runner = { count: () => state.turns, soon: () => void state.asked++, isDraining: () => false };
  // Nothing is asked of the database before the work is begun.
  const words = keepWords({ database: {}, runner, now: () => state.now } as unknown as Parameters<typeof keepWords>[0]);
  return { state, words };
}

test("words are added while somebody has the app open, or had it within a day, and else by who searches", async () => {
  const { state, words } = kept();
  await words.sweep();
  expect(state.asked).toBe(0);
  words.noteOpenApp();
  await words.sweep();
  state.now += 23 * HOUR_MS;
  await words.sweep();
  expect(state.asked).toBe(2);
  state.now += 2 * HOUR_MS;
  await words.sweep();
  expect(state.asked).toBe(2);
});

test("words wait while many turns run, but not for ever", async () => {
  const { state, words } = kept();
  words.noteOpenApp();
  state.turns = 9;
  for (let n = 0; n < 60; n++) await words.sweep();
  expect(state.asked).toBe(0);
  await words.sweep();
  expect(state.asked).toBe(1);
  await words.sweep();
  expect(state.asked).toBe(1);
  state.turns = 8;
  await words.sweep();
  expect(state.asked).toBe(2);
});
