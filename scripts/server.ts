import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../lib/testing/free-port.ts";

const root = join(import.meta.dirname, "..");
const START_LIMIT_MS = 60_000;

/** A server in a process of its own, as `npm start` runs it. */
export type RunningServer = {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  /** The owner's API key. */
  readonly key: () => string;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
};

/**
 * Starts a server on a free port, in a new data directory unless `environment` names one, and waits until it is
 * healthy.
 */
export async function startServer(environment: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const port = Number(environment.PORT ?? (await freePort()));
  const dataDir = environment.DATA_DIR ?? mkdtempSync(join(tmpdir(), "parley-server-"));
  const child = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: root,
    env: {
      ...process.env,
      // A test runner sets it to something else.
      NODE_ENV: "production",
      LOG_LEVEL: "warn",
      // Nobody restores what a test has made, and the copying would be measured with it.
      BACKUP_HOURS: "0",
      ...environment,
      PORT: String(port),
      DATA_DIR: dataDir,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const collect = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const server: RunningServer = {
    url,
    port,
    dataDir,
    process: child,
    output: () => text,
    key: () => readFileSync(join(dataDir, "api-key"), "utf8").trim(),
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
  };
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The server ended:\n${text}`);
    if (Date.now() > deadline) throw new Error(`The server did not start:\n${text}`);
    const response = await fetch(`${url}/api/health`).catch(() => null);
    if (response?.ok) return server;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
