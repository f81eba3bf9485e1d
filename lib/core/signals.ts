import type { Channel, OpenChannel } from "../domain/channel.ts";

/**
 * Wakes those who wait for something, in this process and in others. A signal says only that it is time to look: what
 * has happened is in the database, and whoever waits looks by itself after `lookAfterMs`, since a signal may get lost.
 */
export type Signals = {
  /** Wakes who listens to these topics: here at once, elsewhere in some milliseconds. */
  readonly notify: (topics: readonly string[]) => void;
  /** Calls `heard` at each signal of a topic, and when signals of others may have been missed. Gives what ends it. */
  readonly listen: (topic: string, heard: () => void) => () => void;
  /** Milliseconds after which who waits for a signal looks by itself: few while others are not heard. */
  readonly lookAfterMs: () => number;
  /** Resolves when what was said so far is sent, or could not be. */
  readonly sent: () => Promise<void>;
  /** Sends the rest and hears nothing more. */
  readonly close: () => Promise<void>;
};

/** A run has new events, has ended, or is left by its process. */
export const runTopic = (runId: string): string => `run:${runId}`;
/** Somebody follows a run in another process than its own. */
export const followedTopic = (runId: string): string => `followed:${runId}`;
/** Somebody asks a run to stop, or has deleted it. */
export const stopTopic = (runId: string): string => `stop:${runId}`;
/** A turn of a session has ended, somebody has left the line of those who wait for it, or it is deleted. */
export const lineTopic = (sessionId: string): string => `line:${sessionId}`;
/** Whoever has to do with a session and its running turn: both are deleted. */
export const deletionTopics = (sessionId: string, runId: string | null): string[] =>
  runId === null ? [lineTopic(sessionId)] : [lineTopic(sessionId), stopTopic(runId), runTopic(runId)];
/** A process has left runs that others are to go on with. */
export const LEFT_TOPIC = "left";

const FLOOR_MS = 2000;
const DEAF_MS = 150;
/** With ids of 36 characters they fit into the 8,000 bytes of a NOTIFY of PostgreSQL. */
const MOST_IN_TEXT = 150;
/** Beyond so many unsent topics a channel does not work, and those who wait look by themselves. */
const MOST_UNSENT = 10_000;

/** Opens the signals of this process. `open` null: there is no other process that could be told. */
export function openSignals({
  open,
  newId,
  floorMs = FLOOR_MS,
}: {
  readonly open: OpenChannel | null;
  readonly newId: () => string;
  /** Who hears signals looks by himself after so long. */
  readonly floorMs?: number;
}): Signals {
  const listeners = new Map<string, Set<() => void>>();
  const unsent = new Set<string>();
  const self = newId();
  let sending: Promise<void> | null = null;
  let isClosed = false;

  const tell = (topic: string) => {
    for (const heard of [...(listeners.get(topic) ?? [])]) heard();
  };
  const channel =
    open?.({
      onText(text) {
        const [from, ...topics] = text.split(" ");
        // What this process says was heard here before it was sent.
        if (from !== self) for (const topic of topics) tell(topic);
      },
      onOpen() {
        for (const topic of [...listeners.keys()]) tell(topic);
      },
    }) ?? null;

  /** Sends what is said, and together what is said while it is on its way. Never throws. */
  async function sendAll(channel: Channel): Promise<void> {
    // What is said in the same moment goes together.
    await Promise.resolve();
    while (unsent.size > 0) {
      const topics = [...unsent].slice(0, MOST_IN_TEXT);
      for (const topic of topics) unsent.delete(topic);
      // Who does not hear it looks by itself.
      await channel.send([self, ...topics].join(" ")).catch(() => {});
    }
    sending = null;
  }

  return {
    notify(topics) {
      for (const topic of topics) tell(topic);
      if (channel === null || isClosed) return;
      if (unsent.size > MOST_UNSENT) unsent.clear();
      for (const topic of topics) unsent.add(topic);
      if (unsent.size > 0) sending ??= sendAll(channel);
    },
    listen(topic, heard) {
      const all = listeners.get(topic) ?? new Set();
      listeners.set(topic, all);
      // A function of its own: one that listens twice is called twice.
      const own = () => heard();
      all.add(own);
      return () => {
        all.delete(own);
        if (all.size === 0 && listeners.get(topic) === all) listeners.delete(topic);
      };
    },
    lookAfterMs: () => (channel === null || channel.isOpen() ? floorMs : DEAF_MS),
    sent: async () => sending ?? undefined,
    async close() {
      isClosed = true;
      await sending;
      await channel?.close();
    },
  };
}

/** What somebody waits with: it keeps a signal that comes between two waits. */
export type Bell = {
  /**
   * Resolves at the first signal since the last wait, and after `atMostMs`, or as long as signals may take, at the
   * latest.
   */
  readonly rung: (atMostMs?: number) => Promise<void>;
  readonly ring: () => void;
  /** Hears no signals any more. */
  readonly end: () => void;
};

/** A bell that rings at signals of these topics. */
export function bellOf(signals: Signals, topics: readonly string[]): Bell {
  let hasRung = false;
  let wake = () => {};
  const ring = () => {
    hasRung = true;
    wake();
  };
  const ends = topics.map((topic) => signals.listen(topic, ring));
  return {
    ring,
    async rung(atMostMs = signals.lookAfterMs()) {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, atMostMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = () => {};
      }
      hasRung = false;
    },
    end() {
      for (const end of ends) end();
    },
  };
}
