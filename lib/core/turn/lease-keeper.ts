import type { Database } from "../../db/database.ts";
import { existingRuns, findHeldRuns, renewLeases } from "../../db/leases.ts";
import { ChatError } from "../../domain/errors.ts";
import { stopped, turnDeleted } from "./failure.ts";
import type { LiveRun } from "./live-run.ts";
import type { Registry } from "./registry.ts";

/** What keeps the runs of this process its own, and hears what others ask of them. */
export type LeaseKeeper = {
  /** Renews the leases of all; a run that is no longer this process's is given up. */
  readonly renew: () => Promise<void>;
  /** Stops the runs that somebody has asked to stop by another instance, and gives up those that are deleted there. */
  readonly hearRequests: () => Promise<void>;
  /** Gives up the runs among those asked that are not held: deleted with their sessions, or in the hands of another. */
  readonly loseMissing: (asked: readonly LiveRun[], held: { has: (id: string) => boolean }) => Promise<void>;
};

const lost = () => new ChatError("interrupted", "Another process goes on with this turn");

export function leaseKeeper(database: Database, owner: string, lives: Registry): LeaseKeeper {
  const working = () => lives.all().filter((live) => live.state === "running");
  const idsOf = (runs: readonly LiveRun[]) => runs.map((live) => live.id);

  const loseMissing: LeaseKeeper["loseMissing"] = async (asked, held) => {
    const missing = asked.filter((live) => !held.has(live.id) && live.state === "running");
    if (missing.length === 0) return;
    const existing = await existingRuns(database, idsOf(missing));
    for (const live of missing) {
      if (existing.has(live.id)) live.abort("lost", lost());
      else live.abort("deleted", turnDeleted());
    }
  };

  async function hear(ask: typeof renewLeases): Promise<void> {
    const runs = working();
    if (runs.length === 0) return;
    const held = await ask(database, owner, idsOf(runs));
    for (const live of runs) if (held.get(live.id)?.isStopRequested) live.abort("stop", stopped());
    await loseMissing(runs, held);
  }

  return { loseMissing, renew: () => hear(renewLeases), hearRequests: () => hear(findHeldRuns) };
}
