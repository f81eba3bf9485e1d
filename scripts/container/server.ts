import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../lib/testing/free-port.ts";
import { commandOf, environmentOf } from "./dockerfile.ts";
import type { Image } from "./image.ts";
import { firstOf, outputIn, type RoomOptions, startIn } from "./room.ts";

const START_LIMIT_MS = 60_000;
const UID = 1000;

export type Container = {
  readonly url: string;
  /** From its start to its first good answer about its health; null where it has ended before. */
  readonly healthyMs: number | null;
  /** The time that processors worked for it until then. */
  readonly workedMs: number;
  readonly output: () => string;
  /** Megabytes of memory that its process holds. */
  readonly memoryMegabytes: () => number;
  /**
   * Sends a signal to its first process and waits for the end. Gives how long that took, and with which code it ended.
   */
  readonly end: (signal: NodeJS.Signals) => Promise<{ readonly ms: number; readonly code: number | null }>;
  /** Runs a command beside it: on its volume, with its settings. */
  readonly run: (command: readonly string[]) => { readonly code: number | null; readonly output: string };
};

/**
 * Runs an image as its last lines say: as its user, with nothing to write but /data and /tmp, until it is healthy or
 * ends.
 */
export async function startContainer(
  { room, stage }: Image,
  { volume, hostname, environment = {} }: { volume: string; hostname: string; environment?: Record<string, string> },
): Promise<Container> {
  const port = await freePort();
  const options: RoomOptions = {
    uid: UID,
    hostname,
    workdir: "/app",
    environment: { ...environmentOf(stage), LOG_LEVEL: "warn", ...environment, PORT: String(port), HOME: "/home/node" },
    volumes: { "/data": volume },
    isReadOnly: true,
  };
  const startedAt = performance.now();
  const child = startIn(room, options, commandOf(stage, "CMD"));
  let text = "";
  const collect = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  let endedCode: number | null | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once("close", (code) => {
      endedCode = code;
      resolve();
    });
  });
  const url = `http://127.0.0.1:${port}`;
  let healthyMs: number | null = null;
  while (healthyMs === null && endedCode === undefined) {
    if (performance.now() - startedAt > START_LIMIT_MS) throw new Error(`The container did not start:\n${text}`);
    const answer = await fetch(`${url}/api/health`).catch(() => null);
    if (answer?.ok) healthyMs = performance.now() - startedAt;
    else await sleep(10);
  }
  return {
    url,
    healthyMs,
    workedMs: healthyMs === null ? 0 : workedMs(firstOf(child)),
    output: () => text,
    memoryMegabytes() {
      const status = readFileSync(`/proc/${firstOf(child)}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1024;
    },
    async end(signal) {
      const pid = firstOf(child);
      const askedAt = performance.now();
      if (pid !== null) process.kill(pid, signal);
      await ended;
      return { ms: performance.now() - askedAt, code: endedCode ?? null };
    },
    run: (command) => outputIn(room, options, command),
  };
}

/** The fields 14 and 15 of /proc/<pid>/stat (proc_pid_stat(5)), which count hundredths of a second. */
function workedMs(pid: number | null): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The owner's key in a volume. */
export const keyIn = (volume: string): string => readFileSync(join(volume, "api-key"), "utf8").trim();
