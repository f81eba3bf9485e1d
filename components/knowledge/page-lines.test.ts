import { expect, test } from "vitest";
import { flowing } from "./page-lines";

const LINE = "The gardener counts the ripe quinces behind the barn, and the";

test("a full line of a page goes on in the next one, at the same place", () => {
  expect(flowing(`${LINE}\nmiller the sacks.\n${LINE}\nhedge.`)).toBe(`${LINE} miller the sacks.\n${LINE} hedge.`);
});

test.each([
  ["a short line, such as a row of a table", "Row Value\nrow 0 0"],
  ["a paragraph", `${LINE}\n\nAnother`],
  ["an entry of a list", `${LINE}\n- one\n– two\n3. three`],
  ["a script without spaces between words", `${"梨".repeat(70)}\n梨`],
])("%s ends where it ended", (_, text) => {
  expect(flowing(text)).toBe(text);
});
