import { expect, test } from "vitest";
import { liesAbout, safeHref } from "./links";

test("only addresses a reader may follow pass", () => {
  for (const good of ["https://example.org/a", "http://example.org", "mailto:a@example.org", "tel:+1", "#note"])
    expect(safeHref(good)).toBe(good);
  for (const bad of [
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "//example.org",
    "/api/v1/chat",
    "streamdown:incomplete-link",
    "",
    undefined,
  ])
    expect(safeHref(bad)).toBeNull();
});

test("a link that names another host lies", () => {
  expect(liesAbout("https://bank.example", "https://evil.example/")).toBe(true);
  expect(liesAbout("bank.example/login", "https://evil.example/")).toBe(true);
  expect(liesAbout("example.org", "https://www.example.org/a")).toBe(false);
  expect(liesAbout("the report", "https://example.org/a")).toBe(false);
  expect(liesAbout("e.g. this", "https://example.org/a")).toBe(false);
});
