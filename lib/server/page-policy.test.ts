import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { pagePolicy, SONNER_STYLES } from "./page-policy.ts";

test("S6: scripts of a page run by their nonce alone", () => {
  const policy = new Map(
    pagePolicy("abc", false)
      .split("; ")
      .map((part) => [part.split(" ")[0], part]),
  );
  expect(policy.get("script-src")).toBe("script-src 'self' 'nonce-abc' 'strict-dynamic'");
  expect([...policy.values()].filter((part) => part.includes("unsafe"))).toEqual([]);
  for (const name of ["object-src", "base-uri", "frame-ancestors"]) {
    expect(policy.get(name)).toBe(`${name} 'none'`);
  }
  expect(policy.get("img-src")).toBe("img-src 'self' data: blob:");
  for (const name of ["frame-src", "worker-src"]) expect(policy.get(name)).toBe(`${name} 'self'`);
  expect(policy.get("form-action")).toBe("form-action 'self'");
});

test("S6: the styles that the notices bring are those that the policy knows", async () => {
  let styles = "";
  const element = {
    appendChild(text: string) {
      styles = text;
    },
  };
  vi.stubGlobal("document", {
    head: { appendChild: () => {} },
    createElement: () => element,
    createTextNode: (text: string) => text,
  });
  vi.resetModules();
  await import("sonner");
  vi.unstubAllGlobals();
  expect(`sha256-${createHash("sha256").update(styles).digest("base64")}`).toBe(SONNER_STYLES);
});

test("S6: no component writes a style into the page's text, which the policy would drop", () => {
  const files = ["app", "components"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  const styled = files.filter(
    (file) => file.endsWith(".tsx") && /\sstyle=\{|<style\b/u.test(readFileSync(file, "utf8")),
  );
  expect(styled).toEqual([]);
});
