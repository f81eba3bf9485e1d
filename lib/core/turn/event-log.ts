import type { TurnEvent } from "../../domain/events.ts";

/** The events of a run as they come, numbered from 1: number n is `events[n - 1]`. */
export type EventLog = {
  readonly events: readonly TurnEvent[];
  readonly append: (events: readonly TurnEvent[]) => void;
  /** Resolves at the next append or nudge. */
  readonly changed: () => Promise<void>;
  /** Resolves `changed` without new events: for a follower that is to look at something else. */
  readonly nudge: () => void;
};

export function eventLog(past: readonly TurnEvent[]): EventLog {
  const events: TurnEvent[] = [...past];
  let wake = Promise.withResolvers<void>();
  const nudge = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  return {
    events,
    append(added) {
      for (const event of added) events.push(event);
      nudge();
    },
    changed: () => wake.promise,
    nudge,
  };
}
