import { expect, test } from "vitest";
import { searchConfiguration } from "./search-configuration.ts";

test("a language tag has the configuration of its language", () => {
  expect(["de-AT", "EN", "nb", "xx", ""].map(searchConfiguration)).toEqual([
    "german",
    "english",
    "norwegian",
    "simple",
    "simple",
  ]);
});

test.each(["__proto__", "constructor", "toString-US"])("C29: the language %s has none", (tag) => {
  expect(searchConfiguration(tag)).toBe("simple");
});
