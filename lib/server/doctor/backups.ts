import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { listSnapshots } from "../../db/backup/snapshots.ts";
import type { Settings } from "../settings.ts";
import { type Finding, ok, warn } from "./finding.ts";

const HOUR_MS = 3_600_000;

/**
 * Whether the embedded database is saved as often as the settings say. `isRunning`: a server that stands saves nothing.
 */
export function checkBackups(settings: Settings, root: string, isRunning: boolean, nowMs: number): Finding[] {
  const { databaseUrl, dataDir, backups } = settings;
  if (databaseUrl !== undefined || !existsSync(join(resolve(root, dataDir), "pgdata"))) return [];
  const dir = resolve(root, backups.dir);
  const newest = Math.max(Number.NEGATIVE_INFINITY, ...listSnapshots(dir).map(({ takenAt }) => takenAt.getTime()));
  const hours = (nowMs - newest) / HOUR_MS;
  const found = Number.isFinite(hours) ? `the last is ${hours.toFixed(1)} hours old, in ${dir}` : `none in ${dir}`;
  if (backups.everyHours === 0) {
    return [
      warn("back-ups", `off (BACKUP_HOURS); ${found}`, "Set BACKUP_HOURS, or let something call `npm run backup`."),
    ];
  }
  if (hours <= 2 * backups.everyHours || (!isRunning && Number.isFinite(hours))) return [ok("back-ups", found)];
  return [warn("back-ups", found, "Look into the server's log for why it saves nothing; `npm run backup` saves now.")];
}
