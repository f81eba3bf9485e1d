import { expect, test } from "vitest";
import type { ListedSession } from "../sidebar/session-store";
import { titlesWith } from "./titles";

// Made as the list has them, with what matters here alone.
const session = (id: string, title: string, more: object = {}) =>
  ({ session_id: id, generated_title: title, last_updated_at: "2026-01-01T00:00:00Z", ...more }) as ListedSession;
const sessions = [
  session("1", "The queue of the lighthouse"),
  session("2", "Lighthouse keepers"),
  session("3", "A lighthouse and its queue", { archived: true }),
];
const found = (text: string, withArchived = false) =>
  titlesWith(text, sessions, { withArchived }).sessions.map(({ session_id, title_marks }) => [session_id, title_marks]);

test("offline, sessions are found by all words of their titles, which are marked in their order", () => {
  expect(found("LIGHTHOUSE queue")).toEqual([
    [
      "1",
      [
        [4, 9],
        [17, 27],
      ],
    ],
  ]);
  expect(found("lighthouse").map(([id]) => id)).toEqual(["1", "2"]);
  expect(found("lighthouse", true).map(([id]) => id)).toEqual(["1", "2", "3"]);
  expect(found("heron")).toEqual([]);
});

test("offline, quotes are passed over, and marks never cross", () => {
  expect(found("“queue” queue")).toEqual([["1", [[4, 9]]]]);
});
