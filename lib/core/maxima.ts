import { countOf } from "../db/maxima.ts";
import { ChatError } from "../domain/errors.ts";
import { type Countable, MAXIMA, type MaximaByKind } from "../domain/maxima.ts";
import type { Scope } from "./scope.ts";

type Counted = Pick<Scope, "database" | "accountId" | "maxima"> & { readonly runner: Pick<Scope["runner"], "alone"> };

/** What is being made and may not be counted yet, and how much may be made before the next count. */
type Places = { held: number; unasked: number };

/** Of each process, by account and kind: what another one makes at the same time is seen by the next count. */
const PLACES = new WeakMap<Scope["database"], Map<string, Places>>();
/** A count takes its time: where there is room for more than a thousand times as many, so many are made without one. */
const MOST_UNASKED = 20;
const MOST_REMEMBERED = 10_000;
/** Where what is being made would be one too many, it is waited for. */
const TRIES = 3;
const PAUSE_MS = 50;

/** Makes one more thing of a kind, where the account may have it. Throws as `takePlace`, and what `make` throws. */
export async function within<Made>(scope: Counted, kind: Countable, make: () => Promise<Made>): Promise<Made> {
  const release = await takePlace(scope, kind);
  try {
    return await make();
  } finally {
    release();
  }
}

/**
 * Holds a place for one more thing of a kind, which is given back once the thing is stored, or is not going to be. Of
 * those who ask at once in this process none comes past the maximum.
 *
 * Throws "bad-request" where the account has as many as it may.
 */
export async function takePlace(scope: Counted, kind: Countable): Promise<() => void> {
  const { database, accountId, runner, maxima = MAXIMA } = scope;
  const name = `${accountId} ${kind}`;
  return runner.alone(`maxima ${name}`, async () => {
    const places = placesOf(database, name);
    if (places.unasked > 0) places.unasked--;
    else places.unasked = await roomFor({ database, accountId, maxima }, kind, places);
    places.held++;
    return () => {
      places.held--;
    };
  });
}

/** How many may be made without a count behind the one that comes. */
async function roomFor(
  { database, accountId, maxima }: Pick<Counted, "database" | "accountId"> & { readonly maxima: MaximaByKind },
  kind: Countable,
  places: Places,
): Promise<number> {
  for (let n = 1; ; n++) {
    const { held } = places;
    const counted = await countOf(database, accountId, kind, maxima.person[kind]);
    // The account has gone: what is made next says so.
    if (!counted) return 0;
    const most = maxima[counted.kind][kind];
    const left = most - counted.there - held;
    if (left > 0) return Math.min(MOST_UNASKED, Math.floor((left - 1) / 1000));
    // What is held may have been counted already.
    const isCertain = held === 0 || counted.there >= most;
    if (isCertain || n === TRIES) throw tooMany(kind, most, counted.kind);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function placesOf(database: Scope["database"], name: string): Places {
  const known = PLACES.get(database) ?? new Map<string, Places>();
  PLACES.set(database, known);
  const places = known.get(name) ?? { held: 0, unasked: 0 };
  // The latest stand last, and those of whom nobody is at work can be counted again.
  known.delete(name);
  known.set(name, places);
  for (const [other, { held }] of known) {
    if (known.size <= MOST_REMEMBERED || other === name) break;
    if (held === 0) known.delete(other);
  }
  return places;
}

/** The field is the kind, since no part of the request is at fault. */
function tooMany(kind: Countable, most: number, who: "guest" | "person"): ChatError {
  const number = most.toLocaleString("en");
  const advice = who === "guest" ? "Delete some first, or make an account." : "Delete some first.";
  const whose = who === "guest" ? "A guest" : "An account";
  return new ChatError("bad-request", `${whose} has at most ${number} ${kind}. ${advice}`, { field: kind });
}
