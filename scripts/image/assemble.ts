import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { closureOf } from "./closure.ts";

/** What is started in an image besides Next's bundles: the server, its threads, and what its owner runs by hand. */
const ENTRIES = [
  "scripts/start.mjs",
  "scripts/doctor.ts",
  "scripts/migrate.ts",
  "scripts/backup.ts",
  "scripts/restore.ts",
  "scripts/move-to-postgres.ts",
  "lib/db/backup/child.ts",
  "lib/db/pglite/worker.ts",
  "lib/templates/thread.ts",
  "lib/ingest/child.ts",
  "lib/ingest/watch.ts",
];
/** Packages that are found by their name at run time, where no import shows them. */
const NAMED = ["minijinja-js"];
/** Read by their paths at run time. */
const READ = ["prisma", "public", ".next/static", ".next/pgdata-template"];
/** The image's own server has what it needs of it. */
const isNext = (specifier: string): boolean => specifier === "next" || specifier.startsWith("next/");

/** Of what Next copies; its tracing takes any file along that a path could lead to, settings too. */
const STANDALONE = ["server.js", "package.json", "node_modules", ".next"];
/** Pictures are not converted here. */
const isUnused = (path: string): boolean => /(?:^|\/)node_modules\/(?:sharp|@img)(?:\/|-|$)/u.test(path);
/** Of a package what only tools read. */
const isForTools = (path: string): boolean => /\.(?:map|md|d\.[cm]?ts|tsbuildinfo)$/u.test(path);

/**
 * Puts together in `target`, which is emptied, all that a container needs: Next's standalone server, the files that its
 * threads and scripts run from, and an empty database. Everybody may read it, and nothing in it is a secret.
 *
 * Throws a sentence where something is missing, or something is there that is not to leave the machine.
 */
export function assembleImage(root: string, target: string): void {
  const standalone = join(root, ".next/standalone");
  if (!existsSync(join(standalone, "server.js"))) throw new Error(`${standalone} is missing: Next made no server.`);
  rmSync(target, { recursive: true, force: true });
  for (const name of STANDALONE) {
    copy(join(standalone, name), join(target, name), (path) => !isUnused(join(name, path)) && !isForTools(path));
  }

  const { files, packages } = closureOf(root, ENTRIES);
  for (const path of [...files, ...READ]) copy(join(root, path), join(target, path));
  for (const specifier of packages) if (!isNext(specifier)) copyPackage(root, target, specifier);
  for (const name of NAMED) copyPackage(root, target, name);

  openToAll(target);
  const secrets = secretsIn(target);
  if (secrets.length > 0) throw new Error(`The image holds what is not to leave this machine: ${secrets.join(", ")}.`);
}

/** `isWanted` is asked with each path from `from`. Links are copied as they are, to files of the same tree. */
function copy(from: string, to: string, isWanted: (path: string) => boolean = () => true): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => source === from || isWanted(relative(from, source)),
  });
}

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/** Copies the package of an import, with all that it depends on, unless Next has traced what the import needs. */
function copyPackage(root: string, target: string, specifier: string): void {
  const entry = relative(root, fileURLToPath(import.meta.resolve(specifier)));
  if (existsSync(join(target, entry))) return;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const folder = join("node_modules", name);
  copy(join(root, folder), join(target, folder), (path) => !isForTools(path));
  const { dependencies } = Manifest.parse(JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")));
  for (const dependency of Object.keys(dependencies)) copyPackage(root, target, dependency);
}

/** The server's user reads what another one has copied: the empty database's files are its maker's alone until here. */
function openToAll(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  chmodSync(path, stat.isDirectory() ? 0o755 : stat.mode & 0o100 ? 0o755 : 0o644);
  if (stat.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name));
}

/** Files outside of packages that hold secrets by their names. */
function secretsIn(target: string): string[] {
  return readdirSync(target, { recursive: true, encoding: "utf8" }).filter((path) => {
    if (path.startsWith("node_modules/")) return false;
    return /^(?:\.env.*|api-key|secret|lock|data)$/u.test(basename(path));
  });
}
