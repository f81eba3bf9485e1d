import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isNeeded, pruneTraces } from "./traces.ts";

test.each([
  ["lib/ingest/child.ts", true],
  ["lib/ingest/html.test.ts", false],
  ["lib/templates/thread.ts", true],
  ["prisma/migrations/20260101000000_start/migration.sql", true],
  [".next/server/chunks/a.js", true],
  [".next/server/chunks/a.js.map", false],
  [".next/pgdata-template/PG_VERSION", false],
  [".next/compile-cache/x", false],
  ["node_modules/pdfjs-dist/cmaps/90ms-RKSJ-H.bcmap", true],
  ["node_modules/pg/lib/index.js", true],
  ["node_modules/pg/lib/index.d.ts", false],
  ["node_modules/sharp/lib/index.js", false],
  ["node_modules/@electric-sql/pglite/dist/pglite.wasm", false],
  ["data/pgdata/base/1/1", false],
  ["data/api-key", false],
  [".env", false],
  ["public/favicon.svg", false],
  ["../elsewhere/file", false],
])("a function takes %s along: %s", (path, isTaken) => {
  expect(isNeeded(path)).toBe(isTaken);
});

test("what is pruned from a trace leaves its hashes and links where their files are", () => {
  const root = mkdtempSync(join(tmpdir(), "parley-traces-"));
  const server = join(root, ".next/server");
  mkdirSync(server, { recursive: true });
  const file = join(server, "x.js.nft.json");
  const files = ["../../data/secret", "chunks/a.js", "../../.env", "../../node_modules/pg", "chunks/a.js"];
  const trace = { version: 1, files, fileHashes: ["0", "1", "2", "3", "1"], symlinks: [[3, "../../elsewhere"]] };
  writeFileSync(file, JSON.stringify(trace));
  pruneTraces(root, join(root, ".next"));
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
    version: 1,
    files: ["chunks/a.js", "../../node_modules/pg"],
    fileHashes: ["1", "3"],
    symlinks: [[1, "../../elsewhere"]],
  });
});
