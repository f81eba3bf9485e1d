import { statSync } from "node:fs";
import { findHolder } from "../../db/directory-lock.ts";
import { type Inspected, inspectDatabase } from "../../db/inspect.ts";
import { localUrl, type Settings } from "../settings.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import { judgeVersion } from "./floors.ts";
import type { Health } from "./running.ts";

const CLOCK_WARN_MS = 2000;
const CLOCK_FAIL_MS = 60_000;

export type Place = { readonly settings: Settings; readonly dataDir: string; readonly root: string };

/**
 * Who holds the data folder, and how the database is: asked of the running server where that alone can open it. Throws
 * where it cannot be reached.
 */
export async function checkDatabase(place: Place, health: Health | null): Promise<Finding[]> {
  const { settings, dataDir, root } = place;
  const url = settings.databaseUrl;
  if (url !== undefined) return judged(await inspectDatabase({ url, dataDir, root }));
  const holder = await findHolder(dataDir);
  const lock =
    holder === null
      ? ok("lock", "nobody holds the data folder")
      : lockOf(`process ${holder.pid} on ${holder.host} holds the data folder since ${holder.since}`, health);
  if (holder !== null) return [lock, ...(health ? [migrationsOf(health)] : [])];
  const owner = statSync(dataDir, { throwIfNoEntry: false })?.uid;
  if (owner !== undefined && process.getuid && owner !== process.getuid()) {
    // What opens the database leaves files that are its own.
    const fix = "Run this as the user that runs the server.";
    return [lock, warn("database", `not opened, as the data folder belongs to user ${owner}`, fix)];
  }
  return [lock, ...judged(await inspectDatabase({ dataDir, root }))];
}

/** Whether the server answers. */
export function checkServer(settings: Settings, health: Health | null): Finding {
  const url = localUrl(settings);
  if (health === null) return warn("server", `does not answer at ${url}`, "Start it, if it is to run.");
  if (health.status === "ok") return ok("server", `answers at ${url}`);
  return fail("server", `${url} says: ${health.reason ?? health.status}`, "Look into its log.");
}

/** How docs are found, where the server tells. */
export function checkSearch(health: Health | null): Finding[] {
  const search = health?.search;
  if (search === undefined) return [];
  const how = search.vectors === "none" ? "by words alone" : "by words and by vectors";
  return [ok("search in documents", [how, search.reason].filter((part) => part !== undefined).join(". "))];
}

function lockOf(found: string, health: Health | null): Finding {
  if (health !== null) return ok("lock", found);
  return warn(
    "lock",
    `${found}, and no server answers here`,
    "If it is a server at another address, run this with its settings; if it hangs, end it.",
  );
}

/** What the server that holds the database says of it. */
function migrationsOf({ migrations, status }: Health): Finding {
  if (migrations === undefined) {
    const fix = "Run this where the server's settings and DATA_DIR are, or stop the server first.";
    return status === "ok"
      ? warn("migrations", "the server tells them to its owner alone", fix)
      : warn("migrations", "not known", fix);
  }
  return pendingOf(migrations.pending);
}

function judged(found: Inspected | null): Finding[] {
  if (found === null) return [ok("database", "none yet: the first start makes it")];
  const { version, failed, unknown, pending } = found;
  const findings = [ok("database", "opens and answers"), judgeVersion("PostgreSQL", version), clockOf(found)];
  if (failed.length > 0) {
    const fix =
      "Restore a back-up from before, or finish by hand what its SQL began and delete its row in _prisma_migrations.";
    return [...findings, fail("migrations", `${failed.join(", ")} began and did not end`, fix)];
  }
  if (unknown.length > 0) {
    const fix = "Run the newer version of Parley; this one may fail on what it does not know.";
    return [...findings, warn("migrations", `the database is newer: ${unknown.join(", ")}`, fix)];
  }
  return [...findings, pendingOf(pending)];
}

function pendingOf(pending: readonly string[]): Finding {
  if (pending.length === 0) return ok("migrations", "all are applied");
  return warn(
    "migrations",
    `${pending.length} to apply: ${pending.join(", ")}`,
    "The next start applies them; make a back-up first.",
  );
}

function clockOf({ clockAheadMs }: Inspected): Finding {
  const seconds = Math.abs(clockAheadMs) / 1000;
  const found = `the database's is ${seconds.toFixed(1)} s ${clockAheadMs < 0 ? "behind" : "ahead"}`;
  const fix = "Let both machines set their clocks by NTP.";
  if (Math.abs(clockAheadMs) < CLOCK_WARN_MS) return ok("clock", found);
  return Math.abs(clockAheadMs) < CLOCK_FAIL_MS ? warn("clock", found, fix) : fail("clock", found, fix);
}
