import type { Redis } from "ioredis";
import { RateLimiterRes } from "rate-limiter-flexible";
import type { Reservation } from "../core/admitted.ts";
import type { Host } from "../core/host.ts";
import type { Log } from "../core/log.ts";
import type { Database } from "../db/database.ts";
import { ChatError, type Rate } from "../domain/errors.ts";
import { type Limit, type LimitOptions, openLimit, resetSeconds, standingIn } from "./limiters.ts";
import { reservation, type SetAside } from "./reservation.ts";
import { openSettling, warner } from "./settling.ts";
import type { AllTaken, Count, Taken } from "./taken.ts";

// How is counted, whatever it is: in memory, in the database or in Redis. What is counted is in rate-limits.ts.

const CONSUME_TRIES = 3;

/** Opens the ways to count. `limit` is `openLimit` with the stores of the server. */
export function openCounts(ports: {
  readonly host: Host;
  readonly database: Database;
  readonly redis: Redis | null;
  readonly log: Pick<Log, "warn">;
}) {
  const { host, log, redis } = ports;
  const isShared = (): boolean => redis === null || redis.status === "ready";
  const warn = warner(log);
  const settling = openSettling({ host, log, isShared, warn });

  /** Counts one. Throws "rate-limited", and has then counted nothing; null where there is no limit. */
  async function consume({ limit, name, points }: Count): Promise<RateLimiterRes | null> {
    if (limit === null) return null;
    for (let n = 1; ; n++) {
      const onItsWay = settling.onItsWay({ limit, name });
      const { isCounted, result } = await counted(limit, name, points);
      warn(limit, name, result);
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
      for (const count of taken) settling.settle(count, -count.points);
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

  const limit = (prefix: string, points: number | undefined, options: LimitOptions): Limit | null =>
    openLimit(ports, prefix, points, options);
  return {
    limit,
    consume,
    consumeAll,
    reservation: (aside: SetAside): Reservation => reservation(aside, consumeAll, settling),
    standing: standingIn,
    isShared,
  };
}

/**
 * Counts points where there is room for them, and tells where that stands.
 *
 * Room for many, such as the tokens of an answer, is looked for before: counted and taken back they would, for that
 * moment, keep out all who have room still.
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
