import { expect, test } from "vitest";
import { loopTurn } from "./loop-turn";

test("16: whoever waits for a turn of the event loop gets one of its own", async () => {
  let turn = 0;
  let isOver = false;
  const count = () => {
    turn++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const got = await Promise.all(Array.from({ length: 5 }, () => loopTurn().then(() => turn)));
  isOver = true;
  expect(new Set(got).size).toBe(5);
  expect(got).toEqual(got.toSorted((a, b) => a - b));
});
