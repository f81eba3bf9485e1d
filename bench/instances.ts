// npm run bench:instances: two instances on one PostgreSQL. How soon a follower at the other instance reads what a
// model has said, with NOTIFY, with Redis and with neither; how long a hand-over keeps it waiting; what 1,000 followers
// of 100 turns cost; and whether 50 turns that wait at both come in their order. Prints a table.
// BENCH=follow,handover,load,order measures only these.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { request as send } from "node:http";
import pg from "pg";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import { startRedis } from "../lib/testing/redis-server.ts";
import { needsBuild } from "../scripts/build-stamp.ts";
import { type RunningServer, startServer } from "../scripts/server.ts";
import { keepTemporaryFiles } from "../scripts/temporary.ts";
import { cpuMs, quantile } from "./processes.ts";
import { stamp, startStampedModel } from "./stamped-model.ts";

const KEY = "the key of the benchmark, and no other";
const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
const wanted = process.env.BENCH?.split(",");
const wants = (part: string) => wanted === undefined || wanted.includes(part);

keepTemporaryFiles("bench-instances");
if (needsBuild()) spawnSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
const [postgres, redis, model] = await Promise.all([startPostgres(), startRedis(), startStampedModel()]);
const rows: string[] = [];
const report = (what: string, value: string) => {
  rows.push(`| ${what} | ${value} |`);
  console.error(`${what}: ${value}`);
};

type Way = "NOTIFY" | "Redis" | "polling";
type Instances = readonly [RunningServer, RunningServer];

/** Two instances that hear each other in a way, or not at all. */
async function withInstances(way: Way, work: (instances: Instances) => Promise<void>): Promise<void> {
  const environment = {
    DATABASE_URL: `${postgres.url}/postgres`,
    PARLEY_API_KEY: KEY,
    NEXTAUTH_SECRET: "the same secret for all",
    OPENAI_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
    OPENAI_MODEL: "20x50",
    OPENAI_SMALL_MODEL: "title",
    ...(way === "Redis" ? { REDIS_URL: redis.url } : {}),
    // Nobody listens at this address.
    ...(way === "polling" ? { DIRECT_URL: "postgresql://127.0.0.1:9/none", LOG_LEVEL: "silent" } : {}),
  };
  const instances: Instances = [await startServer(environment), await startServer(environment)];
  try {
    await work(instances);
  } finally {
    await Promise.all(instances.map((instance) => instance.kill("SIGINT")));
  }
}

const post = async (url: string, path: string, body: object) => {
  const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
};

/** Begins a turn and leaves it to go on. Gives its session. */
async function begin(at: RunningServer, pace: string): Promise<string> {
  const { session_id } = await post(at.url, "/api/v1/chat", {});
  const body = JSON.stringify({ index_ids: [], prompt: "Go", model: pace });
  const response = await fetch(`${at.url}/api/v1/chat/${session_id}/messages/stream`, {
    method: "POST",
    headers,
    body,
  });
  if (!response.ok) throw new Error(await response.text());
  await response.body?.cancel();
  return session_id;
}

/**
 * Follows a turn to its end. Gives how long each word took from the model to here, in ms, without those before it came.
 */
function followed(at: RunningServer, session: string): Promise<number[]> {
  const from = stamp();
  const took: number[] = [];
  return new Promise((resolve, reject) => {
    const path = `/api/v1/chat/${session}/messages/stream?after=0`;
    const request = send({ host: "127.0.0.1", port: at.port, path, headers, agent: false }, (response) => {
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        const now = stamp();
        for (const [, said] of text.matchAll(DELTA)) if (Number(said) > from + 300) took.push(now - Number(said));
      });
      response.on("end", () => resolve(took));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end();
  });
}

/** A word in a delta; whole texts are passed over. */
const DELTA = /"text_delta"[^\n]*? at([\d.]+)/gu;

async function following(way: Way): Promise<void> {
  await withInstances(way, async ([first, second]) => {
    await followed(second, await begin(first, "50x40"));
    for (const [pace, what] of [
      ["300x30", "a word every 300 ms"],
      ["20x300", "a word every 20 ms"],
    ] as const) {
      const took: number[] = [];
      for (let n = 0; n < 4; n++) took.push(...(await followed(second, await begin(first, pace))));
      const [p50, p95] = [quantile(took, 0.5), quantile(took, 0.95)].map((ms) => ms.toFixed(1));
      report(
        `${way}: model to follower at the other instance, ${what}`,
        `p50 ${p50} ms, p95 ${p95} ms of ${took.length}`,
      );
    }
  });
}

/**
 * The longest silence that a follower meets while the instance of its turn goes, by a signal that lets it end in order.
 */
async function handOver(way: Way): Promise<void> {
  const silences: number[] = [];
  for (let n = 0; n < 3; n++) {
    await withInstances(way, async ([first, second]) => {
      const session = await begin(first, "50x400");
      const response = await fetch(`${second.url}/api/v1/chat/${session}/messages/stream?after=0`, { headers });
      const decoder = new TextDecoder();
      let [last, longest, said] = [stamp(), 0, 0];
      for await (const part of response.body ?? []) {
        if (!decoder.decode(part, { stream: true }).includes('"text_delta"')) continue;
        if (++said > 20) longest = Math.max(longest, stamp() - last);
        last = stamp();
        if (said === 40) void first.kill("SIGINT");
        if (said === 150) break;
      }
      silences.push(longest);
    });
  }
  const told = silences.map((ms) => ms.toFixed(0)).join(", ");
  report(
    `${way}: longest silence of a follower while its turn is handed over, a word every 50 ms, three times`,
    `${told} ms`,
  );
}

/** Statements that the database has run: each is a transaction of its own, but for the few that are more. */
async function transactions(): Promise<number> {
  const client = new pg.Client({ connectionString: `${postgres.url}/postgres` });
  await client.connect();
  const { rows } = await client.query(
    "select xact_commit::float8 as count from pg_stat_database where datname = 'postgres'",
  );
  await client.end();
  return rows[0].count;
}

/** CPU of the processes of the database server; those that end meanwhile are few. */
async function postgresCpu(): Promise<number> {
  const client = new pg.Client({ connectionString: `${postgres.url}/postgres` });
  await client.connect();
  const { rows } = await client.query("select pg_backend_pid() as pid");
  const server = parentOf(rows[0].pid);
  await client.end();
  const pids = readdirSync("/proc").filter((name) => /^\d+$/u.test(name));
  const ours = pids.map(Number).filter((pid) => pid === server || parentOf(pid) === server);
  return ours.reduce((sum, pid) => sum + (parentOf(pid) === null ? 0 : cpuMs(pid)), 0);
}

/** The process that has started one; null: it has ended (proc(5), field 4). */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null;
  }
}

/** 1,000 followers of 100 turns, at both instances. */
async function load(way: Way, perTurn: number): Promise<void> {
  await withInstances(way, async (instances) => {
    const at = (n: number) => instances[n % 2] ?? instances[0];
    const cpu = () => instances.map(({ process: child }) => cpuMs(child.pid ?? 0));
    const sessions = await Promise.all(Array.from({ length: 100 }, (_, n) => begin(at(n), "500x60")));
    const readers = sessions.flatMap((session) => Array.from({ length: perTurn }, (_, n) => followed(at(n), session)));
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const before = {
      cpu: cpu(),
      postgres: await postgresCpu(),
      statements: await transactions(),
      at: performance.now(),
    };
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    const seconds = (performance.now() - before.at) / 1000;
    const perSecond = ((await transactions()) - before.statements) / seconds;
    const share = (ms: number) => `${Math.round(ms / seconds / 10)} %`;
    const shares = cpu().map((ms, n) => share(ms - (before.cpu[n] ?? 0)));
    const ofDatabase = share((await postgresCpu()) - before.postgres);
    const took = (await Promise.all(readers)).flat();
    const ms = took.length === 0 ? "" : `, model to follower p50 ${quantile(took, 0.5).toFixed(0)} ms`;
    report(
      `${way}: ${100 * perTurn} followers of 100 turns of two words a second`,
      `${Math.round(perSecond)} statements a second; of a core: instances ${shares.join(" and ")}, database ${ofDatabase}${ms}`,
    );
  });
}

/**
 * Ten turns wait in each of five sessions, every other at the second instance; each comes when the one before it waits.
 */
async function order(way: Way): Promise<void> {
  await withInstances(way, async (instances) => {
    const at = (n: number) => (instances[n % 2] ?? instances[0]).url;
    const { id: agent } = await post(at(0), "/api/agents", { name: "Ada" });
    const client = new pg.Client({ connectionString: `${postgres.url}/postgres` });
    await client.connect();
    const from = model.asked.length;
    let wrong = 0;
    for (let s = 0; s < 5; s++) {
      const { id: session } = await post(at(0), "/api/sessions", { agent });
      const asked = () => model.asked.slice(from).filter((text) => text.startsWith(`session ${s} `));
      const ask = (n: number) =>
        post(at(n), `/api/sessions/${session}/chat`, {
          messages: [{ role: "user", content: `session ${s} turn ${n}` }],
          model: n === 0 ? "100x100" : "20x5",
        });
      const waiting = async () => {
        const sql = 'select count(*)::int as count from "WaitingTurn" where "sessionId" = $1';
        return (await client.query(sql, [session])).rows[0].count;
      };
      const chats = [ask(0)];
      while (asked().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      for (let n = 1; n <= 10; n++) {
        chats.push(ask(n));
        while ((await waiting()) < n) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await Promise.all(chats);
      wrong += asked().filter((text, n) => text !== `session ${s} turn ${n}`).length;
    }
    await client.end();
    report(`${way}: 50 turns that wait in five sessions at both instances, out of order`, String(wrong));
  });
}

try {
  if (wants("follow")) for (const way of ["NOTIFY", "Redis", "polling"] as const) await following(way);
  if (wants("handover")) for (const way of ["NOTIFY", "Redis", "polling"] as const) await handOver(way);
  if (wants("load")) {
    await load("NOTIFY", 0);
    for (const way of ["NOTIFY", "Redis"] as const) await load(way, 10);
  }
  if (wants("order")) for (const way of ["NOTIFY", "Redis"] as const) await order(way);
} finally {
  model.close();
  await redis.stop();
  await postgres.stop();
}
console.log("| figure | measured |\n|---|---|");
for (const row of rows) console.log(row);
process.exit(0);
