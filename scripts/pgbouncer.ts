import { existsSync } from "node:fs";
import { findOrInstall, installPackage } from "./install.ts";

const CANDIDATES = [
  "/usr/sbin/pgbouncer",
  "/usr/bin/pgbouncer",
  "/usr/local/bin/pgbouncer",
  "/opt/homebrew/bin/pgbouncer",
];

const find = (): string | null =>
  [process.env.PGBOUNCER_PATH, ...CANDIDATES].find((path) => path && existsSync(path)) ?? null;

/**
 * The path of a PgBouncer: PGBOUNCER_PATH, or one of the system; installed when there is none.
 *
 * Throws a sentence that says what to do when it cannot be installed.
 */
export const findPgbouncer = (): string =>
  findOrInstall("PgBouncer", "PGBOUNCER_PATH", find, () => installPackage("pgbouncer"));
