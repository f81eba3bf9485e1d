import { spawn } from "node:child_process";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { findRedis } from "../../scripts/redis.ts";
import { freePort } from "./free-port.ts";

const START_LIMIT_MS = 10_000;

export type RedisServer = { readonly url: string; readonly port: number; readonly stop: () => Promise<void> };

/** Starts a real Redis server that keeps nothing on disk, and waits until it answers. */
export async function startRedis(port?: number): Promise<RedisServer> {
  const own = port ?? (await freePort());
  const flags = ["--port", String(own), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = spawn(findRedis(), flags, { stdio: "ignore", cwd: tmpdir() });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(own))) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error("The Redis server did not start");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url: `redis://127.0.0.1:${own}`,
    port: own,
    async stop() {
      server.kill("SIGKILL");
      await ended;
    },
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
