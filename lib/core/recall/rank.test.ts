import { expect, test } from "vitest";
import { fingerprint } from "./fingerprint.ts";
import { diverse, dot, unit } from "./rank.ts";
import { trigramMatcher } from "./trigrams.ts";

/** Numbers that look like chance and are the same in each run. */
function chance(seed: number) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32 - 0.5;
  };
}
const vectorOf = (next: () => number, length: number) => Array.from({ length }, next);

function differences(a: string, b: string): number {
  let count = 0;
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) count++;
  return count;
}

// Counts of pg_trgm (`select similarity('harbour', 'harbuor')`).
test.each([
  [["harbour"], "harbour", 1],
  [["harbour"], "harbuor", 4 / 12],
  [["apples", "harbour"], "harbuor", 4 / 12],
  [["a"], "b", 0],
  [["word"], "words", 4 / 7],
  [["anna", "banana"], "ananas", 2 / 9],
  [[], "word", 0],
])("what %j and %s have in common", (asked, word, expected) => {
  const likeness = trigramMatcher(asked);
  expect(likeness(word)).toBeCloseTo(expected, 10);
  expect(likeness(word)).toBeCloseTo(expected, 10);
});

test("C6: each pair of candidates is compared once", () => {
  let reads = 0;
  const counting = new Proxy(unit([1, 2, 3]), {
    get(target, key) {
      if (key === "length") reads++;
      return Reflect.get(target, key);
    },
  });
  const candidates = Array.from({ length: 60 }, (_, n) => ({ id: `${n}`, score: 1 - n / 100 }));
  const vectors = new Map(candidates.map(({ id }) => [id, counting]));
  const picked = diverse(candidates, vectors, 50, 0.5);
  expect([picked.length, picked[0]?.id]).toEqual([50, "0"]);
  // A comparison reads the length once for each of its three numbers, and once more.
  expect(reads / 4).toBeLessThan(60 * 50);
});

test("what is like a pick comes behind what is unlike", () => {
  const vectors = new Map([
    ["a", unit([1, 0])],
    ["b", unit([1, 0.1])],
    ["c", unit([0, 1])],
  ]);
  const candidates = [
    { id: "a", score: 0.9 },
    { id: "b", score: 0.89 },
    { id: "c", score: 0.5 },
  ];
  const ids = (strength: number) => diverse(candidates, vectors, 3, strength).map(({ id }) => id);
  expect([ids(0), ids(0.5)]).toEqual([
    ["a", "b", "c"],
    ["a", "c", "b"],
  ]);
});

test.each([
  ["around zero", 0],
  ["all positive", 0.5],
])("C6: fingerprints of vectors %s find the nearest among the first few of hundreds", (_, shift) => {
  const next = chance(7);
  const length = 64;
  const vectors = Array.from({ length: 300 }, () => vectorOf(() => next() + shift, length));
  const prints = vectors.map(fingerprint);
  for (let n = 0; n < 3; n++) {
    const asked = unit((vectors[n * 100] ?? []).map((value) => value + next() * 0.6));
    const cosines = vectors.map((vector) => dot(asked, unit(vector)));
    const best = cosines.indexOf(Math.max(...cosines));
    const own = fingerprint(asked);
    const differing = prints.map((print) => differences(print, own));
    const nearer = differing.filter((count) => count < (differing[best] ?? 0)).length;
    expect(nearer).toBeLessThan(20);
  }
});

test("fingerprints stay as they are: they are stored", () => {
  const print = fingerprint([1, -2, 3, 0.5]);
  expect([print.length, print.slice(0, 32)]).toEqual([1024, "11011101101101010111110011010100"]);
  expect(fingerprint(Float32Array.from([1, -2, 3, 0.5]))).toBe(print);
  expect(fingerprint([0, 0])).toBe("0".repeat(1024));
});
