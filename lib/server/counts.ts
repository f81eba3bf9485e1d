import type { Redis } from "ioredis";
import { RateLimiterRes } from "rate-limiter-flexible";
import type { Reservation } from "../core/admitted.ts";
import type { Host } from "../core/host.ts";
import type { Log } from "../core/log.ts";
import type { Database } from "../db/database.ts";
import { ChatError, type Rate } from "../domain/errors.ts";
import { type Limit, type LimitOptions, openLimit, resetSeconds, standingIn } from "./limiters.ts";
import { openSettling, type Settling } from "./settling.ts";

// How is counted, whatever it is: in memory, in the database or in Redis. What is counted is in rate-limits.ts.

const CONSUME_TRIES = 3;

export type Count = {
  /** Null: there is none, and nothing is counted. */
  readonly limit: Limit | null;
  readonly name: string;
  readonly points: number;
  /** Whether callers are told of it in headers. */
  readonly isShown: boolean;
};

/** A count that was taken, and the time in ms at which it begins anew. */
type Taken = Count & { readonly limit: Limit; readonly until: number };
type AllTaken = { readonly taken: readonly Taken[]; readonly giveBack: () => void };

/** Opens the ways to count. `limit` is `openLimit` with the stores of the server. */
export function openCounts(ports: {
  readonly host: Host;
  readonly database: Database;
  readonly redis: Redis | null;
  readonly log: Pick<Log, "warn">;
}) {
  const settling = openSettling(ports.host, ports.log);

  /** Counts one. Throws "rate-limited", and has then counted nothing; null where there is no limit. */
  async function consume({ limit, name, points }: Count): Promise<RateLimiterRes | null> {
    if (limit === null) return null;
    const { limiter, refusal } = limit;
    for (let n = 1; ; n++) {
      const onItsWay = settling.onItsWay({ limit, name });
      try {
        return await limiter.consume(name, points);
      } catch (thrown) {
        if (!(thrown instanceof RateLimiterRes)) throw thrown;
        // What was refused has been counted too; it is not to keep its caller out for longer.
        await limiter.reward(name, points).catch(() => {});
        // Who has had its answer may come again before what that gave back has arrived.
        if (n === CONSUME_TRIES || onItsWay.length === 0 || points > limit.points)
          throw refused(limit.points, refusal, thrown);
        await Promise.all(onItsWay);
      }
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
        taken.push({ ...count, limit, until: Date.now() + result.msBeforeNext });
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
  };
}

/** Tokens that are set aside for work. */
type SetAside = {
  readonly tokens: number;
  /** What they are counted in, so many points of each. */
  readonly counts: (points: number) => readonly Count[];
  /** What was taken when they were set aside, or when that was, in ms since 1970. */
  readonly reserved: AllTaken | number;
  /** What was taken for the work as a turn. */
  readonly turns: AllTaken | null;
};

function reservation(
  { tokens, counts, reserved, turns }: SetAside,
  consumeAll: (counts: readonly Count[], onRate: (rate: Rate) => void) => Promise<AllTaken>,
  settling: Settling,
): Reservation {
  let held = tokens;
  return {
    cover(wanted) {
      const more = wanted - held;
      if (more <= 0) return null;
      return consumeAll(counts(more), () => {}).then(() => {
        held = wanted;
      });
    },
    settle(used, isTurn) {
      if (!isTurn) turns?.giveBack();
      const points = used - held;
      if (typeof reserved !== "number") {
        for (const count of reserved.taken) settling.settle(count, points);
        return;
      }
      for (const { limit, name } of counts(1)) {
        if (limit !== null) settling.settleSince({ limit, name }, points, reserved);
      }
    },
  };
}

function refused(most: number, refusal: string, result: RateLimiterRes): ChatError {
  const rate = rateOf(most, result);
  return new ChatError("rate-limited", refusal, { retryAfterSeconds: rate.resetSeconds, rate });
}

const rateOf = (limit: number, result: RateLimiterRes): Rate => ({
  limit,
  remaining: Math.max(0, result.remainingPoints),
  resetSeconds: resetSeconds(result),
});
