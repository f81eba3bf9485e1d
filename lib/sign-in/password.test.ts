import { expect, test } from "vitest";
import { fitsPassword, hashPassword, STAND_IN } from "./password.ts";

test("a password fits its own hash and no other", async () => {
  const stored = await hashPassword("correct horse");
  expect(await fitsPassword(stored, "correct horse")).toBe(true);
  expect(await fitsPassword(stored, "correct hors")).toBe(false);
});

test("no password fits where there is no hash", async () => {
  expect(await fitsPassword(null, "")).toBe(false);
  expect(await fitsPassword(null, STAND_IN)).toBe(false);
});

test("C22: what stands in for a missing hash is no promise that may fail, and costs what a hash costs", async () => {
  const cost = (hash: string) => hash.split("$").slice(0, 4);
  expect(cost(STAND_IN)).toEqual(cost(await hashPassword("x")));
});

test("a hash is Argon2id at the cost that OWASP asks for, with a salt of its own", async () => {
  const [one, two] = [await hashPassword("x"), await hashPassword("x")];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/u);
  expect(one).not.toBe(two);
});

test("somebody unknown takes about as long as a wrong password", async () => {
  const stored = await hashPassword("x");
  await fitsPassword(null, "warm");
  const time = async (hash: string | null) => {
    const times: number[] = [];
    for (let n = 0; n < 5; n++) {
      const startedAt = performance.now();
      await fitsPassword(hash, "wrong");
      times.push(performance.now() - startedAt);
    }
    return Math.min(...times);
  };
  // Without the stand-in it would be a thousand times faster.
  expect(await time(null)).toBeGreaterThan((await time(stored)) / 5);
});
