import { expect, test } from "vitest";
import {
  type Attachment,
  arrived,
  attachmentOf,
  countInWords,
  faultOf,
  imageAddress,
  isAlone,
  isPending,
  withinCount,
} from "./attachment";

const LIMITS = { each: 25_000_000, most: 10 };
const FILE = { id: "f", name: "a.csv", media_type: "text/csv", size: 5 };
const of = (progress: Attachment["progress"]): Attachment => ({ ...attachmentOf(FILE), progress });

test("a file over the limit says so before it is sent", () => {
  expect(faultOf({ size: 25_000_000 }, LIMITS)).toBeNull();
  expect(faultOf({ size: 32_400_000 }, LIMITS)).toBe("Too large: 32 MB. A file may have 25 MB.");
});

test.each([
  [3, 0, 3, null],
  [3, 8, 2, "A message may have 10 files. One was left out."],
  [5, 10, 0, "A message may have 10 files. 5 were left out."],
])("of %d files beside %d there is room for %d", (count, present, taken, words) => {
  const files = Array.from({ length: count }, (_, n) => n);
  expect(withinCount(files, present, LIMITS)).toEqual({ taken: files.slice(0, taken), words });
});

test("what is on the way is pending, and what has arrived is sent", () => {
  const all = [
    of({ kind: "waiting" }),
    of({ kind: "sending", share: 0.5 }),
    of({ kind: "done", file: FILE }),
    of({ kind: "failed", why: "x", isFinal: false }),
  ];
  expect(all.map(isPending)).toEqual([true, true, false, false]);
  expect(arrived(all)).toEqual([FILE]);
  expect(countInWords(all, LIMITS)).toBe("4 of 10 files, 25 MB each. 2 are on the way.");
  expect(countInWords(all.slice(2), LIMITS)).toBe("2 of 10 files, 25 MB each");
});

test("only images that browsers show safely have an address to be shown from", () => {
  expect(imageAddress({ id: "f", media_type: "image/png" })).toBe("/api/app/files/f");
  for (const media_type of ["image/svg+xml", "text/html", "text/plain", "image/*"]) {
    expect(imageAddress({ id: "f", media_type })).toBeNull();
  }
});

test("a stored file is left alone while another attachment has it, or may come to have it", () => {
  expect(isAlone(FILE, [])).toBe(true);
  expect(isAlone(FILE, [of({ kind: "done", file: { ...FILE, id: "another" } })])).toBe(true);
  expect(isAlone(FILE, [of({ kind: "done", file: { ...FILE, name: "copy.csv" } })])).toBe(false);
  expect(isAlone(FILE, [of({ kind: "sending", share: 0.5 })])).toBe(false);
  expect(isAlone(FILE, [of({ kind: "waiting" })])).toBe(false);
});
