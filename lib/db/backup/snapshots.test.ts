import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listSnapshots, nameOf, offer, pruneSnapshots, readManifest } from "./snapshots.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "parley-snapshots-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const HOUR = 60 * 60 * 1000;
const START = Date.parse("2026-11-27T00:00:00.000Z");
const make = (...hours: readonly number[]) => {
  for (const hour of hours) writeFileSync(join(dir, nameOf(new Date(START + hour * HOUR))), "");
};
const left = () => listSnapshots(dir).map(({ takenAt }) => (takenAt.getTime() - START) / HOUR);

test("snapshots are listed by their time, and nothing else is one", () => {
  make(6, 0, 12);
  writeFileSync(join(dir, "parley-later.tar.gz"), "");
  writeFileSync(join(dir, `${nameOf(new Date(START))}.part`), "");
  expect(left()).toEqual([0, 6, 12]);
  expect(listSnapshots(join(dir, "nothing"))).toEqual([]);
});

test("the oldest go where there are more than are kept", async () => {
  make(0, 6, 12, 18, 24);
  await pruneSnapshots(dir, 3);
  expect(left()).toEqual([12, 18, 24]);
});

test("starts in a row do not push the days before out: of those within an hour the last is kept", async () => {
  make(0, 6, 12, 18, 18.1, 18.2, 18.3, 18.4);
  await pruneSnapshots(dir, 4);
  expect(left()).toEqual([0, 6, 12, 18.4]);
});

test("the newest is never deleted", async () => {
  make(0, 0.1);
  await pruneSnapshots(dir, 1);
  expect(left()).toEqual([0.1]);
});

test("the newest is offered, and where there is none nothing is", () => {
  expect(offer(dir)).toBe("");
  make(0, 6);
  expect(offer(dir)).toContain('The last good snapshot is of 2026-11-27T06:00:00.000Z: "npm run restore -- --last"');
});

test("what is no snapshot is refused by its name", async () => {
  make(0);
  const [name = ""] = readdirSync(dir);
  await expect(readManifest(join(dir, name))).rejects.toThrow(`${name} is no snapshot that can be read`);
  await expect(readManifest(join(dir, "nothing"))).rejects.toThrow("ENOENT");
});
