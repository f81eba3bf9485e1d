// npm run bench:instances: two instances on one PostgreSQL. How soon a follower at the other instance reads what a model has
// said, with NOTIFY, with Redis and with neither; what 1,000 followers of 100 turns cost; and whether 50 turns that wait at
// both come in their order. Prints a table. BENCH=follow,load,order measures only these.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
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

/** Follows a turn to its end. Gives how long each word took from the model to here, in ms, without those before it came. */
async function followed(at: RunningServer, session: string): Promise<number[]> {
  const from = stamp();
  const response = await fetch(`${at.url}/api/v1/chat/${session}/messages/stream?after=0`, { headers });
  const decoder = new TextDecoder();
  const took: number[] = [];
  for await (const part of response.body ?? []) {
    const now = stamp();
    const text = decoder.decode(part, { stream: true });
    for (const line of text.split("\n")) {
      if (!line.includes('"text_delta"')) continue;
      for (const [, at] of line.matchAll(/ at([\d.]+)/gu)) if (Number(at) > from + 300) took.push(now - Number(at));
    }
  }
  return took;
}

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

/** CPU of all processes of the database server, the ended ones not counted. */
function postgresCpu(): number {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/u.test(pid))
    .reduce((sum, pid) => {
      try {
        const isOurs = readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("postgres");
        return isOurs ? sum + cpuMs(Number(pid)) : sum;
      } catch {
        return sum;
      }
    }, 0);
}

/** 1,000 followers of 100 turns, at both instances. */
async function load(way: Way, perTurn: number): Promise<void> {
  await withInstances(way, async (instances) => {
    const at = (n: number) => instances[n % 2] ?? instances[0];
    const cpu = () => instances.map(({ process: child }) => cpuMs(child.pid ?? 0));
    const sessions = await Promise.all(Array.from({ length: 100 }, (_, n) => begin(at(n), "100x250")));
    const readers = sessions.flatMap((session) => Array.from({ length: perTurn }, (_, n) => followed(at(n), session)));
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const before = { cpu: cpu(), postgres: postgresCpu(), statements: await transactions(), at: performance.now() };
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    const seconds = (performance.now() - before.at) / 1000;
    const perSecond = ((await transactions()) - before.statements) / seconds;
    const share = (ms: number) => `${Math.round(ms / seconds / 10)} %`;
    const shares = cpu().map((ms, n) => share(ms - (before.cpu[n] ?? 0)));
    const ofDatabase = share(postgresCpu() - before.postgres);
    const took = (await Promise.all(readers)).flat();
    const ms = took.length === 0 ? "" : `, model to follower p50 ${quantile(took, 0.5).toFixed(0)} ms`;
    report(
      `${way}: ${100 * perTurn} followers of 100 turns of 10 words a second`,
      `${Math.round(perSecond)} statements a second; of a core: instances ${shares.join(" and ")}, database ${ofDatabase}${ms}`,
    );
  });
}

/** Ten turns wait in each of five sessions, every other at the second instance. */
async function order(way: Way): Promise<void> {
  await withInstances(way, async (instances) => {
    const at = (n: number) => (instances[n % 2] ?? instances[0]).url;
    const { id: agent } = await post(at(0), "/api/agents", { name: "Ada" });
    let wrong = 0;
    const sessions = await Promise.all(
      Array.from({ length: 5 }, async () => (await post(at(0), "/api/sessions", { agent })).id),
    );
    const chats = sessions.flatMap((session, s) => {
      const ask = (n: number) =>
        post(at(n), `/api/sessions/${session}/chat`, {
          messages: [{ role: "user", content: `session ${s} turn ${n}` }],
          model: n === 0 ? "100x40" : "20x5",
        });
      return Array.from({ length: 11 }, async (_, n) => {
        await new Promise((resolve) => setTimeout(resolve, n * 120));
        return ask(n);
      });
    });
    const from = model.asked.length;
    await Promise.all(chats);
    for (const s of sessions.keys()) {
      const asked = model.asked.slice(from).filter((text) => text.startsWith(`session ${s} `));
      const right = Array.from({ length: 11 }, (_, n) => `session ${s} turn ${n}`);
      wrong += right.filter((text, n) => asked[n] !== text).length;
    }
    report(`${way}: 50 turns that wait in five sessions at both instances, out of order`, String(wrong));
  });
}

try {
  if (wants("follow")) for (const way of ["NOTIFY", "Redis", "polling"] as const) await following(way);
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
