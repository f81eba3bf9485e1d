import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import type { Database } from "../db/database.ts";
import { ChatError, type Rate } from "../domain/errors.ts";

const MINUTE_SECONDS = 60;

export type RateLimits = {
  /**
   * Counts a turn of an account that is about to begin; null where there is no limit. Throws "rate-limited".
   */
  readonly countTurn: (accountId: string) => Promise<Rate | null>;
};

/**
 * The limits of this server. On PostgreSQL all instances count together; the embedded database has one process, which
 * counts in memory.
 */
export function openRateLimits(database: Database, turnsPerMinute: number | undefined): RateLimits {
  if (turnsPerMinute === undefined) return { countTurn: async () => null };
  const options = { keyPrefix: "turns", points: turnsPerMinute, duration: MINUTE_SECONDS };
  const limiter =
    database.kind === "pglite"
      ? new RateLimiterMemory(options)
      : new RateLimiterPostgres({
          ...options,
          storeClient: database.pool,
          storeType: "pool",
          tableName: "RateLimit",
          tableCreated: true,
        });
  return {
    async countTurn(accountId) {
      try {
        return rateOf(turnsPerMinute, await limiter.consume(accountId));
      } catch (thrown) {
        if (!(thrown instanceof RateLimiterRes)) throw thrown;
        const rate = rateOf(turnsPerMinute, thrown);
        const message = `The limit of ${rate.limit} turns a minute is reached`;
        throw new ChatError("rate-limited", message, { retryAfterSeconds: rate.resetSeconds, rate });
      }
    },
  };
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
