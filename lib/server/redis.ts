import type { Redis } from "ioredis";
import type { Log } from "../core/log.ts";

const CONNECT_MS = 5000;
const LONGEST_PAUSE_MS = 5000;

/**
 * Connects with Redis, and again by itself when the connection is lost; commands fail at once meanwhile. Throws a
 * sentence when it cannot be reached.
 */
export async function openRedis(url: string, log: Pick<Log, "warn" | "info">): Promise<Redis> {
  // Loaded here: most servers have none.
  const { Redis } = await import("ioredis");
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(LONGEST_PAUSE_MS, 100 * 2 ** times),
  });
  let why: unknown = null;
  redis.on("error", (thrown) => {
    // One line for each outage, not for each try.
    if (why === null)
      log.warn(
        { err: thrown },
        "Redis cannot be reached: this process counts limits by itself, and asks the database for what others do",
      );
    why = thrown;
  });
  redis.on("ready", () => {
    if (why !== null) log.info({}, "Redis is back");
    why = null;
  });
  try {
    await redis.connect();
    return redis;
  } catch (thrown) {
    redis.disconnect();
    const { host } = new URL(url);
    const reason = why instanceof Error ? why.message : String(thrown);
    throw new Error(`REDIS_URL: Redis at ${host} cannot be used (${reason}). Start it or correct the address.`);
  }
}
