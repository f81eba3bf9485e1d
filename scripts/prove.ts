// npm run prove -- [--seed N] [--seeds 1] [--seconds 60] [--clients 12]: two instances on one PostgreSQL, twelve
// clients, kill -9 of either every eight seconds; then everything that clients were told is held against what is
// stored. What the clients do and when it kills comes from the seed. Ends with 1 where something is wrong.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import pg from "pg";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import { needsBuild } from "./build-stamp.ts";
import { newSession } from "./prove/acts.ts";
import { auditStored } from "./prove/audit.ts";
import { auditPrompts } from "./prove/audit-prompts.ts";
import { auditReads } from "./prove/audit-reads.ts";
import { runClient } from "./prove/clients.ts";
import { readAll, settled } from "./prove/finals.ts";
import { type Instances, startInstances } from "./prove/instances.ts";
import { type Fault, type Ledger, openLedger } from "./prove/ledger.ts";
import { MODEL } from "./prove/model-request.ts";
import { type ModelServer, startModelServer } from "./prove/model-server.ts";
import { dice } from "./prove/texts.ts";
import type { World } from "./prove/world.ts";
import { keepTemporaryFiles } from "./temporary.ts";

const KILL_EVERY_MS = 8000;
const SHARED_SESSIONS = 4;
const MOST_FAULTS = 40;
const MOST_NOTES = 80;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    seeds: { type: "string", default: "1" },
    seconds: { type: "string", default: "60" },
    clients: { type: "string", default: "12" },
  },
});
const [seed, seeds, seconds, clients] = [values.seed, values.seeds, values.seconds, values.clients].map((text) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${text} is no whole number`);
  return number;
});

keepTemporaryFiles("prove");
// Once, before two instances start at the same time.
if (needsBuild()) spawnSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
let isRight = true;
for (let n = 0; n < (seeds ?? 1); n++) isRight = (await prove((seed ?? 0) + n)) && isRight;
process.exit(isRight ? 0 : 1);

/** One run. Gives whether nothing was wrong. */
async function prove(seed: number): Promise<boolean> {
  console.log(`Seed ${seed}: ${clients} clients, ${seconds} s`);
  const postgres = await startPostgres();
  const model = await startModelServer();
  const ledger = openLedger();
  const key = "the same key for all instances";
  const instances = await startInstances(ledger, (instance) => ({
    DATABASE_URL: `${postgres.url}/postgres`,
    PARLEY_API_KEY: key,
    NEXTAUTH_SECRET: "the same secret for all",
    OPENAI_BASE_URL: model.urlOf(instance),
    OPENAI_API_KEY: "prove",
    OPENAI_MODEL: MODEL,
  }));
  try {
    const agentId = await defaultAgent(instances.urlOf(0), key);
    const until = Date.now() + (seconds ?? 60) * 1000;
    const world: World = { seed, key, agentId, instances, ledger, shared: [], until };
    for (let n = 0; n < SHARED_SESSIONS; n++) world.shared.push(await newSession(world, 0, n % 2 === 0));
    await Promise.all([
      instances.killUntil(until, KILL_EVERY_MS, dice(seed, "kills")),
      ...Array.from({ length: clients ?? 12 }, (_, n) => runClient(world, n + 1)),
    ]);
    const faults = await audit(world, model, postgres.url);
    report(ledger, model, faults);
    return faults.length === 0;
  } finally {
    await instances.stop();
    await model.stop();
    await postgres.stop();
  }
}

/** The account's default agent: sessions that LlamaCloud makes have it, so all dialects can go on with them. */
async function defaultAgent(url: string, key: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}` };
  const made = await fetch(`${url}/api/v1/chat?details=1`, { method: "POST", headers });
  if (!made.ok) throw new Error(`No session: ${await made.text()}`);
  const { session_id } = await made.json();
  const { agent } = await (await fetch(`${url}/api/v1/chat/${session_id}?details=1`, { headers })).json();
  return agent.id;
}

async function audit(world: World, model: ModelServer, databaseUrl: string): Promise<readonly Fault[]> {
  const { ledger, instances } = world;
  const stuck = await settled(world);
  const finals = await readAll(world);
  return [
    ...stuck.map((sessionId) => ({ what: "A turn runs still, long after all", sessionId })),
    ...ledger.faults,
    ...auditStored(ledger, finals),
    ...auditPrompts(ledger, model.calls, finals),
    ...auditReads(ledger, finals),
    ...model.refusals.map((refusal) => ({ what: `The model server refused: ${refusal}`, sessionId: null })),
    ...logFaults(instances),
    ...(await deadlocks(databaseUrl)),
  ];
}

/** Lines of the servers' logs that tell of an error. */
function logFaults(instances: Instances): Fault[] {
  const lines = instances.output().split("\n");
  const wrong = lines.filter((line) => /"level":(50|60|"error"|"fatal")|40P01|deadlock/u.test(line));
  return wrong.map((line) => ({ what: `Logged: ${line.slice(0, 600)}`, sessionId: null }));
}

/** Deadlocks that PostgreSQL has seen, also those that were tried again. */
async function deadlocks(databaseUrl: string): Promise<Fault[]> {
  const client = new pg.Client({ connectionString: `${databaseUrl}/postgres` });
  await client.connect();
  try {
    const { rows } = await client.query(
      "select deadlocks::int as count from pg_stat_database where datname = 'postgres'",
    );
    const count: number = rows[0]?.count ?? 0;
    return count === 0 ? [] : [{ what: `PostgreSQL has ended ${count} deadlocks`, sessionId: null }];
  } finally {
    await client.end();
  }
}

function report(ledger: Ledger, model: ModelServer, faults: readonly Fault[]): void {
  const counts = Map.groupBy(ledger.questions, ({ way, ending }) => `${way} ${ending.kind}`);
  for (const [what, questions] of [...counts].toSorted()) console.log(`  ${what}: ${questions.length}`);
  const continued = model.calls.filter(({ said }) => said !== null).length;
  console.log(
    `  ${ledger.kills.length} kills, ${continued} answers gone on with, ${ledger.reads.length} reads, ` +
      `${ledger.stops.length} stops, ${ledger.deletes.length} deletions, ${ledger.sessions.size} sessions, ` +
      `${model.neighbours()} prompts with neighbours of one role`,
  );
  console.log(faults.length === 0 ? "  Nothing is wrong" : `  ${faults.length} FAULTS`);
  for (const { what, sessionId } of faults.slice(0, MOST_FAULTS)) console.log(`  - ${what} (session ${sessionId})`);
  const places = new Set(faults.flatMap(({ sessionId }) => sessionId ?? []));
  for (const sessionId of [...places].slice(0, 5)) {
    console.log(`  Session ${sessionId}:`);
    const first = ledger.notes.find((note) => note.sessionId === sessionId)?.at ?? 0;
    const notes = ledger.notes.filter((note) => {
      return note.sessionId === sessionId || (note.sessionId === null && note.at >= first);
    });
    for (const { at, text } of notes.slice(-MOST_NOTES)) {
      console.log(`    ${((at - ledger.startedAt) / 1000).toFixed(3)} ${text.slice(0, 300)}`);
    }
  }
}
