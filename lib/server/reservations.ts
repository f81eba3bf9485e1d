import type { Reservation } from "../core/admitted.ts";
import type { Host } from "../core/host.ts";
import type { Log } from "../core/log.ts";
import type { Rate } from "../domain/errors.ts";
import type { AllTaken, Count, Place, Taken } from "./limit.ts";

// How tokens that are set aside become those that were used.

/** What reservations are made with: see `openCounts`. */
type Counts = {
  readonly host: Pick<Host, "keepAwake">;
  readonly log: Pick<Log, "warn">;
  readonly consumeAll: (counts: readonly Count[], onRate: (rate: Rate) => void) => Promise<AllTaken>;
  readonly settleCount: (place: Place, points: number) => void;
};

/**
 * Gives what sets tokens aside: `counts` says in what they are counted, `tokens` how many. `reserved`: what was taken when
 * they were set aside, or when that was, in ms since 1970, by another process.
 */
export function openReservations({ host, log, consumeAll, settleCount }: Counts) {
  /**
   * Settles points of a count that was taken in parts. Where it has begun anew since the first of them, no more is given back
   * to it than was taken of it since.
   */
  function settleParts(parts: readonly Taken[], points: number, isOfNow: boolean): void {
    const counting = parts.filter(({ until }) => until > Date.now());
    const last = counting.at(-1);
    if (!last) return;
    const isWhole = isOfNow && counting.length === parts.length;
    const most = counting.reduce((sum, part) => sum + part.points, 0);
    settleCount(last, isWhole ? points : Math.max(points, -most));
  }

  /** As `settleParts`, where the first part was taken by another process. */
  async function settleSince({ limit, name }: Count, points: number, since: number, parts: readonly Taken[]) {
    const known = limit === null || points === 0 ? null : await limit.limiter.get(name);
    if (limit === null || known === null) return;
    const until = Date.now() + known.msBeforeNext;
    if (since >= until - limit.seconds * 1000) settleCount({ limit, name, until, isShared: true }, points);
    else settleParts(parts, points, false);
  }

  return (
    turns: AllTaken | null,
    reserved: AllTaken | number,
    counts: (points: number) => readonly Count[],
    tokens: number,
  ): Reservation => {
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
        for (const count of counts(1)) {
          const parts = taken.filter(({ limit, name }) => limit === count.limit && name === count.name);
          if (typeof reserved !== "number") {
            settleParts(parts, points, true);
            continue;
          }
          const settled = settleSince(count, points, reserved, parts).catch((thrown) => {
            log.warn({ err: thrown }, "A limit could not be brought up to date");
          });
          host.keepAwake(settled);
        }
      },
    };
  };
}
