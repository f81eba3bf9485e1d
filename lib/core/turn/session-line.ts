import { ChatError } from "../../domain/errors.ts";

const LONGEST_LINE = 10;

/** Who waits for whom in this process. */
export type SessionLine = {
  /**
   * Waits for the turn of a caller among those who wait for one session, in the order in which they came.
   *
   * The result releases the next. Throws "rate-limited" when ten wait already, "cancelled" when `signal` aborts.
   */
  readonly lineUp: (sessionId: string, signal?: AbortSignal) => Promise<() => void>;
  /** Whether anybody waits for a session. */
  readonly isAwaited: (sessionId: string) => boolean;
  /**
   * Notes that a turn of a session is being entered. Gives what takes the note away, and null where another turn of the
   * session is being entered already.
   */
  readonly enter: (sessionId: string) => (() => void) | null;
  /** Does work of a name when what was begun under the name before is done. */
  readonly alone: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;
};

type Waiter = ReturnType<typeof Promise.withResolvers<void>>;

export function sessionLine(): SessionLine {
  /** Those who wait for each session, the first of them at the head. */
  const lines = new Map<string, Waiter[]>();
  const entering = new Set<string>();
  /** The end of what was begun last under each name. */
  const last = new Map<string, Promise<void>>();

  /** Takes a waiter out of its line, and lets the next come forward. */
  function leave(sessionId: string, waiter: Waiter): void {
    const line = lines.get(sessionId) ?? [];
    const at = line.indexOf(waiter);
    if (at >= 0) line.splice(at, 1);
    if (line.length === 0) lines.delete(sessionId);
    else if (at === 0) line[0]?.resolve();
  }

  return {
    isAwaited: (sessionId) => lines.has(sessionId),
    enter(sessionId) {
      if (entering.has(sessionId)) return null;
      entering.add(sessionId);
      return () => void entering.delete(sessionId);
    },
    async lineUp(sessionId, signal) {
      const left = () => new ChatError("cancelled", "The caller left the line");
      if (signal?.aborted) throw left();
      const line = lines.get(sessionId) ?? [];
      // The head of the line waits for the running turn, the others wait for the head.
      if (line.length >= LONGEST_LINE) {
        const message = `${LONGEST_LINE} other turns wait for this session already`;
        throw new ChatError("rate-limited", message, { retryAfterSeconds: 5 });
      }
      const waiter: Waiter = Promise.withResolvers();
      line.push(waiter);
      lines.set(sessionId, line);
      const release = () => leave(sessionId, waiter);
      if (line[0] === waiter) return release;
      const hangUp = () => waiter.reject(left());
      signal?.addEventListener("abort", hangUp, { once: true });
      try {
        await waiter.promise;
        return release;
      } catch (thrown) {
        release();
        throw thrown;
      } finally {
        signal?.removeEventListener("abort", hangUp);
      }
    },
    async alone(name, work) {
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
    },
  };
}
