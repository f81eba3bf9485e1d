import { setImmediate as immediate } from "node:timers/promises";

/** The longest stretch of work after which others get their turn. */
const STRETCH_MS = 8;

/** Cuts long work into stretches, between which the event loop serves everybody else. */
export type Pacer = {
  /** Whether a stretch has lasted long enough. Ask it after each small piece of work. */
  readonly isDue: () => boolean;
  /** Lets all others have their turn; then a new stretch begins. */
  readonly rest: () => Promise<void>;
};

/** Begins a stretch. `now` gives milliseconds. */
export function pacer(
  now: () => number = performance.now.bind(performance),
  rest: () => Promise<void> = immediate,
): Pacer {
  let startedAt = now();
  return {
    isDue: () => now() - startedAt >= STRETCH_MS,
    async rest() {
      await rest();
      startedAt = now();
    },
  };
}
