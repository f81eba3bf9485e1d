import type { RateLimiterStoreAbstract } from "rate-limiter-flexible";

// What is counted, and what of it was taken.

export type Limiter = Pick<RateLimiterStoreAbstract, "consume" | "penalty" | "reward" | "get">;
export type Limit = {
  readonly limiter: Limiter;
  readonly prefix: string;
  readonly points: number;
  readonly seconds: number;
  readonly refusal: string;
  readonly isWarned: boolean;
};

export type Count = {
  /** Null: there is none, and nothing is counted. */
  readonly limit: Limit | null;
  readonly name: string;
  readonly points: number;
  /** Whether callers are told of it in headers. */
  readonly isShown: boolean;
};

/** A count that was taken. */
export type Taken = Count & {
  readonly limit: Limit;
  /** The time in ms at which it begins anew. */
  readonly until: number;
  /** Whether all instances know of it: false for what one has counted by itself while Redis was away. */
  readonly isShared: boolean;
};
/** What of it is to be known to settle it. */
export type Place = Omit<Taken, "points" | "isShown">;
export type AllTaken = { readonly taken: readonly Taken[]; readonly giveBack: () => void };
