import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { findPgbouncer } from "../../scripts/pgbouncer.ts";
import { freePort } from "./free-port.ts";

const START_LIMIT_MS = 10_000;
/** Fewer than a server's own pool, so that connections do change hands. */
const SERVER_CONNECTIONS = 4;

/** A real PgBouncer in transaction mode before a PostgreSQL server. */
export type Pgbouncer = {
  /** The address of a database of the server, by way of PgBouncer. */
  readonly urlOf: (directUrl: string) => string;
  readonly stop: () => Promise<void>;
};

/** Starts PgBouncer before the server of an address, and waits until it answers. */
export async function startPgbouncer(serverUrl: string): Promise<Pgbouncer> {
  const { hostname, port: serverPort, username, password } = new URL(serverUrl);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "parley-pgbouncer-"));
  // Root's gives its rights up before it reads the file again.
  chmodSync(folder, 0o755);
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${serverPort} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${SERVER_CONNECTIONS}
max_client_conn = 200
`,
  );
  const asUser = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const server = spawn(findPgbouncer(), ["-q", ...asUser, file], { stdio: "ignore", cwd: folder });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const urlOf = (directUrl: string) => {
    const url = new URL(directUrl);
    url.host = `127.0.0.1:${port}`;
    return url.href;
  };
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(urlOf(`${serverUrl}/postgres`)))) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error("PgBouncer did not start");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    urlOf,
    async stop() {
      server.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
