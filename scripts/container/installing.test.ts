import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** A file of the project and all that it imports by a path, each once. */
function reached(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, specifier = ""] of read(path).matchAll(/from "(\.[^"]+)"/gu)) {
    reached(relative(root, join(root, dirname(path), specifier)), seen);
  }
  return seen;
}

test("the Dockerfile copies what installing packages runs before it installs them", () => {
  const [before = ""] = read("Dockerfile").split("RUN npm ci");
  const copied = [...before.matchAll(/^COPY (.+) \S+$/gmu)].flatMap(([, sources = ""]) => sources.split(" "));
  const isCopied = (path: string) => copied.some((source) => path === source || path.startsWith(`${source}/`));
  const { postinstall } = JSON.parse(read("package.json")).scripts;
  const needed = [...reached(postinstall.replace("node ", "")), "scripts/drawing/diagrams.ts", "prisma/schema.prisma"];
  expect(needed.filter((path) => !isCopied(path))).toEqual([]);
});
