import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterPostgres, type RateLimiterRes } from "rate-limiter-flexible";
import type { Database } from "../db/database.ts";
import type { Limiter } from "./limiter.ts";
import { redisLimiter } from "./redis-limiter.ts";

const MINUTE_SECONDS = 60;

export type Limit = {
  readonly limiter: Limiter;
  readonly prefix: string;
  readonly points: number;
  readonly seconds: number;
  readonly refusal: string;
  readonly isWarned: boolean;
};

export type LimitOptions = {
  readonly seconds?: number;
  readonly isKept?: boolean;
  /** What is counted, in how long: "turns a minute". */
  readonly what: string;
  /** Whether the log tells when most of it is used. */
  readonly isWarned?: boolean;
};

/** A limit, and where somebody stands in it. */
export type Standing = { readonly limit: number; readonly used: number; readonly resetSeconds: number };

type Stores = { readonly database: Database; readonly redis: Redis | null };

/**
 * A limit of so many points in so many seconds, a minute unless said otherwise; null where `points` says no number.
 * `isKept`: in the database where there is no Redis, else in memory.
 */
export function openLimit(
  stores: Stores,
  prefix: string,
  points: number | undefined,
  options: LimitOptions,
): Limit | null {
  if (points === undefined) return null;
  const { seconds = MINUTE_SECONDS, isKept = stores.database.kind === "postgresql", what, isWarned = false } = options;
  const limiter = limiterOf(stores, { keyPrefix: prefix, points, duration: seconds }, isKept);
  return { limiter, prefix, points, seconds, refusal: `The limit of ${points} ${what} is reached`, isWarned };
}

/** Null: there is no limit. */
export async function standingIn(limit: Limit | null, name: string): Promise<Standing | null> {
  if (limit === null) return null;
  const known = await limit.limiter.get(name);
  const used = Math.max(0, known?.consumedPoints ?? 0);
  return { limit: limit.points, used, resetSeconds: known === null ? limit.seconds : resetSeconds(known) };
}

/** In how many seconds a count begins anew, one or more. */
export const resetSeconds = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1000));

type LimiterOptions = { readonly keyPrefix: string; readonly points: number; readonly duration: number };

/** Counts in Redis where there is one; else in the database what is to be kept, and the rest in memory. */
function limiterOf({ database, redis }: Stores, options: LimiterOptions, isKept: boolean): Limiter {
  if (redis) return redisLimiter(redis, options);
  if (!isKept) return new RateLimiterMemory(options);
  return new RateLimiterPostgres({
    ...options,
    storeClient: database.pool,
    storeType: "pool",
    tableName: "RateLimit",
    tableCreated: true,
  });
}
