import type { Action, ConversationState } from "./conversation-state";
import { createNotifier, type Schedule } from "./notifier";
import { reduce } from "./reduce";

export type HeldState = {
  readonly get: () => ConversationState;
  readonly tell: (action: Action) => void;
  /** The run of the last turn that ended here; null: none has. */
  readonly lastRun: () => string | null;
  /** `listener` is called before anything is drawn. */
  readonly subscribe: (listener: () => void) => () => void;
};

/** Holds the state of a conversation, and tells who draws it of changes: of what streams at most once a frame. */
export function holdState(first: ConversationState, schedule: Schedule): HeldState {
  const notifier = createNotifier(schedule);
  let state = first;
  let lastRun: string | null = null;
  return {
    get: () => state,
    lastRun: () => lastRun,
    subscribe: notifier.subscribe,
    tell(action) {
      const before = state;
      state = reduce(before, action);
      if (state === before) return;
      if (before.run && !state.run) lastRun = before.run.id ?? state.turns.at(-1)?.runId ?? lastRun;
      if (action.type === "event" && state.run) notifier.soon();
      else notifier.now();
    },
  };
}
