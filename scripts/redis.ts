import { existsSync } from "node:fs";
import { installPackage } from "./install.ts";

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
export function findRedis(): string {
  const found = find();
  if (found) return found;
  console.log("No Redis server found: installing one.");
  installPackage("redis-server");
  const installed = find();
  if (!installed) throw new Error("No Redis could be installed. Install one and set REDIS_SERVER_PATH to its server.");
  return installed;
}
