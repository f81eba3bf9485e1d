/** Calls back when the next frame may be drawn; gives what calls that off. */
export type Schedule = (draw: () => void) => () => void;

export type Notifier = {
  readonly subscribe: (listener: () => void) => () => void;
  /** Tells the listeners at once. */
  readonly now: () => void;
  /** Tells them with the next frame: however much comes in between, they are told once. */
  readonly soon: () => void;
};

export function createNotifier(schedule: Schedule): Notifier {
  const listeners = new Set<() => void>();
  let callOff: (() => void) | null = null;
  function now(): void {
    callOff?.();
    callOff = null;
    for (const listener of listeners) listener();
  }
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    now,
    soon() {
      callOff ??= schedule(now);
    },
  };
}

/** The browser's next frame; a page that is not seen has none, and is told all the same. */
export const nextFrame: Schedule = (draw) => {
  const frame = requestAnimationFrame(draw);
  const timer = setTimeout(draw, 200);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
};
