import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "../../lib/testing/free-port.ts";
import { startPostgres } from "../../lib/testing/postgres-server.ts";
import { findCaddy } from "../caddy.ts";
import type { Image } from "./image.ts";
import { newVolume } from "./life.ts";
import type { Report } from "./report.ts";
import { keyIn, startContainer } from "./server.ts";

const START_MS = 10_000;

/**
 * Two containers as the profile "many" of compose.yaml runs them: with one PostgreSQL and one folder for keys, behind a
 * Caddy with our Caddyfile.
 */
export async function checkMany(root: string, image: Image, report: Report): Promise<void> {
  const postgres = await startPostgres();
  const DATABASE_URL = `${postgres.url}/postgres`;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const volume = newVolume();
  const environment = { DATABASE_URL, NEXTAUTH_URL: url, TRUSTED_PROXIES: "1" };
  const first = await startContainer(image, { volume, hostname: "first", environment });
  const second = await startContainer(image, { volume, hostname: "second", environment });
  const caddy = await startCaddy(root, url, [first.url, second.url]);
  try {
    const headers = { authorization: `Bearer ${keyIn(volume)}`, "content-type": "application/json" };
    const post = (path: string, body: object, signal?: AbortSignal) =>
      fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body), signal });

    const bot = await post("/v1/chat", { bot_slug: "taxson", prompt: "Write 20 words", stream: false });
    report(bot.status === 200, "two containers on PostgreSQL answer through Caddy", `${bot.status}`);
    const doctor = first.run(["node", "scripts/doctor.ts", "--url", url]);
    const streams = doctor.output.split("\n").find((line) => line.includes("streams at")) ?? doctor.output;
    report(streams.startsWith("ok"), "event streams come through Caddy piece by piece", streams);

    const hungUp = new AbortController();
    const asked = await post(
      "/v1/chat",
      { bot_slug: "taxson", prompt: "Write 2000 words", stream: true },
      hungUp.signal,
    );
    await asked.body?.getReader().read();
    hungUp.abort();
    const endedMs = await endOfLastRun(DATABASE_URL);
    report(
      endedMs !== null && endedMs < 3000,
      "a caller who hangs up at Caddy ends its turn",
      `${endedMs?.toFixed(0)} ms`,
    );

    const statuses = restart(first.end("SIGTERM"), async () => (await fetch(`${url}/api/v1/chat`, { headers })).status);
    const bad = (await statuses).filter((status) => status !== 200);
    report(bad.length === 0, "nobody is refused while one of two stops", `${(await statuses).length} requests, ${bad}`);
  } finally {
    caddy.kill("SIGTERM");
    await first.end("SIGKILL");
    await second.end("SIGTERM");
    await postgres.stop();
  }
}

async function startCaddy(root: string, url: string, servers: readonly string[]): Promise<ChildProcess> {
  const home = mkdtempSync(join(tmpdir(), "parley-caddy-"));
  const upstreams = servers.map((server) => server.replace("http://", "")).join(" ");
  const child = spawn(findCaddy(), ["run", "--config", join(root, "Caddyfile"), "--adapter", "caddyfile"], {
    env: { ...process.env, DOMAIN: url, SERVERS: upstreams, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, HOME: home },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  for (const until = Date.now() + START_MS; Date.now() < until; await sleep(50)) {
    const answer = await fetch(`${url}/api/health`).catch(() => null);
    if (answer?.ok) return child;
    if (child.exitCode !== null) break;
  }
  child.kill("SIGKILL");
  throw new Error(`Caddy did not start:\n${said}`);
}

/** How long it takes until no turn runs any more; null where one runs on. */
async function endOfLastRun(databaseUrl: string): Promise<number | null> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const startedAt = performance.now();
  try {
    for (; performance.now() - startedAt < START_MS; await sleep(50)) {
      const { rows } = await client.query(`select count(*)::int as running from "Run" where status = 'running'`);
      if (rows[0]?.running === 0) return performance.now() - startedAt;
    }
    return null;
  } finally {
    await client.end();
  }
}

/** Asks every 50 ms until something has ended, and a second longer. Gives what was answered; 0 where nothing was. */
async function restart(ending: Promise<unknown>, ask: () => Promise<number>): Promise<number[]> {
  let until = Number.POSITIVE_INFINITY;
  void ending.then(() => {
    until = Date.now() + 1000;
  });
  const statuses: number[] = [];
  for (; Date.now() < until; await sleep(50)) statuses.push(await ask().catch(() => 0));
  return statuses;
}
