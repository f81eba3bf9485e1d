import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileModulesEarly } from "./eager-modules.ts";

const PUSH =
  '(globalThis.TURBOPACK||(globalThis.TURBOPACK=[])).push(["object"==typeof document?document.currentScript:void 0,';

test("each module of a chunk stands in parentheses, once", () => {
  const output = outputWith(`${PUSH}11,e=>{"a),(b";e.s=()=>1},22,33,(e,t)=>{t.x=/[)]/},44,function(e){}]);`);
  const once = `${PUSH}11,(e=>{"a),(b";e.s=()=>1}),22,33,((e,t)=>{t.x=/[)]/}),44,(function(e){})]);`;
  expect(compileModulesEarly(output)).toBe(3);
  expect(chunkIn(output)).toBe(once);
  compileModulesEarly(output);
  expect(chunkIn(output)).toBe(once);
});

test("modules of the same text are each put into parentheses", () => {
  const output = outputWith(`${PUSH}1,e=>{},2,e=>{}]);`);
  expect(compileModulesEarly(output)).toBe(2);
  expect(chunkIn(output)).toBe(`${PUSH}1,(e=>{}),2,(e=>{})]);`);
});

test("what is no list of modules, or does more, is left as it is", () => {
  for (const text of ["self.x=()=>{}", `${PUSH}{otherChunks:[]}]),(()=>{document.title="x"})();`, `${PUSH}1,e=>{`]) {
    const output = outputWith(text);
    expect(compileModulesEarly(output)).toBe(0);
    expect(chunkIn(output)).toBe(text);
  }
  expect(compileModulesEarly("/nowhere")).toBe(0);
});

function outputWith(chunk: string): string {
  const output = mkdtempSync(join(tmpdir(), "parley-modules-"));
  mkdirSync(join(output, "static/chunks"), { recursive: true });
  writeFileSync(join(output, "static/chunks/a.js"), chunk);
  return output;
}

const chunkIn = (output: string): string => readFileSync(join(output, "static/chunks/a.js"), "utf8");
