import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** What the rules of a selector say, one after the other. */
const rulesOf = (css: string, selector: string) =>
  [...css.matchAll(/([^{}]+)\{([^{}]*)\}/gu)].flatMap(([, head = "", body = ""]) =>
    head.split(",").some((one) => one.trim() === selector) ? [body] : [],
  );

test("lesson 32: pages are as high as what is seen of them, fields are not magnified, and readers may magnify", () => {
  const sheets = readdirSync(join(root, "components"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".css"),
  );
  const all = sheets
    .map((name) => read(join("components", name)))
    .join("\n")
    .replaceAll(/\/\*.*?\*\//gsu, "");
  expect(rulesOf(all, ".frame-main").join()).toContain("100dvh");
  expect(all).not.toMatch(/\b100vh\b/u);
  expect(rulesOf(all, ".composer").join()).toContain("env(safe-area-inset-bottom)");
  for (const selector of [".composer-text", ".call-form-text", ".field input", ".waiting-field"]) {
    for (const [, size] of rulesOf(all, selector)
      .join()
      .matchAll(/font-size: ([\d.]+)px/gu)) {
      expect(Number(size), selector).toBeGreaterThanOrEqual(selector === ".call-form-text" ? 13.5 : 16);
    }
  }
  const layout = read("app/layout.tsx");
  expect(layout).toContain('interactiveWidget: "resizes-content"');
  expect(layout).not.toMatch(/maximumScale|userScalable/u);
});

test("interface: keys are shown to nobody who touches", () => {
  const touched = (path: string) => read(path).split("@media (pointer: coarse)").slice(1).join();
  expect(rulesOf(touched("components/ui/ui.css"), ".key").join()).toContain("display: none");
  expect(rulesOf(touched("components/conversation/composer.css"), ".composer-send::after").join()).toContain(
    "content: none",
  );
});
