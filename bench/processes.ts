import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadRequest, LoadResult } from "./load.ts";

const TICK_MS = 10; // 1 / sysconf(_SC_CLK_TCK) on Linux

/** Starts a file of this folder and waits for its first line. */
export async function startProcess(file: string, env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  return child;
}

/** Runs a load in a process of its own. */
export function runLoad(load: LoadRequest): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "load.ts")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (part) => {
      output += part;
    });
    child.on("exit", (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`The load ended with ${code}`)),
    );
    child.stdin.end(`${JSON.stringify(load)}\n`);
  });
}

const fields = (path: string) => {
  const stat = readFileSync(path, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
};

/** Milliseconds of CPU that a process has used, all its threads together (proc(5), fields 14 and 15). */
export function cpuMs(pid: number): number {
  const stat = fields(`/proc/${pid}/stat`);
  return (Number(stat[11]) + Number(stat[12])) * TICK_MS;
}

/** Milliseconds of CPU of a process's threads of one name. */
export function threadCpuMs(pid: number, name: string): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, tid) => {
    const comm = readFileSync(`/proc/${pid}/task/${tid}/comm`, "utf8").trim();
    if (comm !== name) return sum;
    const stat = fields(`/proc/${pid}/task/${tid}/stat`);
    return sum + (Number(stat[11]) + Number(stat[12])) * TICK_MS;
  }, 0);
}

/** Bytes of memory a process holds that no other shares (proc(5), smaps_rollup). */
export function privateBytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].map((match) => Number(match[1]));
  return kilobytes.reduce((sum, one) => sum + one, 0) * 1024;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
