import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Runs a command to its end, without its output. Gives whether it went well. */
export const run = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"], timeout: 300_000 }).status === 0;

/** Installs a package where the system is one of Debian's kind and lets us; says nothing where it is not. */
export function installPackage(name: string): void {
  if (!existsSync("/usr/bin/apt-get")) return;
  if (run("apt-get", "update")) run("apt-get", "install", "-y", name);
}
