import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Host } from "../core/host.ts";
import type { Log } from "../core/log.ts";
import type { Database } from "../db/database.ts";
import { ChatError, type Rate } from "../domain/errors.ts";
import type { AllTaken, Count, Limit, Limiter, Place, Taken } from "./limit.ts";
import { openReservations } from "./reservations.ts";

// How is counted, whatever it is: in memory, in the database or in Redis. What is counted is in rate-limits.ts.

const MINUTE_SECONDS = 60;
/** So much of a limit of tokens is a reason to tell the owner. */
const WARN_AT = 0.8;
const CONSUME_TRIES = 3;
/** So many of those whom a warning was about are known at most. */
const WARNED = 10_000;

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

/** Opens the ways to count. `isKept` of a limit: in the database where there is no Redis, else in memory. */
export function openCounts(ports: {
  readonly host: Host;
  readonly database: Database;
  readonly redis: Redis | null;
  readonly log: Pick<Log, "warn">;
}) {
  const { host, database, redis, log } = ports;
  const warn = warner(log);
  const isShared = (): boolean => redis === null || redis.status === "ready";

  /** A limit of so many points in so many seconds, a minute unless said otherwise; null where `points` says no number. */
  function limit(prefix: string, points: number | undefined, options: LimitOptions): Limit | null {
    if (points === undefined) return null;
    const { seconds = MINUTE_SECONDS, isKept = database.kind === "postgresql", what, isWarned = false } = options;
    const limiter = limiterOf(ports, { keyPrefix: prefix, points, duration: seconds }, isKept);
    return { limiter, prefix, points, seconds, refusal: `The limit of ${points} ${what} is reached`, isWarned };
  }

  /** What is on its way back into each count. */
  const settling = new Map<string, Set<Promise<void>>>();
  const placeOf = ({ prefix }: Limit, name: string): string => `${prefix} ${name}`;

  /** Counts one. Throws "rate-limited", and has then counted nothing; null where there is no limit. */
  async function consume({ limit, name, points }: Count): Promise<RateLimiterRes | null> {
    if (limit === null) return null;
    for (let n = 1; ; n++) {
      const onItsWay = [...(settling.get(placeOf(limit, name)) ?? [])];
      const { isCounted, result } = await counted(limit, name, points);
      if (isCounted) return result;
      // Who has had its answer may come again before what that gave back has arrived.
      if (n === CONSUME_TRIES || onItsWay.length === 0 || points > limit.points) throw refused(limit, result);
      await Promise.all(onItsWay);
    }
  }

  /** Counts all, or throws "rate-limited" and has then counted nothing. */
  async function consumeAll(counts: readonly Count[], onRate: (rate: Rate) => void): Promise<AllTaken> {
    const taken: Taken[] = [];
    const giveBack = () => {
      for (const count of taken) settleCount(count, -count.points);
    };
    try {
      for (const count of counts) {
        const { limit } = count;
        const result = await consume(count);
        if (limit === null || result === null) continue;
        taken.push({ ...count, limit, until: Date.now() + result.msBeforeNext, isShared: isShared() });
        if (count.isShown) onRate(rateOf(limit.points, result));
      }
    } catch (thrown) {
      giveBack();
      throw thrown;
    }
    return { taken, giveBack };
  }

  /** Adds points to a count, or takes some away; not to one that has begun anew meanwhile, nor from where they are not. */
  function settleCount({ limit, name, until, ...taken }: Place, points: number): void {
    if (points === 0 || Date.now() >= until || (points < 0 && taken.isShared !== isShared())) return;
    const done = points > 0 ? limit.limiter.penalty(name, points) : limit.limiter.reward(name, -points);
    const place = placeOf(limit, name);
    const all = settling.get(place) ?? new Set();
    const settled: Promise<void> = done
      .then((result) => warn(limit, name, result))
      .catch((thrown) => {
        log.warn({ err: thrown }, "A limit could not be brought up to date");
      })
      .finally(() => {
        all.delete(settled);
        if (all.size === 0) settling.delete(place);
      });
    settling.set(place, all.add(settled));
    host.keepAwake(settled);
  }

  async function standing(limit: Limit | null, name: string): Promise<Standing | null> {
    if (limit === null) return null;
    const known = await limit.limiter.get(name);
    const used = Math.max(0, known?.consumedPoints ?? 0);
    return { limit: limit.points, used, resetSeconds: known === null ? limit.seconds : resetSeconds(known) };
  }

  const reservation = openReservations({ host, log, consumeAll, settleCount });
  return { limit, consume, consumeAll, reservation, standing };
}

/**
 * Counts points where there is room for them, and tells where that stands.
 *
 * Room for many, such as the tokens of an answer, is looked for before: counted and taken back they would, for that moment,
 * keep out all who have room still.
 */
async function counted({ limiter, points: most, seconds }: Limit, name: string, points: number) {
  if (points > 1) {
    const found = await limiter.get(name);
    const known = found !== null && found.msBeforeNext > 0 ? found : new RateLimiterRes(most, seconds * 1000);
    if (known.consumedPoints + points > most) return { isCounted: false, result: known };
  }
  try {
    return { isCounted: true, result: await limiter.consume(name, points) };
  } catch (thrown) {
    if (!(thrown instanceof RateLimiterRes)) throw thrown;
    // What was refused has been counted too; it is not to keep its caller out for longer.
    await limiter.reward(name, points).catch(() => {});
    return { isCounted: false, result: thrown };
  }
}

function refused({ points, refusal }: Limit, result: RateLimiterRes): ChatError {
  const rate = { ...rateOf(points, result), remaining: 0 };
  return new ChatError("rate-limited", refusal, { retryAfterSeconds: rate.resetSeconds, rate });
}

const rateOf = (limit: number, result: RateLimiterRes): Rate => ({
  limit,
  remaining: Math.max(0, result.remainingPoints),
  resetSeconds: resetSeconds(result),
});

const resetSeconds = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1000));

/** Says in the log, once in a day of the limit for each whom it is about, that most of a limit is used. */
function warner(log: Pick<Log, "warn">) {
  const quietUntil = new Map<string, number>();
  return (
    { prefix, points, isWarned }: Limit,
    name: string,
    { consumedPoints, msBeforeNext }: RateLimiterRes,
  ): void => {
    const who = `${prefix} ${name}`;
    const isNews = isWarned && consumedPoints >= WARN_AT * points && (quietUntil.get(who) ?? 0) <= Date.now();
    if (!isNews) return;
    if (quietUntil.size >= WARNED) quietUntil.clear();
    quietUntil.set(who, Date.now() + msBeforeNext);
    const fields = { limit: prefix, of: name, used: consumedPoints, most: points };
    log.warn(fields, "80 % of the tokens of the day are used");
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
