// npm run build: the Next build, and an empty migrated database that a first start copies instead of making one.
import { spawnSync } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase, templateFolder } from "../lib/db/database.ts";

const root = join(import.meta.dirname, "..");
const next = fileURLToPath(import.meta.resolve("next/dist/bin/next"));
rmSync(join(root, ".next/parley-build"), { force: true });
const { status } = spawnSync(process.execPath, [next, "build"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
});
if (status !== 0) process.exit(status ?? 1);

const part = join(root, ".next/template-part");
rmSync(part, { recursive: true, force: true });
rmSync(templateFolder(root), { recursive: true, force: true });
const database = await openDatabase({ dataDir: part, root });
await database.close();
renameSync(join(part, "pgdata"), templateFolder(root));
rmSync(part, { recursive: true, force: true });
writeFileSync(join(root, ".next/parley-build"), `${new Date().toISOString()}\n`);
