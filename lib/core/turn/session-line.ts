import type { Database } from "../../db/database.ts";
import { joinLine, leaveLine, leaveLines, pruneLines, renewPlaces } from "../../db/line.ts";
import { ChatError } from "../../domain/errors.ts";
import type { Host } from "../host.ts";
import type { Log } from "../log.ts";
import { lineTopic, type Signals } from "../signals.ts";

/** So many wait for a session, in all processes together. */
const LONGEST_LINE = 10;

/** One who wants the next turn of a session. */
export type InLine = {
  /** Its place among those who wait, in all processes: the smaller comes first. Null: it has not had to wait yet. */
  readonly place: () => bigint | null;
  /** Whether nobody of this process came before it. */
  readonly isFirst: () => boolean;
  /**
   * Takes a place behind all who have one, together with those of this process who came before. One that is `lost` is
   * taken anew. Throws "rate-limited" when ten wait already.
   */
  readonly takePlace: (lost?: boolean) => Promise<void>;
  /** Gives up the place, and lets the others look. To be called once. */
  readonly leave: () => void;
};

/** Who waits for whom. */
export type SessionLine = {
  /** Stands in behind those of this process who want the same. Throws "rate-limited" when ten do. */
  readonly lineUp: (accountId: string, sessionId: string) => InLine;
  /** Whether anybody of this process wants the next turn of a session. */
  readonly isAwaited: (sessionId: string) => boolean;
  /**
   * Notes that a turn of a session is being entered. Gives what takes the note away, and null where another turn of the
   * session is being entered already.
   */
  readonly enter: (sessionId: string) => (() => void) | null;
  /** Does work of a name when what was begun under the name before is done. */
  readonly alone: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;
  /** Renews the places of this process: those of one that has died are nobody's after some seconds. */
  readonly renew: () => Promise<void>;
  /** Forgets the places of processes that have died. */
  readonly prune: () => Promise<void>;
  /** Sends away all who wait in this process, which is going, and gives up their places. */
  readonly close: () => Promise<void>;
};

type Member = { place: bigint | null; hasLeft: boolean };
type Line = { readonly members: Member[]; placing: Promise<void> };

type Parts = {
  readonly host: Pick<Host, "keepAwake">;
  readonly database: Database;
  readonly owner: string;
  readonly signals: Pick<Signals, "notify">;
  readonly log: Pick<Log, "warn">;
};

/**
 * The lines of all sessions. A place is a row, so that its order holds across processes; who need not wait has none.
 */
export function sessionLine({ host, database, owner, signals, log }: Parts): SessionLine {
  /** Those of this process, in the order in which they came. */
  const lines = new Map<string, Line>();
  const entering = new Set<string>();
  const tell = (sessionId: string) => signals.notify([lineTopic(sessionId)]);

  function give(sessionId: string, places: readonly bigint[]): void {
    const left = leaveLine(database, owner, places)
      .catch((thrown) => log.warn({ err: thrown }, "A place in a line is nobody's in some seconds"))
      .finally(() => tell(sessionId));
    host.keepAwake(left);
  }

  /** Gives places to a member and to those before it, in their order. */
  async function placeUpTo(accountId: string, sessionId: string, line: Line, member: Member): Promise<void> {
    const ahead = line.members.slice(0, line.members.indexOf(member) + 1).filter(({ place }) => place === null);
    if (member.hasLeft || member.place !== null) return;
    const asked = { accountId, sessionId, owner, count: ahead.length, most: LONGEST_LINE };
    const places = await joinLine(database, asked);
    for (const [n, one] of ahead.entries()) one.place = places[n] ?? null;
    const unused = ahead.flatMap(({ hasLeft, place }) => (hasLeft && place !== null ? [place] : []));
    if (unused.length > 0) give(sessionId, unused);
  }

  return {
    isAwaited: (sessionId) => lines.has(sessionId),
    enter(sessionId) {
      if (entering.has(sessionId)) return null;
      entering.add(sessionId);
      return () => void entering.delete(sessionId);
    },
    lineUp(accountId, sessionId) {
      const line: Line = lines.get(sessionId) ?? { members: [], placing: Promise.resolve() };
      if (line.members.length >= LONGEST_LINE) throw full();
      const member: Member = { place: null, hasLeft: false };
      line.members.push(member);
      lines.set(sessionId, line);
      return {
        place: () => member.place,
        isFirst: () => line.members[0] === member,
        async takePlace(lost = false) {
          if (lost) member.place = null;
          // One after the other: the order of places is the order in which they came.
          line.placing = line.placing.catch(() => {}).then(() => placeUpTo(accountId, sessionId, line, member));
          await line.placing;
          if (member.place === null) throw full();
        },
        leave() {
          member.hasLeft = true;
          line.members.splice(line.members.indexOf(member), 1);
          if (line.members.length === 0) lines.delete(sessionId);
          if (member.place !== null) give(sessionId, [member.place]);
        },
      };
    },
    alone: oneAfterTheOther(),
    async renew() {
      const places = [...lines.values()].flatMap(({ members }) => members.flatMap(({ place }) => place ?? []));
      if (places.length > 0) await renewPlaces(database, owner, places);
    },
    prune: () => pruneLines(database),
    async close() {
      const awaited = [...lines.keys()];
      // Who waits looks up, and is told that the process is going.
      for (const sessionId of awaited) tell(sessionId);
      if (awaited.length === 0) return;
      await leaveLines(database, owner);
      for (const sessionId of awaited) tell(sessionId);
    },
  };
}

const full = () =>
  new ChatError("rate-limited", `${LONGEST_LINE} other turns wait for this session already`, { retryAfterSeconds: 5 });

function oneAfterTheOther(): SessionLine["alone"] {
  /** The end of what was begun last under each name. */
  const last = new Map<string, Promise<void>>();
  return async (name, work) => {
    const before = last.get(name) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.then(
      () => {},
      () => {},
    );
    last.set(name, settled);
    try {
      return await mine;
    } finally {
      if (last.get(name) === settled) last.delete(name);
    }
  };
}
