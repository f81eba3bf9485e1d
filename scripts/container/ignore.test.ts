import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ignoredBy } from "./ignore.ts";

test("patterns fit as in a .dockerignore", () => {
  const isIgnored = ignoredBy("# not this\nnode_modules\n.env.*\n!.env.example\n**/*.log\ndocs/*.md\n");
  const paths = ["node_modules", "node_modules/a/b", ".env.local", "a/b.log", "c.log", "docs/a.md"];
  expect(paths.filter((path) => !isIgnored(path))).toEqual([]);
  expect([".env.example", "a/node_modules", "docs/a/b.md", "environment"].filter(isIgnored)).toEqual([]);
});

test("our .dockerignore keeps back secrets, data and what was built, and lets the sources through", () => {
  const isIgnored = ignoredBy(readFileSync(join(import.meta.dirname, "../../.dockerignore"), "utf8"));
  const kept = [
    ".env",
    ".env.local",
    ".env.production",
    "data/api-key",
    "data/secret",
    ".git/config",
    ".next/server/x.js",
  ];
  expect(kept.filter((path) => !isIgnored(path))).toEqual([]);
  const needed = ["package.json", ".npmrc", "app/page.tsx", "lib/db/prisma.ts", "prisma/schema.prisma", "public/x.svg"];
  expect([...needed, "scripts/build.ts", "next.config.mjs", "tsconfig.json", "proxy.ts"].filter(isIgnored)).toEqual([]);
});
