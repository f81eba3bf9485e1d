// Makes what is made of packages: the Prisma client, the script that shows the reference at /docs, and what draws
// formulas and diagrams.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeDrawing } from "./drawing/make.ts";

// Prisma looks for its schema engine binary first, which generating does not use and which a closed network cannot
// download: any existing file satisfies the look.
const prisma = fileURLToPath(import.meta.resolve("prisma/build/index.js"));
const { status, stderr } = spawnSync(process.execPath, [prisma, "generate"], {
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
  stdio: ["ignore", "ignore", "pipe"],
  encoding: "utf8",
});
if (status !== 0) process.stderr.write(stderr);
process.exitCode = status ?? 1;

// Ready for browsers as it is published: packed by Next it would have to be compiled at each build.
const root = join(import.meta.dirname, "..");
const packed = join(root, "node_modules/@scalar/api-reference/dist/browser/standalone.js");
if (existsSync(packed)) {
  mkdirSync(join(root, "public/reference"), { recursive: true });
  copyFileSync(packed, join(root, "public/reference/scalar.js"));
} else {
  console.log("Without development packages the page /docs stays empty; /api/openapi.json has the same.");
}

makeDrawing(root);
