import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import type { ConversationPorts } from "./conversation-ports";
import type { HeldState } from "./held-state";
import { type News, sessionNews } from "./session-news";
import { readTurn, type TurnStream } from "./turn-reader";
import { isOf, type Turn, turnsIn } from "./turns-in";
import { createWindowReader } from "./window-reader";

type Ports = Omit<ConversationPorts, "ask" | "stop" | "createSession" | "newId" | "frame">;

export type SessionReader = ReturnType<typeof createSessionReader>;

/** Reads what the server has of a session: the turn that runs, what is stored, and what has changed elsewhere. */
export function createSessionReader(ports: Ports, held: HeldState, begun: Pick<News, "updatedAt" | "branchId">) {
  const { get, tell, lastRun } = held;
  const place = requestPlace();
  const news = sessionNews(begun);
  const windows = createWindowReader(ports, held, news);
  let isOpen = false;

  /** Follows the turn that runs to its end, and then shows the list how the session stands. */
  async function follow(stream: TurnStream | null, own = new AbortController()): Promise<void> {
    const { sessionId, run } = get();
    if (sessionId === null || run === null || place.isTaken()) return;
    const isMine = place.claim(own);
    ports.told.running(sessionId, run.id ?? "here");
    const ended = await readTurn(ports, { sessionId, state: get, tell, signal: own.signal }, stream);
    // Whoever waits for the end of a turn may have asked the next question at once: then all that follows is that
    // one's.
    const wasMine = isMine();
    if (wasMine) place.release();
    if (ended === "left" || !wasMine) return;
    if (ended === "gone") windows.lose(get().run?.id ?? null);
    if (get().run) tell({ type: "left" });
    ports.told.running(sessionId, null);
    await (ended === "gone" ? refresh() : settle(sessionId));
  }

  /** Looks at the end of the session after a turn that ended here: somebody else may have asked before it. */
  async function settle(sessionId: string): Promise<void> {
    const [before, shownBefore] = [news.heard(), windows.shows()];
    const window = await windows.readEnd(sessionId);
    if (window === null || get().run) return;
    // What somebody else has asked for since is newer, and may be another line.
    if (windows.shows() !== shownBefore) return check();
    if (!joinsOn(window, get().turns)) return refresh();
    windows.show(window, before);
    return get().run ? follow(null) : check();
  }

  /** Shows the session as it is stored, and follows the turn that runs. */
  async function refresh(): Promise<void> {
    const { sessionId, run } = get();
    if (sessionId === null || run || !isOpen) return;
    const isRead = await windows.readLast(sessionId);
    if (get().run) return follow(null);
    if (isRead) check();
  }

  function check(): void {
    if (!isOpen || windows.isReadingEnd() || get().run || get().sessionId === null) return;
    if (news.isAhead(lastRun())) void refresh();
  }

  return {
    follow,
    refresh,
    /** As `refresh`, of what is stored from now on. */
    async refreshAfter(): Promise<void> {
      await windows.whenRead();
      await refresh();
    },
    isOpen: () => isOpen,
    claim: place.claim,
    release: place.release,
    knows: news.knows,
    hear(heard: News) {
      news.hear(heard);
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
        if (get().run?.id) place.release(true);
      };
    },
  };
}

/** The place of the one request of the turn that runs: the asking, then the reading of its events. */
function requestPlace() {
  let request: AbortController | null = null;
  return {
    isTaken: () => request !== null,
    /** Takes the place, so that nothing else is read meanwhile; gives whether it still has it. */
    claim(own: AbortController): () => boolean {
      request = own;
      return () => request === own;
    },
    /** Gives the place back, and ends what is in it where that is asked for. */
    release(isEnded = false) {
      if (isEnded) request?.abort();
      request = null;
    },
  };
}

/** Whether the first turn of a window is one of those that are shown, so that none is missing between them. */
function joinsOn({ events }: SessionWindow, shown: readonly Turn[]): boolean {
  const first = turnsIn(events, null).turns[0]?.key;
  return first !== undefined && shown.some((turn) => isOf(turn, first));
}
