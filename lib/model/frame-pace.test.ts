import { expect, test } from "vitest";
import { framePace } from "./frame-pace.ts";

test("the first piece and one after a pause go on at once, one in between waits for its frame", () => {
  let now = 1000;
  const pace = framePace(() => now);
  expect(pace.holdMs()).toBe(0);
  pace.shown();
  now = 1005;
  expect(pace.holdMs()).toBe(28);
  now = 1033;
  expect(pace.holdMs()).toBe(0);
  now = 5000;
  expect(pace.holdMs()).toBe(0);
});
