// npm run build: the Next build, and an empty migrated database that a first start copies instead of making one.
// node scripts/build.ts --image: also leaves in .next/image what a container needs, and nothing else.
import { spawnSync } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isOnVercel } from "../lib/server/vercel-settings.ts";
import { contentsOf, stampFile, writeStamp } from "./build-stamp.ts";
import { compileModulesEarly } from "./eager-modules.ts";
import { joinEqualChunks } from "./equal-chunks.ts";

const root = join(import.meta.dirname, "..");
const isForImage = process.argv.includes("--image");
const startedAt = new Date();
const contents = contentsOf(root);
const next = fileURLToPath(import.meta.resolve("next/dist/bin/next"));
rmSync(stampFile(root), { force: true });
const { status } = spawnSync(process.execPath, [next, "build"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...(isForImage ? { PARLEY_BUILD: "image" } : {}) },
});
if (status !== 0) process.exit(status ?? 1);
// The second is Next's copy of the first for an image, where it made one.
for (const output of [".next", ".next/standalone/.next"]) joinEqualChunks(join(root, output));
compileModulesEarly(join(root, ".next"));

// Functions have a PostgreSQL: a build for them opens no database.
if (isOnVercel(process.env)) process.exit(0);
// Loaded here, as they take a while and are of no use to a build that fails.
const { openDatabase } = await import("../lib/db/database.ts");
const { templateFolder } = await import("../lib/db/pglite/folder.ts");
const part = join(root, ".next/template-part");
rmSync(part, { recursive: true, force: true });
rmSync(templateFolder(root), { recursive: true, force: true });
const database = await openDatabase({ dataDir: part, root });
await database.close();
renameSync(join(part, "pgdata"), templateFolder(root));
rmSync(part, { recursive: true, force: true });

if (isForImage) {
  const { assembleImage } = await import("./image/assemble.ts");
  assembleImage(root, join(root, ".next/image"));
} else {
  // A build for an image is no build for `npm start`.
  writeStamp(root, contents, startedAt);
}
