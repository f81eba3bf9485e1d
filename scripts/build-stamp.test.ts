import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contentsOf, needsBuild, writeStamp } from "./build-stamp.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "parley-stamp-"));
  for (const folder of ["app", "lib/db", ".next"]) mkdirSync(join(root, folder), { recursive: true });
  write("app/page.tsx", "one", 60);
  write("lib/db/rows.ts", "two", 60);
  write("package-lock.json", "{}", 60);
  for (const folder of ["app", "lib", "lib/db"]) age(folder, 60);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Sets when something was last changed, so many seconds ago; less than nothing is later than now. */
function age(path: string, seconds: number): void {
  const at = new Date(Date.now() - seconds * 1000);
  utimesSync(join(root, path), at, at);
}
function write(path: string, text: string, secondsAgo: number): void {
  writeFileSync(join(root, path), text);
  age(path, secondsAgo);
}
const build = () => writeStamp(root, contentsOf(root), new Date(Date.now() - 30_000));

test("what was never built needs a build, and what was built as it is does not", () => {
  expect(needsBuild(root)).toBe(true);
  build();
  expect(needsBuild(root)).toBe(false);
});

test("a source that holds something else needs a build, a new one and a missing one too", () => {
  build();
  write("lib/db/rows.ts", "three", 10);
  expect(needsBuild(root)).toBe(true);
  build();
  write("app/new.tsx", "", 10);
  expect(needsBuild(root)).toBe(true);
  build();
  rmSync(join(root, "app/new.tsx"));
  expect(needsBuild(root)).toBe(true);
});

test("a file that is written anew with what it held, as npm prune does with its lock, needs none", () => {
  build();
  write("package-lock.json", "{}", 10);
  expect(needsBuild(root)).toBe(false);
});

test("what changes while a build runs needs the next one", () => {
  const contents = contentsOf(root);
  write("lib/db/rows.ts", "three", 20);
  writeStamp(root, contents, new Date(Date.now() - 30_000));
  expect(needsBuild(root)).toBe(true);
});
