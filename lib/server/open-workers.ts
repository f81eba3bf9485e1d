import type { Redis } from "ioredis";
import { type JobRunner, type JobTask, startJobRunner } from "../core/job-runner.ts";
import { type Lanes, openLanes } from "../core/lanes.ts";
import { OWN_TEMPLATES } from "../core/render/templates.ts";
import type { Ports } from "../core/scope.ts";
import { openSignals, type Signals } from "../core/signals.ts";
import { type Runner, startRunner } from "../core/turn/runner.ts";
import { openUsageBook, type UsageBook } from "../core/usage-book.ts";
import type { Database } from "../db/database.ts";
import { postgresChannel } from "../db/listening.ts";
import { deafChannel, type OpenChannel } from "../domain/channel.ts";
import { newId } from "../domain/ids.ts";
import { openTemplates, type Templates } from "../templates/templates.ts";
import { stopListening } from "./listening.ts";
import type { Base } from "./open-base.ts";
import { redisChannel } from "./redis-channel.ts";
import type { Settings } from "./settings.ts";

/** Answers that are under way when the last turn has ended have so long to reach their readers. */
const LAST_ANSWERS_MS = 1000;

/** What works in this process, for all accounts. */
export type Workers = {
  readonly book: UsageBook;
  readonly templates: Templates;
  readonly signals: Signals;
  readonly runner: Runner;
  readonly jobs: JobRunner;
  /** How jobs are done, by their kind: to be completed before `jobs` is started. */
  readonly tasks: Map<string, JobTask>;
  readonly lanes: Lanes;
  /** Gives running turns so many ms when the server closes; none unless said. */
  readonly allowGrace: (ms: number) => void;
};

/** Opens it in the order in which it can be closed again, last first. Nothing is begun yet. */
export function openWorkers(base: Base, opened: AsyncDisposableStack): Workers {
  const { settings, host, database, redis, log } = base;
  const book = openUsageBook({ database, log, now: Date.now });
  // The last turns end before that.
  opened.defer(book.flush);
  const templates = openTemplates(OWN_TEMPLATES);
  opened.defer(() => templates.close());
  const signals = openSignals({ open: channelOf(settings, database, redis, log), newId });
  opened.defer(() => signals.close());
  // Whoever asks while the turns end is answered; who asks later needs what is closed next.
  opened.defer(() => stopListening(LAST_ANSWERS_MS));
  const runner = startRunner({ host, database, signals, log, now: Date.now, newId });
  let graceMs = 0;
  opened.defer(() => runner.drain(graceMs));
  const tasks = new Map<string, JobTask>();
  const jobs = startJobRunner({ host, database, log, now: Date.now, owner: runner.owner }, tasks);
  opened.defer(jobs.drain);
  // Nobody waits for titles, and a burst of turns is not to compete with its own.
  const lanes = openLanes(2, 200);
  opened.defer(() => lanes.close());
  const allowGrace = (ms: number): void => {
    graceMs = ms;
  };
  return { book, templates, signals, runner, jobs, tasks, lanes, allowGrace };
}

/**
 * On what this process hears of others; null: it is alone on its database. A function listens to no database: it would
 * hold a connection while it is frozen.
 */
function channelOf(settings: Settings, database: Database, redis: Redis | null, log: Ports["log"]): OpenChannel | null {
  if (database.kind === "pglite" || settings.databaseUrl === undefined) return null;
  if (redis !== null) return redisChannel(redis);
  if (settings.isFunction) return deafChannel;
  return postgresChannel({ url: settings.directUrl ?? settings.databaseUrl, pool: database.pool, log });
}
