import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ownServer } from "../core/host.ts";
import { openCounts } from "./counts.ts";
import type { Count } from "./taken.ts";

// What is kept in memory needs no database.
const database = { kind: "pglite" } as never;
const MINUTE_MS = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open() {
  const { limit, consumeAll, reservation, standing } = openCounts({
    host: ownServer,
    database,
    redis: null,
    log: { warn() {} },
  });
  const tokens = limit("tokens", 10_000, { what: "tokens", isKept: false });
  const counts = (points: number): Count[] => [{ limit: tokens, name: "a", points, isShown: false }];
  const take = async (tokens: number) =>
    reservation({ tokens, counts, reserved: await consumeAll(counts(tokens), () => {}), turns: null });
  const resume = (tokens: number, reserved: number) => reservation({ tokens, counts, reserved, turns: null });
  const used = async () => {
    await vi.advanceTimersByTimeAsync(0);
    return (await standing(tokens, "a"))?.used;
  };
  return { take, resume, used };
}

test("what a step takes after a limit has begun anew is given back there, and no more", async () => {
  const { take, used } = open();
  const turn = await take(1000);
  await vi.advanceTimersByTimeAsync(MINUTE_MS + 1);
  await take(300);
  await turn.cover(3000);
  expect(await used()).toBe(2300);
  turn.settle(100, true);
  expect(await used()).toBe(300);
});

test("what was used beyond what is set aside counts where the limit counts now", async () => {
  const { take, used } = open();
  const [within, after] = [await take(1000), await take(1000)];
  within.settle(1500, true);
  expect(await used()).toBe(2500);
  await vi.advanceTimersByTimeAsync(MINUTE_MS + 1);
  await after.cover(1100);
  after.settle(1200, true);
  expect(await used()).toBe(200);
});

test("a turn that another process began gives back what this one took in the limit of now", async () => {
  const { resume, take, used } = open();
  await take(50);
  const late = resume(1000, Date.now() - 2 * MINUTE_MS);
  await late.cover(1500);
  expect(await used()).toBe(550);
  late.settle(10, true);
  expect(await used()).toBe(50);
  await take(1000);
  resume(1000, Date.now()).settle(10, true);
  expect(await used()).toBe(60);
});

test("two calls of one piece of work that are covered at once set aside no more than both ask for", async () => {
  const { take, used } = open();
  const work = await take(1000);
  await Promise.all([work.cover(1500), work.cover(1800)]);
  expect(await used()).toBe(1800);
  await expect(work.cover(20_000)).rejects.toMatchObject({ code: "rate-limited" });
  work.settle(70, true);
  expect(await used()).toBe(70);
});
