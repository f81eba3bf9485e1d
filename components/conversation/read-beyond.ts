import type { ConversationPorts } from "./conversation-ports";
import type { HeldState } from "./held-state";
import { shownIn } from "./other-turns";
import { isOf } from "./turns-in";

/** So many turns are read as one scrolls: few, since they are drawn in one piece. */
const STEP = "10";

type Ports = Pick<ConversationPorts, "readWindow">;

/** Reads the turns before those that are shown, or after them; at most one read of a side at a time. */
export async function readBeyond(
  { readWindow }: Ports,
  { get, tell }: HeldState,
  side: "older" | "newer",
): Promise<void> {
  const { sessionId } = get();
  const place = shownIn(get())[side];
  if (sessionId === null || place === null || place.reading === "yes") return;
  tell({ type: "reading", side, reading: "yes" });
  // Other turns may be shown by then than those that this was asked for.
  const isAsked = () => shownIn(get())[side]?.place === place.place;
  try {
    const window = await readWindow(sessionId, {
      ...(side === "older" ? { before: place.place } : { from: place.place }),
      limit: STEP,
    });
    if (isAsked()) tell({ type: side, window });
  } catch {
    if (isAsked()) tell({ type: "reading", side, reading: "failed" });
  }
}

/** Shows turns elsewhere in the session. Who is asked for another meanwhile forgets the one before. */
export function createLooking({ readWindow }: Ports, { get, tell }: HeldState) {
  let latest = 0;
  return {
    /** Looks at a question and what follows it, wherever in the session it stands. False: it cannot be read. */
    async at(id: string, place: string): Promise<boolean> {
      const own = ++latest;
      const { sessionId, turns } = get();
      if (sessionId === null) return false;
      try {
        const isLast = turns.some((turn) => isOf(turn, id));
        const window = isLast ? null : await readWindow(sessionId, { from: place });
        if (own === latest) tell({ type: "elsewhere", window });
        return true;
      } catch {
        return own !== latest;
      }
    },
    /** The question is shown already, and stays where it is. */
    stay(): Promise<boolean> {
      latest++;
      return Promise.resolve(true);
    },
    /** Shows the last turns again. */
    end(): void {
      latest++;
      tell({ type: "elsewhere", window: null });
    },
  };
}
