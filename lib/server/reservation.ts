import type { Reservation } from "../core/admitted.ts";
import type { Rate } from "../domain/errors.ts";
import type { Settling } from "./settling.ts";
import type { AllTaken, Count, Taken } from "./taken.ts";

/** Tokens that are set aside for work. */
export type SetAside = {
  readonly tokens: number;
  /** What they are counted in, so many points of each. */
  readonly counts: (points: number) => readonly Count[];
  /** What was taken when they were set aside, or when that was, in ms since 1970. */
  readonly reserved: AllTaken | number;
  /** What was taken for the work as a turn. */
  readonly turns: AllTaken | null;
};

/** Holds what is set aside, more of it where more is needed, and makes of it what was used. */
export function reservation(
  { tokens, counts, reserved, turns }: SetAside,
  consumeAll: (counts: readonly Count[], onRate: (rate: Rate) => void) => Promise<AllTaken>,
  settling: Settling,
): Reservation {
  let held = tokens;
  const taken = typeof reserved === "number" ? [] : [...reserved.taken];
  return {
    cover(wanted) {
      const more = wanted - held;
      if (more <= 0) return null;
      // From now on, so that what is covered meanwhile takes only what it needs beside it.
      held = wanted;
      return consumeAll(counts(more), () => {}).then(
        (all) => void taken.push(...all.taken),
        (thrown) => {
          held -= more;
          throw thrown;
        },
      );
    },
    settle(used, isTurn) {
      if (!isTurn) turns?.giveBack();
      const points = used - held;
      for (const { limit, name } of counts(1)) {
        if (limit === null) continue;
        const parts = taken.filter((one) => one.limit === limit && one.name === name);
        if (typeof reserved !== "number") settleParts(settling, parts, points, true);
        else settling.settleSince({ limit, name }, points, reserved, () => settleParts(settling, parts, points, false));
      }
    },
  };
}

/**
 * Settles points of a count that was taken in parts. Where it has begun anew since the first of them, which is none of
 * `parts` unless `hasFirst`, no more is given back to it than was taken of it since.
 */
function settleParts({ settle }: Settling, parts: readonly Taken[], points: number, hasFirst: boolean): void {
  const counting = parts.filter(({ until }) => until > Date.now());
  const last = counting.at(-1);
  if (!last) return;
  const isWhole = hasFirst && counting.length === parts.length;
  const most = counting.reduce((sum, part) => sum + part.points, 0);
  settle(last, isWhole ? points : Math.max(points, -most));
}
