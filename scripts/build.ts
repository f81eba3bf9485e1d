// npm run build: the Next build, and an empty migrated database that a first start copies instead of making one.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isOnVercel } from "../lib/server/vercel-settings.ts";

const root = join(import.meta.dirname, "..");
const stamp = join(root, ".next/parley-build");
const SOURCES = [
  "app",
  "components",
  "lib",
  "prisma",
  "public",
  "scripts/build.ts",
  "instrumentation.ts",
  "instrumentation-client.ts",
  "next.config.mjs",
  "proxy.ts",
  "package-lock.json",
  "postcss.config.mjs",
  "tsconfig.json",
];

function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

/** Whether a source has changed since the last build. */
export const needsBuild = (): boolean =>
  !existsSync(stamp) || SOURCES.some((path) => newest(join(root, path)) > statSync(stamp).mtimeMs);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const startedAt = new Date();
  const next = fileURLToPath(import.meta.resolve("next/dist/bin/next"));
  rmSync(stamp, { force: true });
  const { status } = spawnSync(process.execPath, [next, "build"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
  });
  if (status !== 0) process.exit(status ?? 1);

  // Functions have a PostgreSQL, and a build for them opens no database.
  if (isOnVercel(process.env)) process.exit(0);
  // Loaded here: a start that only asks whether to build does without the database's modules.
  const { openDatabase } = await import("../lib/db/database.ts");
  const { templateFolder } = await import("../lib/db/pglite/folder.ts");
  const part = join(root, ".next/template-part");
  rmSync(part, { recursive: true, force: true });
  rmSync(templateFolder(root), { recursive: true, force: true });
  const database = await openDatabase({ dataDir: part, root });
  await database.close();
  renameSync(join(part, "pgdata"), templateFolder(root));
  rmSync(part, { recursive: true, force: true });
  // The time it began: what changed while it ran is built next time.
  writeFileSync(stamp, `${startedAt.toISOString()}\n`);
  utimesSync(stamp, startedAt, startedAt);
}
