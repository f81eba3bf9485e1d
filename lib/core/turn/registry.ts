import type { LiveRun } from "./live-run.ts";

/** The runs that this process works on. */
export type Registry = {
  readonly find: (runId: string) => LiveRun | undefined;
  readonly count: () => number;
  /** The ids of the runs that work in this process. */
  readonly running: () => string[];
  readonly all: () => LiveRun[];
  /** The runs that are in a session, also those that store nothing. */
  readonly ofSession: (sessionId: string) => LiveRun[];
  /** The runs of an account. */
  readonly ofAccount: (accountId: string) => LiveRun[];
  /** Enters a run. Throws where one of its id works already: two would write one log. */
  readonly add: (live: LiveRun) => void;
  readonly delete: (live: LiveRun) => void;
};

export function registry(): Registry {
  const lives = new Map<string, LiveRun>();
  return {
    find: (runId) => lives.get(runId),
    count: () => lives.size,
    running: () => [...lives.keys()],
    all: () => [...lives.values()],
    ofSession: (sessionId) => [...lives.values()].filter((live) => live.sessionId === sessionId),
    ofAccount: (accountId) => [...lives.values()].filter((live) => live.accountId === accountId),
    add(live) {
      if (lives.has(live.id)) throw new Error(`The run ${live.id} works in this process already`);
      lives.set(live.id, live);
    },
    delete(live) {
      if (lives.get(live.id) === live) lives.delete(live.id);
    },
  };
}
