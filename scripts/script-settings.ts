import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadEnvFile } from "node:process";
import { parseSettings, type Settings } from "../lib/server/settings.ts";

/** The folder of package.json. */
export const root = join(import.meta.dirname, "..");

/** The settings of the server in this folder, with whole paths. Throws a sentence for a wrong one. */
export function scriptSettings(): Settings {
  const file = join(root, ".env");
  if (existsSync(file)) loadEnvFile(file);
  const settings = parseSettings(process.env);
  const { backups } = settings;
  return {
    ...settings,
    dataDir: resolve(root, settings.dataDir),
    backups: { ...backups, dir: resolve(root, backups.dir) },
  };
}
