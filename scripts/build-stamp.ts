import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SOURCES = [
  "app",
  "components",
  "lib",
  "prisma",
  "public",
  "scripts/build.ts",
  "scripts/eager-modules.ts",
  "scripts/equal-chunks.ts",
  "instrumentation.ts",
  "instrumentation-client.ts",
  "next.config.mjs",
  "proxy.ts",
  "package-lock.json",
  "postcss.config.mjs",
  "tsconfig.json",
];

/** Where a build leaves what it was made of. */
export const stampFile = (root: string): string => join(root, ".next/parley-build");

/**
 * Whether a source is not as it was when the last build began.
 *
 * Times are looked at first. A file that is newer and holds the same, as after `npm prune` or another branch and back,
 * needs no build.
 */
export function needsBuild(root: string = join(import.meta.dirname, "..")): boolean {
  const stamp = stampFile(root);
  if (!existsSync(stamp)) return true;
  const builtAtMs = statSync(stamp).mtimeMs;
  if (SOURCES.every((path) => newest(join(root, path)) <= builtAtMs)) return false;
  const lookedAt = new Date();
  if (readFileSync(stamp, "utf8") !== contentsOf(root)) return true;
  utimesSync(stamp, lookedAt, lookedAt);
  return false;
}

/** What the sources hold, as one short line. */
export function contentsOf(root: string): string {
  const hash = createHash("sha256");
  for (const path of SOURCES.flatMap((source) => filesOf(root, source))) {
    hash.update(`${path}\0`);
    hash.update(readFileSync(join(root, path)));
    hash.update("\0");
  }
  return `${hash.digest("hex")}\n`;
}

/** Notes a build that began at a time from such contents. */
export function writeStamp(root: string, contents: string, startedAt: Date): void {
  writeFileSync(stampFile(root), contents);
  // What changed while it ran is looked at next time.
  utimesSync(stampFile(root), startedAt, startedAt);
}

function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

/** The files at or below a path, as paths from the root, in an order that is always the same. */
function filesOf(root: string, path: string): string[] {
  const whole = join(root, path);
  if (!existsSync(whole)) return [];
  if (!statSync(whole).isDirectory()) return [path];
  return readdirSync(whole)
    .toSorted()
    .flatMap((name) => filesOf(root, join(path, name)));
}
