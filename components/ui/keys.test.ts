import { expect, test } from "vitest";
import { isPlain } from "./keys";

const press = (key: string, held: Partial<KeyboardEvent> = {}) =>
  isPlain({ key, ctrlKey: false, altKey: false, metaKey: false, ...held } as KeyboardEvent); // no more of it is read

test("16: brackets lead to other versions also where a keyboard writes them with Alt or AltGr", () => {
  expect([press("["), press("]", { altKey: true }), press("[", { altKey: true, ctrlKey: true })]).toEqual([
    true,
    true,
    true,
  ]);
  expect([press("[", { ctrlKey: true }), press("[", { metaKey: true }), press("e", { altKey: true })]).toEqual([
    false,
    false,
    false,
  ]);
});
