import type { RateLimiterRes } from "rate-limiter-flexible";
import type { Host } from "../core/host.ts";
import type { Log } from "../core/log.ts";
import type { Limit } from "./limiters.ts";
import type { CountedPlace } from "./taken.ts";

/** So much of a limit of tokens is a reason to tell the owner. */
const WARN_AT = 0.8;
/** So many of those whom a warning was about are known at most. */
const WARNED = 10_000;

/** Whose count it is. */
type Place = { readonly limit: Limit; readonly name: string };

/** Brings counts up to date behind what was counted: nobody waits for it, and what fails is logged. */
export type Settling = {
  /**
   * Adds points to a count, or takes some away; not to one that has begun anew, nor from where they were not counted.
   */
  readonly settle: (place: CountedPlace, points: number) => void;
  /**
   * As `settle`, of what was counted at a time in ms since 1970, by this process or another. `onAnew` is called instead
   * where the count has begun anew since.
   */
  readonly settleSince: (place: Place, points: number, since: number, onAnew: () => void) => void;
  /** What is on its way into a count. None of it fails. */
  readonly onItsWay: (place: Place) => readonly Promise<void>[];
};

/** `isShared`: whether all instances count together now. `warn` is told where each count stands. */
export function openSettling({
  host,
  log,
  isShared,
  warn,
}: {
  readonly host: Pick<Host, "keepAwake">;
  readonly log: Pick<Log, "warn">;
  readonly isShared: () => boolean;
  readonly warn: Warn;
}): Settling {
  const settling = new Map<string, Set<Promise<void>>>();
  const failed = (thrown: unknown) => log.warn({ err: thrown }, "A limit could not be brought up to date");

  function settle({ limit, name, until, ...counted }: CountedPlace, points: number): void {
    // What one has counted by itself while Redis was away nobody else knows of; what all knew of, it goes on with.
    const isUnknown = points < 0 && !counted.isShared && isShared();
    if (points === 0 || Date.now() >= until || isUnknown) return;
    const done = points > 0 ? limit.limiter.penalty(name, points) : limit.limiter.reward(name, -points);
    const key = keyOf({ limit, name });
    const all = settling.get(key) ?? new Set();
    const settled: Promise<void> = done
      .then((result) => warn(limit, name, result))
      .catch(failed)
      .finally(() => {
        all.delete(settled);
        if (all.size === 0) settling.delete(key);
      });
    settling.set(key, all.add(settled));
    host.keepAwake(settled);
  }

  async function settleKnown({ limit, name }: Place, points: number, since: number, onAnew: () => void): Promise<void> {
    if (points === 0) return;
    const known = await limit.limiter.get(name);
    if (known === null) return;
    const until = Date.now() + known.msBeforeNext;
    if (since < until - limit.seconds * 1000) onAnew();
    else settle({ limit, name, until, isShared: true }, points);
  }

  return {
    settle,
    settleSince: (...given) => host.keepAwake(settleKnown(...given).catch(failed)),
    onItsWay: (place) => [...(settling.get(keyOf(place)) ?? [])],
  };
}

const keyOf = ({ limit, name }: Place): string => `${limit.prefix} ${name}`;

type Warn = (limit: Limit, name: string, standing: Pick<RateLimiterRes, "consumedPoints" | "msBeforeNext">) => void;

/**
 * Says in the log, once in a day of the limit for each whom it is about, that most of a limit is used or set aside: as
 * soon as a call is admitted or refused, and not only when one has ended.
 */
export function warner(log: Pick<Log, "warn">): Warn {
  const quietUntil = new Map<string, number>();
  return (limit, name, { consumedPoints, msBeforeNext }) => {
    const { prefix, points, isWarned } = limit;
    const who = keyOf({ limit, name });
    const isNews = isWarned && consumedPoints >= WARN_AT * points && (quietUntil.get(who) ?? 0) <= Date.now();
    if (!isNews) return;
    if (quietUntil.size >= WARNED) quietUntil.clear();
    quietUntil.set(who, Date.now() + msBeforeNext);
    const fields = { limit: prefix, of: name, used: consumedPoints, most: points };
    log.warn(fields, "80 % of the tokens of the day are used or set aside");
  };
}
