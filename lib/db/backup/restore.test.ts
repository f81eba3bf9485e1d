import { expect, test } from "vitest";
import { tellRestored } from "./restore.ts";

const manifest = {
  takenAt: "2026-11-27T06:00:00.000Z",
  server: 180000,
  migration: "",
  counts: { Message: 10, Session: 2 },
};

test("what is lost is said table by table where the database of before opens", () => {
  const counts = { Message: 13, Session: 2, Doc: 1 };
  expect(tellRestored({ manifest, before: "/d/pgdata.before-x", rowsBefore: { counts } })).toEqual([
    "Restored the snapshot of 2026-11-27T06:00:00.000Z: 12 rows, 2 sessions and 10 messages among them.",
    "The database that was there is kept in /d/pgdata.before-x. Delete it when you miss nothing.",
    "Lost: what was written after 2026-11-27T06:00:00.000Z. Message has 10 rows instead of 13, Doc has no rows instead of 1.",
  ]);
});

test("rows that were changed alone are not told apart, which is said; and where there was nothing, nothing is lost", () => {
  const told = tellRestored({ manifest, before: "/d/b", rowsBefore: { counts: manifest.counts } });
  expect(told.at(-1)).toBe(
    "Lost: what was written after 2026-11-27T06:00:00.000Z; each table has as many rows as before.",
  );
  expect(tellRestored({ manifest, before: null, rowsBefore: null })).toHaveLength(1);
});
