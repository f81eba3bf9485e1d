import { expect, test } from "vitest";
import type { SessionSummary } from "@/lib/dialects/llamacloud/answers.ts";
import { groupSessions } from "./session-groups";
import { createSessionStore, merge, provisionalTitle, titleOf } from "./session-store";

const now = Date.parse("2026-11-21T12:00:00Z");
const session = (id: string, at: string, more: Partial<SessionSummary> = {}): SessionSummary => ({
  session_id: id,
  last_updated_at: at,
  generated_title: id,
  index_ids: null,
  job_metadata: null,
  ...more,
});

test("groups by pin, day, week and month, in that order", () => {
  const items = merge(
    [],
    [
      session("today", "2026-11-21T08:00:00.000Z"),
      session("yesterday", "2026-11-20T23:00:00.000Z"),
      session("week", "2026-11-16T08:00:00.000Z"),
      session("october", "2026-10-02T08:00:00.000Z"),
      session("last year", "2025-10-02T08:00:00.000Z"),
      session("pinned", "2024-01-01T08:00:00.000Z", { pinned: true }),
      session("archived", "2026-11-21T08:00:00.000Z", { archived: true }),
    ],
  );
  expect(groupSessions(items, now, "UTC").map((group) => `${group.title}: ${group.items.map(titleOf)}`)).toEqual([
    "Pinned: pinned",
    "Today: today",
    "Yesterday: yesterday",
    "This week: week",
    "October: october",
    "October 2025: last year",
  ]);
});

test("the day is the reader's", () => {
  const late = [session("late", "2026-11-20T23:30:00.000Z")];
  expect(groupSessions(late, now, "UTC")[0]?.title).toBe("Yesterday");
  expect(groupSessions(late, now, "Asia/Tokyo")[0]?.title).toBe("Today");
});

test("16: the month and the year are the reader's too: no session stands under another month, and none twice", () => {
  const items = [
    session("in november", "2026-11-05T12:00:00.000Z"),
    session("as november begins there", "2026-10-31T23:30:00.000Z"),
    session("in october", "2026-10-15T12:00:00.000Z"),
    session("as the year begins there", "2025-12-31T23:30:00.000Z"),
  ];
  const groups = groupSessions(items, now, "Europe/Berlin");
  expect(groups.map((group) => `${group.title}: ${group.items.map(titleOf)}`)).toEqual([
    "November: in november,as november begins there",
    "October: in october",
    "January: as the year begins there",
  ]);
});

test("pages and news merge by id, newest change first, and keep the provisional title", () => {
  const store = createSessionStore({ items: [session("a", "2026-01-01T00:00:00.000Z")], next_page_token: "t" });
  store.patch("a", { provisional_title: "First words" });
  store.take([
    session("b", "2026-01-02T00:00:00.000Z"),
    session("a", "2026-01-03T00:00:00.000Z", { generated_title: null }),
  ]);
  expect(store.get().items.map((item) => item.session_id)).toEqual(["a", "b"]);
  expect(titleOf(store.find("a"))).toBe("First words");
});

test("16: a session in which nothing is said any more leaves the list, and is not deleted", () => {
  const store = createSessionStore({ items: [session("a", "2026-01-01T00:00:00.000Z")], next_page_token: null });
  store.takeNews({ items: [], unlisted: ["a"], deleted: [] });
  expect([store.get().items, store.get().gone.has("a")]).toEqual([[], false]);
  store.takeNews({ items: [session("a", "2026-01-02T00:00:00.000Z")], unlisted: [], deleted: [] });
  expect(store.get().items).toHaveLength(1);
});

test("a provisional title is cut between words", () => {
  expect(provisionalTitle("  One\n two ")).toBe("One two");
  const long = provisionalTitle("word ".repeat(40));
  expect(long.length).toBeLessThanOrEqual(61);
  expect(long).toMatch(/word…$/);
});

test("C19: what other tabs did is taken in: renamed, pinned, archived, made, deleted", () => {
  const old = "2026-01-01T00:00:00.000Z";
  const page = ["a", "b", "c", "d"].map((id) => session(id, old));
  const store = createSessionStore({ items: page, next_page_token: null });
  store.setLeaving("d", true);
  store.takeNews({
    items: [
      session("a", old, { generated_title: "Renamed" }),
      session("b", old, { pinned: true }),
      session("new", "2026-01-02T00:00:00.000Z", { running_run_id: "run" }),
    ],
    deleted: ["c", "d"],
  });
  const { items, gone, leaving } = store.get();
  expect(items.map((item) => item.session_id)).toEqual(["new", "b", "a"]);
  expect([titleOf(store.find("a")), store.find("b")?.pinned]).toEqual(["Renamed", true]);
  expect([[...gone], [...leaving]]).toEqual([["c", "d"], []]);

  store.takeNews({ items: [session("b", old, { archived: true })], deleted: [] });
  expect(groupSessions(store.get().items, now, "UTC").flatMap((group) => group.items.map(titleOf))).toEqual([
    "new",
    "Renamed",
  ]);
});

test("C19: an answer that comes late does not bring a deleted session back, but one made anew is there", () => {
  const store = createSessionStore({ items: [session("a", "2026-01-01T00:00:00.000Z")], next_page_token: null });
  store.takeNews({ items: [], deleted: ["a", "never listed"] });
  store.take([session("a", "2026-01-01T00:00:00.000Z")]);
  expect(store.find("a")).toBeNull();
  store.takeNews({ items: [session("a", "2026-01-03T00:00:00.000Z")], deleted: [] });
  expect([store.find("a")?.session_id, store.get().gone.has("a")]).toEqual(["a", false]);
});

test("C19: a list that is read anew holds what the server has, and no more", () => {
  const store = createSessionStore({ items: [session("a", "2026-01-01T00:00:00.000Z")], next_page_token: "old" });
  store.replace({ items: [session("b", "2026-01-02T00:00:00.000Z")], next_page_token: "next" });
  expect(store.get()).toMatchObject({ items: [{ session_id: "b" }], nextPageToken: "next" });
});

test("archived sessions are read page by page beside the list, and anew where nobody knows what has changed", () => {
  const old = "2026-11-01T08:00:00.000Z";
  const store = createSessionStore({ items: [session("a", old)], next_page_token: "more" });
  expect(store.get().archived.isBegun).toBe(false);
  store.takeArchived({ items: [session("b", old, { archived: true })], next_page_token: "t" });
  expect(store.get()).toMatchObject({ nextPageToken: "more", archived: { isBegun: true, nextPageToken: "t" } });
  expect(groupSessions(store.get().items, now).flatMap(({ items }) => items.map(titleOf))).toEqual(["a"]);
  store.patch("b", { archived: false });
  expect(groupSessions(store.get().items, now).flatMap(({ items }) => items.map(titleOf))).toEqual(["b", "a"]);
  store.replace({ items: [], next_page_token: null });
  expect(store.get().archived).toEqual({ isBegun: false, loading: "no", nextPageToken: null });
});
