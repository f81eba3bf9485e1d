import type { Spender, SpendKind, Spent } from "../domain/usage.ts";

const ADMITTED: unique symbol = Symbol("admitted");

/** Leave to call models for one piece of work: tokens are set aside for it, and what its calls use is counted. */
export type Admission = {
  readonly [ADMITTED]: true;
  /**
   * Sees to it that so many tokens are set aside for one more call beside those that were used. Throws "rate-limited".
   * Null where they are already.
   */
  readonly cover: (tokens: number) => Promise<void> | null;
  /** Notes what a call came to. */
  readonly note: (kind: SpendKind, inputTokens: number, outputTokens: number) => void;
  /** The work is done: what was set aside and not used is given back. Once; never throws. */
  readonly settle: () => void;
  /** The work did not begin: it does not count as a turn, and what was used counts all the same. Once; never throws. */
  readonly withdraw: () => void;
};

/** Work for which models are to be called. */
export type Work = {
  /** Whether it counts where turns are counted: a turn, or another call that somebody asked for by itself. */
  readonly isTurn: boolean;
  /** What its first call may take: see `callTokens`. */
  readonly tokens: number;
  readonly agentId?: string;
  readonly endUserHash?: string;
};

/** What was set aside for work. */
export type Reservation = {
  /** Sets aside so many tokens in all. Throws "rate-limited". Null where they are already. */
  readonly cover: (tokens: number) => Promise<void> | null;
  /** Says what it came to, in tokens. `isTurn` false: it is not to count as a turn. Never throws. */
  readonly settle: (used: number, isTurn: boolean) => void;
};

/** Opens an admission: for `admit` and `readmit` alone, which ask the limits. `used`: tokens that were used before. */
export function openAdmission(
  spender: Spender,
  {
    reservation,
    used: before,
    onSpent,
  }: {
    readonly reservation: Reservation | null;
    readonly used: number;
    readonly onSpent?: (spent: Spent) => void;
  },
): Admission {
  let used = before;
  let isSettled = false;
  const settle = (isTurn: boolean) => {
    if (isSettled) return;
    isSettled = true;
    reservation?.settle(used, isTurn);
  };
  return {
    [ADMITTED]: true,
    cover: (tokens) => reservation?.cover(used + tokens) ?? null,
    note(kind, inputTokens, outputTokens) {
      used += inputTokens + outputTokens;
      onSpent?.({ ...spender, kind, inputTokens, outputTokens });
    },
    settle: () => settle(true),
    withdraw: () => settle(false),
  };
}
