import { expect, test } from "vitest";
import { sends } from "./composer-keys";

const enter = { key: "Enter", keyCode: 13, shiftKey: false, isComposing: false, isTouch: false };

test("Enter sends", () => expect(sends(enter)).toBe(true));
test("Shift and Enter breaks the line", () => expect(sends({ ...enter, shiftKey: true })).toBe(false));
test("a finger's Enter breaks the line", () => expect(sends({ ...enter, isTouch: true })).toBe(false));
test("lesson 29: Enter that ends a composition never sends, in either browser's order", () => {
  expect(sends({ ...enter, isComposing: true })).toBe(false);
  expect(sends({ ...enter, keyCode: 229 })).toBe(false);
});
