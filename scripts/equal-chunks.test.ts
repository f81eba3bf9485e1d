import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { joinEqualChunks } from "./equal-chunks.ts";

test("of chunks that hold the same one stays, and is named wherever another was", () => {
  const output = outputOf({
    "server/chunks/[root]__a._.js": "module.exports=[1,2]\n//# sourceMappingURL=a.map",
    "server/chunks/[root]__b._.js": "module.exports=[1,2]\n//# sourceMappingURL=b.map",
    "server/chunks/[root]__b._.js.map": "{}",
    "server/chunks/lib_c.js": "module.exports=[3]",
    "server/app/x/route.js": 'R.c("server/chunks/[root]__b._.js")\nR.c("server/chunks/lib_c.js")',
    "server/app/x/route.js.nft.json": JSON.stringify({
      files: ["../../chunks/[root]__a._.js", "../../chunks/[root]__b._.js", "../../chunks/lib_c.js"],
      fileHashes: ["a", "a", "c"],
    }),
  });
  expect(joinEqualChunks(output).files).toBe(1);
  expect(existsSync(join(output, "server/chunks/[root]__a._.js"))).toBe(true);
  expect(existsSync(join(output, "server/chunks/[root]__b._.js"))).toBe(false);
  expect(existsSync(join(output, "server/chunks/[root]__b._.js.map"))).toBe(false);
  expect(textOf(output, "server/app/x/route.js")).toBe(
    'R.c("server/chunks/[root]__a._.js")\nR.c("server/chunks/lib_c.js")',
  );
  expect(JSON.parse(textOf(output, "server/app/x/route.js.nft.json"))).toEqual({
    files: ["../../chunks/[root]__a._.js", "../../chunks/lib_c.js"],
    fileHashes: ["a", "c"],
  });
});

test("chunks that become equal by naming the same chunk are joined too", () => {
  const output = outputOf({
    "server/chunks/a1.js": "module.exports=[1]",
    "server/chunks/a2.js": "module.exports=[1]",
    "server/chunks/b1.js": 'module.exports=["server/chunks/a1.js"]',
    "server/chunks/b2.js": 'module.exports=["server/chunks/a2.js"]',
    "server/app/route.js": 'R.c("server/chunks/b2.js")',
  });
  expect(joinEqualChunks(output).files).toBe(2);
  expect(textOf(output, "server/app/route.js")).toBe('R.c("server/chunks/b1.js")');
  expect(joinEqualChunks(output).files).toBe(0);
});

test("equal chunks of pages and of routes, which lie in two folders, stay apart; so does long text that is no name", () => {
  const long = "A".repeat(500_000);
  const output = outputOf({
    "server/chunks/a.js": "module.exports=[1]",
    "server/chunks/ssr/b.js": "module.exports=[1]",
    "server/chunks/text.js": `module.exports=["${long}"]`,
  });
  expect(joinEqualChunks(output).files).toBe(0);
  expect(joinEqualChunks(join(output, "nothing-here"))).toEqual({ files: 0, bytes: 0 });
});

function outputOf(files: Readonly<Record<string, string>>): string {
  const output = mkdtempSync(join(tmpdir(), "parley-chunks-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(output, name)), { recursive: true });
    writeFileSync(join(output, name), text);
  }
  return output;
}

const textOf = (output: string, name: string): string => readFileSync(join(output, name), "utf8");
