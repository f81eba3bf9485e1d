import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import type { ConversationPorts } from "./conversation-ports";
import type { HeldState } from "./held-state";
import { readTurn, type TurnStream } from "./turn-reader";
import { isOf, type Turn, turnsIn } from "./turns-in";

/** What another tab or device did, as the list of sessions has heard it. */
export type News = {
  readonly running: string | null;
  readonly updatedAt: string;
  /** The branch whose line is shown; null: nobody has said. */
  readonly branchId: string | null;
};

type Ports = Omit<ConversationPorts, "ask" | "stop" | "createSession" | "newId" | "frame">;

export type SessionReader = ReturnType<typeof createSessionReader>;

/** Reads what the server has of a session: the turn that runs, what is stored, and what has changed elsewhere. */
export function createSessionReader(ports: Ports, held: HeldState, begun: Pick<News, "updatedAt" | "branchId">) {
  const { get, tell, lastRun } = held;
  /** Ends the request of the turn that runs: the asking, then the reading of its events. */
  let request: AbortController | null = null;
  let isOpen = false;
  let isSettling = false;
  /** A run that the server lets nobody follow: it is not tried again. */
  let lostRun: string | null = null;
  let refreshing: Promise<boolean> | null = null;
  /** So many windows were shown. */
  let shows = 0;
  let known = begun.updatedAt;
  let shownBranch = begun.branchId;
  let heard: News = { running: null, updatedAt: "", branchId: null };

  /** Follows the turn that runs to its end, and then shows the list how the session stands. */
  async function follow(stream: TurnStream | null, own = new AbortController()): Promise<void> {
    const { sessionId, run } = get();
    if (sessionId === null || run === null || request) return;
    request = own;
    ports.told.running(sessionId, run.id ?? "here");
    const ended = await readTurn(ports, { sessionId, state: get, tell, signal: own.signal }, stream);
    // Whoever waits for the end of a turn may have asked the next question at once: then all that follows is that one's.
    const isMine = request === own;
    if (isMine) request = null;
    if (ended === "left" || !isMine) return;
    if (ended === "gone") lostRun = get().run?.id ?? null;
    if (get().run) tell({ type: "left" });
    ports.told.running(sessionId, null);
    await (ended === "gone" ? refresh() : settle(sessionId));
  }

  /** Looks at the end of the session after a turn that ended here: somebody else may have asked before it. */
  async function settle(sessionId: string): Promise<void> {
    const before = heard;
    const shownBefore = shows;
    isSettling = true;
    const window = await ports.readWindow(sessionId, { limit: "2" }).catch(() => null);
    isSettling = false;
    if (window === null || get().run) return;
    // What somebody else has asked for since is newer, and may be another line.
    if (shows !== shownBefore) return check();
    const isWhole = joinsOn(window, get().turns);
    if (!isWhole) return refresh();
    show(window, before);
    return get().run ? follow(null) : check();
  }

  /** Shows what was read when `before` was the last news. What was heard since may be newer. */
  function show(window: SessionWindow, before: News): void {
    const { session, running } = window;
    shows++;
    known = later(known, later(session.last_updated_at, before.updatedAt));
    shownBranch = session.active_branch_id ?? shownBranch;
    if (heard === before) {
      heard = { running: running?.run_id ?? null, updatedAt: session.last_updated_at, branchId: shownBranch };
    }
    const isLost = running !== null && running.run_id === lostRun;
    tell({ type: "window", window: isLost ? { ...window, running: null } : window });
    ports.told.summary(session);
  }

  /** Whether it could be read. */
  async function readLast(id: string): Promise<boolean> {
    const before = heard;
    try {
      const window = await ports.readWindow(id, null);
      if (!get().run) show(window, before);
      return true;
    } catch {
      // The next news or the reader's next act asks again.
      return false;
    } finally {
      refreshing = null;
    }
  }

  /** Shows the session as it is stored, and follows the turn that runs. */
  function refresh(): Promise<void> {
    const { sessionId, run } = get();
    if (sessionId === null || run || !isOpen) return Promise.resolve();
    refreshing ??= readLast(sessionId);
    return refreshing.then((isRead) => {
      if (get().run) return follow(null);
      if (isRead) check();
    });
  }

  function check(): void {
    if (!isOpen || isSettling || get().run || get().sessionId === null) return;
    const isNewRun = heard.running !== null && heard.running !== "here" && heard.running !== lastRun();
    // Its own turns fork lines too, and only what is stored knows how its versions stand then.
    shownBranch ??= heard.branchId;
    const isOtherLine = heard.branchId !== null && heard.branchId !== shownBranch;
    if (isNewRun || isOtherLine || heard.updatedAt > known) void refresh();
  }

  /** As `refresh`, of what is stored from now on. */
  async function refreshAfter(): Promise<void> {
    await refreshing;
    await refresh();
  }

  return {
    follow,
    refresh,
    refreshAfter,
    isOpen: () => isOpen,
    /** Takes the place of the request, so that nothing else is read meanwhile; gives whether it still has it. */
    claim(own: AbortController): () => boolean {
      request = own;
      return () => request === own;
    },
    /** Gives the place back, and ends what is in it where that is asked for. */
    release(isEnded = false) {
      if (isEnded) request?.abort();
      request = null;
    },
    /** The session is known as it stands at this time. */
    knows(updatedAt: string) {
      known = later(known, updatedAt);
    },
    hear(news: News) {
      heard = news;
      check();
    },
    /** Begins to follow; gives what ends that. `isStale`: what is shown may be older than what is stored. */
    open(isStale: boolean): () => void {
      isOpen = true;
      if (isStale) {
        if (get().run) tell({ type: "left" });
        void refresh();
      } else if (get().run?.id) void ports.ready().then(() => (isOpen ? follow(null) : undefined));
      return () => {
        isOpen = false;
        if (!get().run?.id) return;
        request?.abort();
        request = null;
      };
    },
  };
}

/** Whether the first turn of a window is one of those that are shown, so that none is missing between them. */
function joinsOn({ events }: SessionWindow, shown: readonly Turn[]): boolean {
  const first = turnsIn(events, null).turns[0]?.key;
  return first !== undefined && shown.some((turn) => isOf(turn, first));
}

const later = (a: string, b: string) => (a > b ? a : b);
