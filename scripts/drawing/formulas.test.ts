import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { makeDrawing } from "./make.ts";

type Plain = { tag: string; attributes: Record<string, string>; style: Record<string, string>; children: unknown[] };
type Told = { readonly id?: number; readonly root?: Plain; readonly why?: string; readonly isReady?: boolean };

/** Runs the worker's file as a worker would, and gives what it says to formulas. */
function startWorker(): (source: string, isDisplay?: boolean) => Told {
  const root = mkdtempSync(join(tmpdir(), "parley-drawing-"));
  mkdirSync(join(root, "public"));
  symlinkSync(join(import.meta.dirname, "../../node_modules"), join(root, "node_modules"));
  symlinkSync(join(import.meta.dirname, "../../scripts"), join(root, "scripts"));
  makeDrawing(root);
  const told: Told[] = [];
  const worker: { onmessage?: (event: { data: object }) => void; postMessage: (message: Told) => void } = {
    postMessage: (message) => void told.push(message),
  };
  runInNewContext(readFileSync(join(root, "public/drawing/formulas.js"), "utf8"), worker);
  expect(told.pop()).toEqual({ isReady: true });
  return (source, isDisplay = false) => {
    worker.onmessage?.({ data: { id: 1, source, isDisplay } });
    return told.pop() ?? {};
  };
}

const set = startWorker();
const text = (node: unknown): string =>
  typeof node === "string" ? node : ((node as Plain).children.map(text).join("") ?? ""); // what the worker gives

test("a formula is set as plain data with its MathML and its source", () => {
  const { id, root } = set(String.raw`\frac{a^2}{b}`);
  expect([id, root?.tag, root?.attributes.class]).toEqual([1, "span", "katex"]);
  expect(JSON.stringify(root)).toContain('"tag":"mfrac"');
  expect(text(root)).toContain(String.raw`\frac{a^2}{b}`);
  expect(set("x", true).root?.attributes.class).toBe("katex-display");
});

test("what is no formula says why", () => {
  expect(set(String.raw`\frac{a`).why).toContain("expected");
  expect(set(String.raw`\def\a{\a\a}\a`).why).toContain("Too many expansions");
  expect(set("x".repeat(6000)).why).toContain("too large");
});

test("formulas name no addresses, no handlers and no lengths that cover the page", () => {
  for (const source of [
    String.raw`\href{javascript:alert(1)}{x}`,
    String.raw`\url{https://evil.example}`,
    String.raw`\includegraphics{https://evil.example/x.png}`,
    String.raw`\htmlData{onclick=alert(1)}{x}\htmlStyle{color:red}{x}\htmlId{a}{x}\htmlClass{b}{x}`,
  ]) {
    const shown = JSON.stringify(set(source).root ?? {});
    expect(shown).not.toMatch(/"(?:href|src|id|on\w+|data-\w+)":|"tag":"(?:a|img)"/u);
  }
  expect(JSON.stringify(set(String.raw`\rule{99999em}{99999em}\kern99999em`).root)).not.toContain('"99999em"');
});
