import type { RateLimiterStoreAbstract } from "rate-limiter-flexible";

/** What counts, wherever it does. */
export type Limiter = Pick<RateLimiterStoreAbstract, "consume" | "penalty" | "reward" | "get">;
