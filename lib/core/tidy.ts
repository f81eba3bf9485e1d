import { sweepUnusedFiles } from "../db/files.ts";
import { takeUpLostDocs } from "../db/ingest.ts";
import { emptyLeftAccounts } from "../db/leave-account.ts";
import { pruneLines } from "../db/line.ts";
import { pruneEvents } from "../db/run-events.ts";
import { forgetDeletions } from "../db/session-changes.ts";
import { deleteExpiredSignIns } from "../db/sign-ins.ts";
import { upkeep } from "../db/upkeep.ts";
import { forgetUsage } from "../db/usage.ts";
import { removeIdleGuests } from "./guests.ts";
import { embedPending } from "./recall/embed-pending.ts";
import type { Ports } from "./scope.ts";
import { addWordsBehind } from "./search/add-words.ts";
import { takeOver } from "./turn/take-over.ts";

const EVERY_MS = 60 * 60 * 1000;
const MOST = 1000;
const USAGE_DAYS = 400;
/** So many times are turns looked for in one sweep, each time for the next few. */
const MOST_LOOKS = 10;

/**
 * Removes guests that nobody sees, sign-ins whose time is over and files that nothing refers to, forgets sessions that
 * were deleted over a day ago and what was used over 400 days ago, and goes on with the deletion of accounts that a
 * process has not come to the end of, and has docs read whose job has ended without them. What fails keeps the rest
 * from nothing. Throws what failed first.
 */
async function tidy(ports: Ports): Promise<void> {
  const { database } = ports;
  await each([
    () => removeIdleGuests(ports),
    () => forgetDeletions(database, MOST),
    () => deleteExpiredSignIns(database, MOST),
    () => emptyLeftAccounts(database),
    () => forgetUsage(database, USAGE_DAYS, MOST),
    () => sweepUnusedFiles(database, MOST),
    () => takeUpLostDocs(database, MOST),
  ]);
}

async function each(works: readonly (() => Promise<unknown>)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const work of works) await work().catch((thrown) => faults.push(thrown));
  if (faults.length > 0) throw faults[0];
}

/** Work to be called as often as one likes, which tidies once an hour, and looks for docs that waited for tokens. */
export function hourlyTidying(ports: Ports): () => Promise<void> {
  let dueAt = 0;
  return async () => {
    if (Date.now() < dueAt) return;
    dueAt = Date.now() + EVERY_MS;
    await tidy(ports);
    embedPending(ports);
  };
}

/** Tables of the embedded database are looked at so often, and one after the other while there is something to do. */
const UPKEEP_MS = 60_000;
/** It waits so long at the most for a moment without turns. */
const LONGEST_WAIT_MS = 600_000;

type UpkeepPorts = Pick<Ports, "database" | "log" | "now"> & { readonly runner: Pick<Ports["runner"], "count"> };

/** Work to be called as often as one likes, which sees to one table of the embedded database, while no turn runs. */
export function regularUpkeep({ database, runner, log, now }: UpkeepPorts): () => Promise<void> {
  let dueAt = now() + UPKEEP_MS;
  return async () => {
    const isBusy = runner.count() > 0 && now() < dueAt + LONGEST_WAIT_MS;
    if (now() < dueAt || isBusy) return;
    const startedAt = now();
    dueAt = startedAt + UPKEEP_MS;
    const work = await upkeep(database);
    if (work === null) return;
    dueAt = now();
    log.debug({ work, ms: dueAt - startedAt }, "A table of the embedded database was seen to");
  };
}

/**
 * Does once all that a server does from time to time: goes on with turns that were left, drops events that nobody
 * follows any more, tidies, and does what stored jobs, docs without embeddings and messages without words wait for. For
 * a host without timers. Gives how many turns it goes on with; these and the docs go on behind the answer. Throws what
 * failed first, after the rest is done.
 */
export async function sweep(ports: Ports): Promise<number> {
  let takenOver = 0;
  await each([
    async () => {
      for (let looks = 0, taken = 1; taken > 0 && looks < MOST_LOOKS; looks++) {
        taken = await takeOver(ports, "expired");
        takenOver += taken;
      }
    },
    () => pruneEvents(ports.database),
    () => pruneLines(ports.database),
    () => tidy(ports),
    async () => embedPending(ports),
    async () => addWordsBehind(ports),
    async () => ports.jobs?.wake(),
  ]);
  return takenOver;
}
