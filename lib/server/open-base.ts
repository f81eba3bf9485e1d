import { resolve } from "node:path";
import type { Redis } from "ioredis";
import type { Host } from "../core/host.ts";
import type { Log } from "../core/log.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { hostOf } from "./host.ts";
import { type KeptSecrets, keptSecrets } from "./kept-secrets.ts";
import { openLog } from "./log.ts";
import { openRedis } from "./redis.ts";
import type { Settings } from "./settings.ts";

/** What all other parts of the server stand on. */
export type Base = {
  readonly settings: Settings;
  /** The folder of package.json. */
  readonly root: string;
  readonly host: Host;
  readonly secrets: KeptSecrets;
  readonly log: Log;
  /** Null: none is set. */
  readonly redis: Redis | null;
  readonly database: Database;
  /** As they are set, with the whole path of their folder. */
  readonly backups: Settings["backups"];
};

/** Throws what keeps it from opening, in a sentence. */
export async function openBase(settings: Settings, root: string, opened: AsyncDisposableStack): Promise<Base> {
  const host = hostOf(settings);
  const dataDir = resolve(root, settings.dataDir);
  const secrets = keptSecrets(settings, dataDir);
  const log = openLog(settings.logLevel, secrets.hide);
  const redis = settings.redisUrl === undefined ? null : await openRedis(settings.redisUrl, log);
  opened.defer(() => redis?.disconnect());
  const { databaseUrl: url, directUrl, isPooled } = settings;
  const backups = { ...settings.backups, dir: resolve(root, settings.backups.dir) };
  const database = await openDatabase({
    url,
    directUrl,
    isPooled,
    migrates: url === undefined || settings.migratesAtStart,
    dataDir,
    backupDir: backups.dir,
    keepAwake: host.isAlwaysAwake ? undefined : host.keepAwake,
    root,
    log,
  });
  opened.defer(() => database.close());
  return { settings, root, host, secrets, log, redis, database, backups };
}
