import { existsSync } from "node:fs";
import { findOrInstall, installPackage } from "./install.ts";

const CANDIDATES = [
  "/usr/bin/redis-server",
  "/usr/bin/valkey-server",
  "/usr/local/bin/redis-server",
  "/opt/homebrew/bin/redis-server",
];

const find = (): string | null =>
  [process.env.REDIS_SERVER_PATH, ...CANDIDATES].find((path) => path && existsSync(path)) ?? null;

/**
 * The path of a Redis server: REDIS_SERVER_PATH, or one of the system; installed when there is none.
 *
 * Throws a sentence that says what to do when it cannot be installed.
 */
export const findRedis = (): string =>
  findOrInstall("Redis server", "REDIS_SERVER_PATH", find, () => installPackage("redis-server"));
