import type { Limit } from "./limiters.ts";

// What is counted, and what of it was taken.

export type Count = {
  /** Null: there is none, and nothing is counted. */
  readonly limit: Limit | null;
  readonly name: string;
  readonly points: number;
  /** Whether callers are told of it in headers. */
  readonly isShown: boolean;
};

/** Where points were counted. */
export type CountedPlace = {
  readonly limit: Limit;
  readonly name: string;
  /** The time in ms at which the count begins anew. */
  readonly until: number;
  /** Whether all instances know of it: false for what one has counted by itself while Redis was away. */
  readonly isShared: boolean;
};

/** A count that was taken. */
export type Taken = Count & CountedPlace;
export type AllTaken = { readonly taken: readonly Taken[]; readonly giveBack: () => void };
