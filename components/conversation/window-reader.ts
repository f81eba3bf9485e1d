import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import type { ConversationPorts } from "./conversation-ports";
import type { HeldState } from "./held-state";
import type { News, SessionNews } from "./session-news";

type Ports = Pick<ConversationPorts, "readWindow" | "told">;

/** Reads windows of a session as it is stored, and shows them. */
export function createWindowReader({ readWindow, told }: Ports, { get, tell }: HeldState, news: SessionNews) {
  /** A run that the server lets nobody follow: it is not tried again. */
  let lostRun: string | null = null;
  let reading: Promise<boolean> | null = null;
  let isReadingEnd = false;
  let shows = 0;

  /** Shows what was read when `before` was the last news. */
  function show(window: SessionWindow, before: News): void {
    shows++;
    news.take(window, before);
    const isLost = window.running !== null && window.running.run_id === lostRun;
    tell({ type: "window", window: isLost ? { ...window, running: null } : window });
    told.summary(window.session);
  }

  async function read(sessionId: string): Promise<boolean> {
    const before = news.heard();
    try {
      const window = await readWindow(sessionId, null);
      if (!get().run) show(window, before);
      return true;
    } catch {
      // The next news or the reader's next act asks again.
      return false;
    } finally {
      reading = null;
    }
  }

  return {
    show,
    /** So many windows were shown. */
    shows: () => shows,
    lose(runId: string | null) {
      lostRun = runId;
    },
    /** Reads and shows the last window, one read at a time; gives whether it could be read. */
    readLast(sessionId: string): Promise<boolean> {
      reading ??= read(sessionId);
      return reading;
    },
    isReadingEnd: () => isReadingEnd,
    /** Reads the last turns without showing them; null: they could not be read. */
    async readEnd(sessionId: string): Promise<SessionWindow | null> {
      isReadingEnd = true;
      const window = await readWindow(sessionId, { limit: "2" }).catch(() => null);
      isReadingEnd = false;
      return window;
    },
    /** Ends when what is being read now has come. */
    whenRead: () => reading,
  };
}
