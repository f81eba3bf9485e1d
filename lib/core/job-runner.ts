import type { Database } from "../db/database.ts";
import {
  endLeasesOfOthers,
  giveJobsBack,
  type Hold,
  nextJobDue,
  renewJobs,
  retryJob,
  type TakenJob,
  takeJobs,
} from "../db/leased-jobs.ts";
import { ChatError } from "../domain/errors.ts";
import type { Host } from "./host.ts";
import type { Log } from "./log.ts";

const RENEW_MS = 5000;
/** So many times is a job tried that fails of itself, and so many that ends its process each time. */
const MOST_TRIES = 3;
const MOST_ATTEMPTS = 5;
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_SLEEP_MS = 60_000;

/** How jobs of a kind are done. */
export type JobTask = {
  /**
   * Does a job and notes its end, all fenced by `hold`. Throws "bad-request" with a sentence for one that can never be
   * done, the reason of `signal`, and anything else for one that is worth another try.
   */
  readonly run: (job: TakenJob, hold: Hold, signal: AbortSignal) => Promise<void>;
  /** Notes that a job ends without success, with a sentence for a person. */
  readonly giveUp: (job: TakenJob, hold: Hold, state: "failed" | "aborted", sentence: string) => Promise<void>;
};

/**
 * What does stored jobs in this process, one at a time: what a process leaves, another one takes when its lease is
 * over.
 */
export type JobRunner = {
  /** Looks for jobs now: one was entered. */
  readonly wake: () => void;
  /** Ends a job that works here, because somebody has asked for that. */
  readonly cancel: (jobId: string) => void;
  /** Begins: on the embedded database with what the processes before have left, since its lock proves them dead. */
  readonly start: () => Promise<void>;
  /** Gives the job at hand back and begins nothing more. */
  readonly drain: () => Promise<void>;
};

type JobPorts = {
  readonly host: Host;
  readonly database: Database;
  readonly log: Log;
  readonly now: () => number;
  /** Names this process in leases. */
  readonly owner: string;
};

type Ending = "cancelled" | "lost" | "left";
type Working = { readonly job: TakenJob; readonly controller: AbortController; ending: Ending | null };

/** `tasks`: how jobs are done, by their kind; complete when the runner is started. */
export function startJobRunner(ports: JobPorts, tasks: ReadonlyMap<string, JobTask>): JobRunner {
  const { host, database, log, owner } = ports;
  const worker = jobWorker(ports, tasks);
  let looking: Promise<void> | null = null;
  let isAskedAgain = false;
  let isDraining = false;
  let sleep: NodeJS.Timeout | undefined;

  function wake(): void {
    isAskedAgain = true;
    if (looking !== null || isDraining) return;
    looking = look().finally(() => {
      looking = null;
      // Asked for between the last look and its end.
      if (isAskedAgain) wake();
    });
    host.keepAwake(looking);
  }

  async function look(): Promise<void> {
    const kinds = [...tasks.keys()];
    try {
      while (!isDraining) {
        isAskedAgain = false;
        const [job] = await takeJobs(database, owner, kinds, 1);
        // Told to go while it was taken: not begun here, and given back by drain().
        if (isDraining) break;
        if (job) await worker.work(job);
        else if (!isAskedAgain) break;
      }
      if (!isDraining && host.isAlwaysAwake) sleepFor(await nextJobDue(database, kinds));
    } catch (thrown) {
      log.warn({ err: thrown }, "Jobs could not be looked for, and will be again");
      isAskedAgain = false;
    }
  }

  function sleepFor(seconds: number | null): void {
    clearTimeout(sleep);
    if (seconds === null) return;
    sleep = setTimeout(wake, Math.min(LONGEST_SLEEP_MS, 1000 * seconds + 50)).unref();
  }

  return {
    wake,
    cancel: worker.cancel,
    async start() {
      if (database.kind === "pglite") await endLeasesOfOthers(database, owner);
      wake();
    },
    async drain() {
      isDraining = true;
      clearTimeout(sleep);
      worker.leave();
      await looking;
      await giveJobsBack(database, owner);
    },
  };
}

/** Does a job under its lease, and gives it up where the lease is lost or the request that it works in ends. */
function jobWorker(ports: JobPorts, tasks: ReadonlyMap<string, JobTask>) {
  const { host, database, log, now, owner } = ports;
  let working: Working | null = null;

  async function renew(one: Working): Promise<void> {
    try {
      const held = (await renewJobs(database, owner, [one.job.id])).get(one.job.id);
      if (!held) end(one, "lost");
      else if (held.isCancelled) end(one, "cancelled");
    } catch (thrown) {
      log.warn({ err: thrown, jobId: one.job.id }, "The lease of a job could not be renewed");
    }
  }

  return {
    /** One at a time. Never throws. */
    async work(job: TakenJob): Promise<void> {
      const one: Working = { job, controller: new AbortController(), ending: null };
      working = one;
      const renewing = setInterval(() => void renew(one), RENEW_MS).unref();
      const deadline = host.deadline();
      const leaving =
        deadline === null ? undefined : setTimeout(end, Math.max(0, deadline - now()), one, "left").unref();
      try {
        await done(ports, tasks, one);
      } catch (thrown) {
        log.warn({ err: thrown, jobId: job.id }, "The end of a job could not be noted; it is taken again later");
      } finally {
        clearInterval(renewing);
        clearTimeout(leaving);
        working = null;
      }
    },
    cancel(jobId: string): void {
      if (working?.job.id === jobId) end(working, "cancelled");
    },
    /** Ends the job at hand, for another process or a later request. */
    leave(): void {
      if (working) end(working, "left");
    },
  };
}

function end(one: Working, ending: Ending): void {
  one.ending ??= ending;
  one.controller.abort(new ChatError("interrupted", `The job is ${ending}`));
}

/** Does a job and notes how it ended, unless it is another's by now. */
async function done({ database, log, owner }: JobPorts, tasks: ReadonlyMap<string, JobTask>, one: Working) {
  const { job, controller } = one;
  const hold: Hold = { jobId: job.id, owner };
  const task = tasks.get(job.kind);
  if (!task) return;
  try {
    if (job.isCancelled) return await task.giveUp(job, hold, "aborted", "Cancelled");
    if (job.attempts > MOST_ATTEMPTS) {
      return await task.giveUp(job, hold, "failed", `It was begun ${MOST_ATTEMPTS} times and never came to its end.`);
    }
    await task.run(job, hold, controller.signal);
  } catch (thrown) {
    if (one.ending === "lost" || one.ending === "left") return;
    if (one.ending === "cancelled") return task.giveUp(job, hold, "aborted", "Cancelled");
    const isFinal = thrown instanceof ChatError && thrown.code === "bad-request";
    if (isFinal) return task.giveUp(job, hold, "failed", thrown.message);
    log.warn({ err: thrown, jobId: job.id, attempts: job.attempts }, "A job failed");
    const sentence = thrown instanceof ChatError ? thrown.message : "Something failed on our side.";
    if (job.attempts >= MOST_TRIES) return task.giveUp(job, hold, "failed", sentence);
    await retryJob(database, hold, sentence, FIRST_PAUSE_SECONDS * 4 ** (job.attempts - 1));
  }
}
