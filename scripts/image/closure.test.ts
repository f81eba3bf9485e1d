import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { closureOf } from "./closure.ts";

const tree = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), "parley-closure-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
};

test("follows what is imported, now and later, and leaves out types, comments and Node's own", () => {
  const root = tree({
    "scripts/start.mjs": 'import { join } from "node:path";\nawait import("./serve.ts");\n',
    "scripts/serve.ts": `import { a, type B } from "../lib/a.ts";
import type { C } from "../lib/c.ts";
import { type D } from "../lib/d.ts";
// import "../lib/e.ts";
export { f } from "pkg/deep";
const later = () => import("@scope/later");
`,
    "lib/a.ts": 'import "./side.ts";\nimport {\n  x,\n  y,\n} from "zod";\n',
    "lib/side.ts": 'import { x } from "./a.ts";\n',
  });
  expect(closureOf(root, ["scripts/start.mjs"])).toEqual({
    files: ["lib/a.ts", "lib/side.ts", "scripts/serve.ts", "scripts/start.mjs"],
    packages: ["@scope/later", "pkg/deep", "zod"],
  });
  rmSync(root, { recursive: true });
});

test("an import of nothing is an error that names it", () => {
  const root = tree({ "a.ts": 'import "./missing.ts";' });
  expect(() => closureOf(root, ["a.ts"])).toThrow("missing.ts is imported and not there");
  rmSync(root, { recursive: true });
});

test("what the server starts outside of Next is among what follows from the image's ways in", () => {
  const root = join(import.meta.dirname, "../..");
  const { files, packages } = closureOf(root, [
    "scripts/start.mjs",
    "lib/db/pglite/worker.ts",
    "lib/templates/thread.ts",
  ]);
  expect(files).toEqual(
    expect.arrayContaining(["scripts/serve.ts", "lib/db/directory-lock.ts", "lib/domain/errors.ts"]),
  );
  expect(files.filter((file) => file.includes(".test."))).toEqual([]);
  expect(packages).toEqual(expect.arrayContaining(["@electric-sql/pglite", "zod"]));
});
