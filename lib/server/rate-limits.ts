import type { Redis } from "ioredis";
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterStoreAbstract,
} from "rate-limiter-flexible";
import type { Log } from "../core/log.ts";
import type { Admission, Limits } from "../core/scope.ts";
import type { Database } from "../db/database.ts";
import { ChatError, type Rate } from "../domain/errors.ts";
import type { Settings } from "./settings.ts";

const MINUTE_SECONDS = 60;
const ATTEMPTS_PER_MINUTE = 10;
const DAY_SECONDS = 24 * 60 * 60;

/** Who is to be held to limits. */
export type Counted = {
  readonly accountId: string;
  /** Null for a browser, and for a caller without credentials. */
  readonly keyId: string | null;
  /** Whom the caller asks for: each has a count of its own under the key. */
  readonly endUser?: string;
};

export type RateLimits = {
  /**
   * Counts a turn of about so many tokens that is about to begin, and tells `onRate` where the caller stands.
   *
   * Throws "rate-limited", and has then counted nothing.
   */
  readonly admit: (who: Counted, tokens: number, onRate: (rate: Rate) => void) => Promise<Admission>;
  /** Goes on with a turn for which so many tokens were set aside when it began: by this process or another. */
  readonly resume: (who: Counted, tokens: number) => Admission;
  /** Counts a request of an address. Throws "rate-limited". */
  readonly countRequest: (address: string) => Promise<void>;
  /** Counts a try at the password of somebody, by whatever name. Throws "rate-limited" after ten in a minute. */
  readonly countAttempt: (name: string) => Promise<void>;
};

type Limiter = Pick<RateLimiterStoreAbstract, "consume" | "penalty" | "reward">;
type Limit = { readonly limiter: Limiter; readonly points: number; readonly refusal: string };

/**
 * The limits of this server.
 *
 * With Redis all instances count everything together; while it cannot be reached each counts by itself. Without it they
 * count turns and tokens together on PostgreSQL, and the rest each by itself; the embedded database has one process,
 * which counts turns and requests in memory. The tokens of a day are in the database then, so that a restart forgets none.
 */
export function openRateLimits({
  database,
  redis,
  settings,
  log,
}: {
  readonly database: Database;
  readonly redis: Redis | null;
  readonly settings: Settings;
  readonly log: Pick<Log, "warn">;
}): RateLimits {
  const limit = (prefix: string, points: number | undefined, { seconds, isKept, what }: LimitOptions): Limit | null => {
    if (points === undefined) return null;
    const options = { keyPrefix: prefix, points, duration: seconds ?? MINUTE_SECONDS };
    const limiter = limiterOf({ database, redis }, options, isKept ?? database.kind === "postgresql");
    return { limiter, points, refusal: `The limit of ${points} ${what} is reached` };
  };
  const account = limit("turns", settings.turnsPerMinute, { what: "turns a minute" });
  const key = limit("key", settings.keyTurnsPerMinute, { what: "turns a minute with this API key" });
  const tokens = limit("tokens", settings.tokensPerDay, {
    seconds: DAY_SECONDS,
    isKept: true,
    what: "tokens a day",
  });
  const attempts = limit("password", ATTEMPTS_PER_MINUTE, { isKept: false, what: "tries at a password a minute" });
  const address = limit("address", settings.requestsPerMinute, { isKept: false, what: "requests a minute" });

  return {
    async admit({ accountId, keyId, endUser }, size, onRate) {
      const counts: Count[] = [
        { limit: account, name: accountId, points: 1, isShown: true },
        { limit: keyId === null ? null : key, name: `${keyId} ${endUser ?? ""}`, points: 1, isShown: true },
        { limit: tokens, name: accountId, points: Math.max(1, size), isShown: false },
      ];
      const taken: Count[] = [];
      try {
        for (const count of counts) {
          const rate = await consume(count);
          if (rate === null) continue;
          taken.push(count);
          if (count.isShown) onRate(rate);
        }
      } catch (thrown) {
        for (const count of taken) giveBack(count, count.points, log);
        throw thrown;
      }
      return admission(taken, tokens, log);
    },
    resume: ({ accountId }, size) =>
      admission([{ limit: tokens, name: accountId, points: size, isShown: false }], tokens, log),
    async countAttempt(name) {
      await consume({ limit: attempts, name, points: 1, isShown: false });
    },
    async countRequest(from) {
      await consume({ limit: address, name: from, points: 1, isShown: false });
    },
  };
}

type LimiterOptions = { readonly keyPrefix: string; readonly points: number; readonly duration: number };

/** Counts in Redis where there is one; else in the database what is to be kept, and the rest in memory. */
function limiterOf(
  { database, redis }: { readonly database: Database; readonly redis: Redis | null },
  options: LimiterOptions,
  isKept: boolean,
): Limiter {
  if (redis) {
    return new RateLimiterRedis({
      ...options,
      // Others may use the same Redis.
      keyPrefix: `parley:${options.keyPrefix}`,
      storeClient: redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory(options),
    });
  }
  if (!isKept) return new RateLimiterMemory(options);
  return new RateLimiterPostgres({
    ...options,
    storeClient: database.pool,
    storeType: "pool",
    tableName: "RateLimit",
    tableCreated: true,
  });
}

/** What was counted for a turn, to be settled once: of `tokens` what it used, of the others nothing or all. */
function admission(taken: readonly Count[], tokens: Limit | null, log: Pick<Log, "warn">): Admission {
  let isSettled = false;
  return {
    settle(used) {
      if (isSettled) return;
      isSettled = true;
      for (const count of taken) {
        if (used === null) giveBack(count, count.points, log);
        else if (count.limit === tokens) giveBack(count, count.points - used, log);
      }
    },
  };
}

/** Gives points back, or takes more where they are below 0. */
function giveBack({ limit, name }: Count, points: number, log: Pick<Log, "warn">): void {
  if (limit === null || points === 0) return;
  const done = points > 0 ? limit.limiter.reward(name, points) : limit.limiter.penalty(name, -points);
  done.catch((thrown) => log.warn({ err: thrown }, "A limit could not be brought up to date"));
}

/** What holds one caller. `onRate` hears where it stands. */
export const limitsOf = (
  limits: RateLimits,
  { turnsAtOnce }: Pick<Settings, "turnsAtOnce">,
  who: Counted,
  onRate: (rate: Rate) => void,
): Limits => ({
  admit: ({ tokens, endUser }) => limits.admit({ ...who, endUser }, tokens, onRate),
  resume: (tokens) => limits.resume(who, tokens),
  mostAtOnce: turnsAtOnce ?? null,
});

type LimitOptions = { readonly seconds?: number; readonly isKept?: boolean; readonly what: string };
type Count = {
  readonly limit: Limit | null;
  readonly name: string;
  readonly points: number;
  /** Whether callers are told of it in headers. */
  readonly isShown: boolean;
};

async function consume({ limit, name, points }: Count): Promise<Rate | null> {
  if (limit === null) return null;
  try {
    return rateOf(limit.points, await limit.limiter.consume(name, points));
  } catch (thrown) {
    if (!(thrown instanceof RateLimiterRes)) throw thrown;
    // What was refused has been counted too; it is not to keep its caller out for longer.
    await limit.limiter.reward(name, points).catch(() => {});
    const rate = rateOf(limit.points, thrown);
    throw new ChatError("rate-limited", limit.refusal, { retryAfterSeconds: rate.resetSeconds, rate });
  }
}

const rateOf = (limit: number, { remainingPoints, msBeforeNext }: RateLimiterRes): Rate => ({
  limit,
  remaining: Math.max(0, remainingPoints),
  resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
});

/** Tells a caller where it stands: RateLimit header fields (draft-ietf-httpapi-ratelimit-headers, version 03). */
export function setRateHeaders(headers: Headers, { limit, remaining, resetSeconds }: Rate): void {
  headers.set("ratelimit-limit", String(limit));
  headers.set("ratelimit-remaining", String(remaining));
  headers.set("ratelimit-reset", String(resetSeconds));
}
