import { expect, test } from "vitest";
import { scrollTo } from "./keep-in-view";

const view = { top: 100, bottom: 700 };

test("a found word that is seen whole stays where it is", () => {
  expect(scrollTo({ top: 300, bottom: 320 }, view)).toBe(0);
  expect(scrollTo({ top: 108, bottom: 128 }, view)).toBe(0);
});

test.each([
  ["half under the head", { top: 95, bottom: 115 }, -205],
  ["just under its edge", { top: 102, bottom: 122 }, -198],
  ["below what is seen", { top: 1000, bottom: 1020 }, 700],
  ["half over the lower edge", { top: 660, bottom: 680 }, 360],
])("a found word that stands %s comes to a third of the way down", (_, word, by) => {
  expect(scrollTo(word, view)).toBe(by);
});
