import { setTimeout as pause } from "node:timers/promises";
import type { Host } from "../host.ts";
import type { Log } from "../log.ts";

const PAUSE_AFTER_FAILURE_MS = 60_000;

/** Work that nobody waits for. */
export type Background = {
  /**
   * Does work again and again, the next time so long after it was begun, never twice at once. What it throws is logged.
   */
  readonly every: (ms: number, work: () => Promise<void>) => void;
  /**
   * Does work of a name behind the answers: one at a time, and once more at its end when it was asked for meanwhile.
   * Work that throws is logged, and not begun again for a minute; what was asked for in that minute is done behind it.
   */
  readonly soon: (name: string, work: () => Promise<void>) => void;
  /** Begins nothing more. */
  readonly end: () => void;
};

type Task = { isRunning: boolean; isAskedAgain: boolean; pausedUntil: number; behindPause?: NodeJS.Timeout };

export function startBackground(log: Log, now: () => number, { keepAwake }: Pick<Host, "keepAwake">): Background {
  const timers: NodeJS.Timeout[] = [];
  const tasks = new Map<string, Task>();
  let hasEnded = false;

  async function run(name: string, task: Task, work: () => Promise<void>): Promise<void> {
    task.isRunning = true;
    try {
      while (task.isAskedAgain && !hasEnded) {
        task.isAskedAgain = false;
        await work();
      }
    } catch (thrown) {
      task.pausedUntil = now() + PAUSE_AFTER_FAILURE_MS;
      task.behindPause = setTimeout(() => {
        // By this timer alone: the clock may have been set back meanwhile.
        task.pausedUntil = 0;
        begin(name, task, work);
      }, PAUSE_AFTER_FAILURE_MS);
      task.behindPause.unref();
      log.warn({ err: thrown, task: name }, "A background task failed and waits a minute");
    } finally {
      task.isRunning = false;
    }
  }
  function begin(name: string, task: Task, work: () => Promise<void>): void {
    if (!task.isAskedAgain || task.isRunning || hasEnded || now() < task.pausedUntil) return;
    clearTimeout(task.behindPause);
    keepAwake(run(name, task, work));
  }

  return {
    every(ms, work) {
      let isBusy = false;
      const timer = setInterval(async () => {
        if (isBusy) return;
        isBusy = true;
        try {
          await work();
        } catch (thrown) {
          log.error({ err: thrown }, "A background task failed and will be tried again");
        } finally {
          isBusy = false;
        }
      }, ms);
      timer.unref();
      timers.push(timer);
    },
    soon(name, work) {
      const task = tasks.get(name) ?? { isRunning: false, isAskedAgain: false, pausedUntil: 0 };
      tasks.set(name, task);
      task.isAskedAgain = true;
      begin(name, task, work);
    },
    end() {
      hasEnded = true;
      for (const timer of timers) clearInterval(timer);
      for (const { behindPause } of tasks.values()) clearTimeout(behindPause);
    },
  };
}

/** Resolves when the work is done, and after `ms` at the latest. */
export const atMost = (ms: number, work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, pause(ms, null, { ref: false })]);
