import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Limiter } from "./limiter.ts";

type Options = { readonly keyPrefix: string; readonly points: number; readonly duration: number };

/**
 * Counts in Redis, and remembers what it last said of each name: while it cannot be reached this process counts on from
 * there. What each counts meanwhile Redis does not hear of.
 */
export function redisLimiter(redis: Redis, options: Options): Limiter {
  const shared = new RateLimiterRedis({
    ...options,
    // Others may use the same Redis.
    keyPrefix: `parley:${options.keyPrefix}`,
    storeClient: redis,
    rejectIfRedisNotReady: true,
  });
  const known = new RateLimiterMemory(options);

  async function counted<Found extends RateLimiterRes | null>(
    name: string,
    ask: (limiter: Limiter) => Promise<Found>,
  ): Promise<Found> {
    try {
      return await remembered(name, await ask(shared));
    } catch (thrown) {
      // A refusal is an answer too; all else says that nobody answers.
      if (thrown instanceof RateLimiterRes) throw await remembered(name, thrown);
      return ask(known);
    }
  }

  async function remembered<Found extends RateLimiterRes | null>(name: string, found: Found): Promise<Found> {
    if (found === null || found.msBeforeNext <= 0) await known.delete(name);
    else await known.set(name, found.consumedPoints, found.msBeforeNext / 1000);
    return found;
  }

  return {
    consume: (name, points) => counted(String(name), (limiter) => limiter.consume(name, points)),
    penalty: (name, points) => counted(String(name), (limiter) => limiter.penalty(name, points)),
    reward: (name, points) => counted(String(name), (limiter) => limiter.reward(name, points)),
    get: (name) => counted(String(name), (limiter) => limiter.get(name)),
  };
}
