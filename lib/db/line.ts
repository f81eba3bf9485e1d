import type { Database } from "./database.ts";
import {
  countPlaces,
  deletePlaces,
  deletePlacesOf,
  deletePlacesOfOthers,
  holdSession,
  insertPlaces,
  lookAtLineRow,
  prunePlaces,
  renewPlaceRows,
} from "./sql/line.ts";
import { againOnDeadlock, inTransaction } from "./sql.ts";

/**
 * Takes `count` places behind all that others have in the line of a session, for callers of `owner`: in their order,
 * each larger than the one before. Fewer where the line would hold more than `most`, none where the account has no such
 * session.
 */
export async function joinLine(
  database: Database,
  asked: {
    readonly accountId: string;
    readonly sessionId: string;
    readonly owner: string;
    readonly count: number;
    readonly most: number;
  },
): Promise<bigint[]> {
  const { accountId, sessionId, owner, count, most } = asked;
  return againOnDeadlock(() =>
    inTransaction(database, async (connection) => {
      // Whoever joins waits for those who are joining: the count holds, and places are seen in their order.
      const held = await holdSession(connection, { sessionId, accountId });
      if (held.length === 0) return [];
      const [taken] = await countPlaces(connection, { sessionId });
      const free = Math.max(0, Math.min(count, most - (taken?.count ?? 0)));
      const places = await insertPlaces(connection, { sessionId, owner, count: free });
      return places.map(({ place }) => place).sort((a, b) => (a < b ? -1 : 1));
    }),
  );
}

/** How a place in the line of a session of the account stands. */
export type LineLook = {
  /** The turn that runs in the session now. */
  readonly runningRunId: string | null;
  /** Whether the process of that turn is gone. */
  readonly isLeaseOver: boolean;
  /** Whether the place is still there. */
  readonly isThere: boolean;
  /** Whether somebody waits who came before. */
  readonly isAhead: boolean;
};

/** Null: the account has no such session. */
export async function lookAtLine(
  database: Database,
  asked: { readonly accountId: string; readonly sessionId: string; readonly place: bigint },
): Promise<LineLook | null> {
  const [found] = await lookAtLineRow(database, asked);
  return found ?? null;
}

/** Keeps places of `owner` for some more seconds. */
export async function renewPlaces(database: Database, owner: string, places: readonly bigint[]): Promise<void> {
  await renewPlaceRows(database, { places, owner });
}

/** Gives up places of `owner`. */
export async function leaveLine(database: Database, owner: string, places: readonly bigint[]): Promise<void> {
  await deletePlaces(database, { places, owner });
}

/** Gives up all places of `owner`. */
export async function leaveLines(database: Database, owner: string): Promise<void> {
  await deletePlacesOf(database, { owner });
}

/** Forgets the places of processes that have died. */
export async function pruneLines(database: Database): Promise<void> {
  await prunePlaces(database, {});
}

/** Forgets the places of all but `owner`: right only where a lock proves that the others are dead. */
export async function forgetOthersInLine(database: Database, owner: string): Promise<void> {
  await deletePlacesOfOthers(database, { owner });
}
