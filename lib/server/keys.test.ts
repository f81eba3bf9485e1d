import { expect, test } from "vitest";
import { hashKey, keyHint, newKey, randomText } from "./keys.ts";

test("a random text is as long as asked, of letters and digits that nobody mixes up", () => {
  for (const length of [0, 1, 40, 1000])
    expect(randomText(length)).toMatch(new RegExp(`^[A-HJ-NP-Za-km-z2-9]{${length}}$`, "u"));
});

test("every character is as likely as every other", () => {
  const size = 200_000;
  const counts = new Map<string, number>();
  for (const character of randomText(size)) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(counts.size).toBe(57);
  const expected = size / 57;
  const chi = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 56 degrees of freedom: more than 130 happens once in ten million times.
  expect(chi).toBeLessThan(130);
});

test("no two keys are equal", () => {
  expect(new Set(Array.from({ length: 1000 }, newKey)).size).toBe(1000);
});

test("a hint shows little of a key", () => {
  const key = newKey();
  expect(keyHint(key)).toBe(`${key.slice(0, 6)}…${key.slice(-2)}`);
});

test.each(["12345678", "a short key 123"])("a hint of the short key %j does not give it away", (key) => {
  expect(keyHint(key).replace("…", "").length).toBeLessThanOrEqual(key.length / 4);
});

test("a key is stored as its SHA-256", () => {
  expect(hashKey("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
