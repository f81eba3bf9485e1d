import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Runs a command to its end, without its output. Gives whether it went well. */
export const run = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"], timeout: 300_000 }).status === 0;

/**
 * The path of a program that tests need: the one that is there, or else the one that `install` brings.
 *
 * Throws a sentence that names the setting for its path when it cannot be installed.
 */
export function findOrInstall(name: string, setting: string, find: () => string | null, install: () => void): string {
  const found = find();
  if (found) return found;
  console.log(`No ${name} found: installing one.`);
  install();
  const installed = find();
  if (!installed) throw new Error(`No ${name} could be installed. Install one and set ${setting} to it.`);
  return installed;
}

/** Installs a package where the system is one of Debian's kind and lets us; says nothing where it is not. */
export function installPackage(name: string): void {
  if (!existsSync("/usr/bin/apt-get")) return;
  if (run("apt-get", "update")) run("apt-get", "install", "-y", name);
}
