// npm run attack -- [--requests 50000] [--seed N] [--only N,N] [--ms 250] [--megabytes 300] [--hold 100]: hostile
// requests to all that a built server serves, made from its own document and from worst cases of each field, while its
// health is asked for every 50 ms. Ends with 1 where an answer is a 5xx, too large or not in its dialect's shape, where
// one of a hundred answers of its health takes longer than `--ms`, where its memory grows by more than `--megabytes`,
// or where its event loop is held for more than `--hold` ms of the processor; the request is printed, and `--only` with
// its number and seed sends it again, several one after the other.
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { DIALECTS, surfaceAt } from "../lib/dialects/index.ts";
import { llamacloudReference } from "../lib/dialects/llamacloud/reference.ts";
import { web } from "../lib/dialects/web/index.ts";
import { memoryOf } from "./attack/memory.ts";
import { startModel } from "./attack/model.ts";
import { attackOf } from "./attack/requests.ts";
import { type Attack, closeConnections, type Outcome, send } from "./attack/send.ts";
import { findTargets } from "./attack/targets.ts";
import { watchLoop } from "./attack/watch-loop.ts";
import { startServer } from "./server.ts";
import { keepTemporaryFiles } from "./temporary.ts";

const AT_ONCE = 4;
const MOST_SHOWN = 20;
const SLOWEST_SHOWN = Number(process.env.SLOWEST ?? 5);
const LARGEST_REFUSAL_BYTES = 64 * 1024;
const MEGABYTE = 1024 * 1024;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "50000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    only: { type: "string" },
    // How slow one of a hundred answers of its health may be, and by how much its memory may grow.
    ms: { type: "string", default: "250" },
    megabytes: { type: "string", default: "300" },
    // For how long, in ms of the processor, its event loop may be held.
    hold: { type: "string", default: "100" },
  },
});
const whole = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${text} is no whole number`);
  return number;
};
const [seed, requests] = [whole(values.seed), whole(values.requests)];
const [slowestHealthMs, mostGrowthBytes] = [whole(values.ms), whole(values.megabytes) * MEGABYTE];
const longestHoldMs = whole(values.hold);
const only = values.only?.split(",").map(whole);
const numbers = (only ?? Array.from({ length: requests }, (_, n) => n)).values();

keepTemporaryFiles("attack");
const faults: string[] = [];
const statuses = new Map<string, number>();
const slow: { readonly ms: number; readonly attack: Attack }[] = [];
const surfaces = await Promise.all([
  ...DIALECTS.map(async ({ prefixes, reference }) => ({ prefixes, error: (await reference()).error })),
  // The web app's errors are LlamaCloud's, and so are those of its sign-in routes.
  { ...web, error: llamacloudReference.error },
]);

const model = await startModel();
// Limits would answer most of the requests.
const unlimited = [
  "GUESTS_PER_HOUR",
  "GUEST_TURNS_PER_MINUTE",
  "GUEST_TURNS_PER_HOUR",
  "GUEST_TOKENS_PER_DAY",
  "STRANGER_TURNS_PER_MINUTE",
  "BOT_TOKENS_PER_DAY",
];
const loop = watchLoop();
const server = await startServer({
  ...loop.settings,
  LOG_LEVEL: "silent",
  OPENAI_BASE_URL: model.url,
  OPENAI_MODEL: "attacked",
  ...Object.fromEntries(unlimited.map((name) => [name, "off"])),
});
// However this ends.
process.once("exit", () => server.process.kill("SIGKILL"));
const key = server.key();
const targets = await findTargets(server.url, key);
await warmUp();
// What was loaded and compiled until now is not what is sent.
loop.begin();
const memory = memoryOf(server.process.pid ?? 0);
const health = new Worker(new URL("./attack/health.ts", import.meta.url), { workerData: { url: server.url } });
const startedAt = performance.now();
await Promise.all(Array.from({ length: only ? 1 : AT_ONCE }, attackOn));
const seconds = (performance.now() - startedAt) / 1000;
const isAlive = server.process.exitCode === null;
if (!isAlive) faults.push(`The server has ended:\n${server.output().slice(-2000)}`);
await checkHealth();
checkMemory();
await checkLoop();
console.log(
  [...statuses]
    .sort()
    .map(([name, count]) => `${count} x ${name}`)
    .join(", "),
);
for (const { ms: took, attack } of slow) {
  const { n, method, path, body } = attack;
  console.log(
    `Slow: ${ms(took)}, ${method} ${path.slice(0, 80)}, ${body?.length ?? 0} bytes, --seed ${seed} --only ${n}`,
  );
}
for (const fault of faults.slice(0, MOST_SHOWN)) console.log(`\nfault: ${fault}`);
console.log(`\nSeed ${seed}: ${faults.length} faults in ${seconds.toFixed(0)} s`);
closeConnections();
await server.kill("SIGKILL");
model.close();
process.exit(faults.length === 0 ? 0 : 1);

/** Takes the next request and judges its answer, until none is left. */
async function attackOn(): Promise<void> {
  for (const n of numbers) {
    const attack = attackOf(n, seed, key, targets);
    try {
      const outcome = await send(server.url, attack);
      const status = outcome === null ? "left" : String(outcome.status);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (outcome !== null && outcome.type !== "text/event-stream") noteTime(attack, outcome.ms);
      const what = faultOf(attack, outcome);
      if (what !== null) note(attack, what);
    } catch (thrown) {
      note(attack, thrown instanceof Error ? thrown.message : String(thrown));
    }
    if (server.process.exitCode !== null) return;
  }
}

/** What is wrong with an answer; null: nothing. */
function faultOf({ path }: Attack, outcome: Outcome): string | null {
  if (outcome === null || outcome.status < 400) return null;
  const told = `${outcome.status}: ${outcome.text.slice(0, 300)}`;
  if (outcome.status >= 500) return told;
  if (outcome.bytes >= LARGEST_REFUSAL_BYTES) return `${outcome.bytes} bytes of ${told}`;
  const surface = surfaceAt(new URL(path, server.url).pathname, surfaces);
  // Next-auth has answers of its own, and an unknown path of another spelling is a page that is not there.
  const isOfNoDialect = path.startsWith("/api/auth") || path.startsWith("/api/cron");
  if (surface === null || isOfNoDialect || path !== plain(path) || outcome.text === "") return null;
  return surface.error.safeParse(parsed(outcome.text)).success ? null : `not in its dialect's shape: ${told}`;
}

function plain(path: string): string {
  return path.replaceAll(/\/{2,}|\\|%|\.\./gu, "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function note({ n, method, path, headers, body }: Attack, what: string): void {
  const sent = body === null ? "no body" : `${body.length} bytes: ${body.subarray(0, 300).toString()}`;
  faults.push(
    `${what}\n  ${method} ${path.slice(0, 300)}\n  ${JSON.stringify(headers).slice(0, 500)}\n  ${sent}\n  again: --seed ${seed} --only ${n}`,
  );
}

/** Keeps the requests that took longest. */
function noteTime(attack: Attack, took: number): void {
  slow.push({ ms: took, attack });
  slow.sort((a, b) => b.ms - a.ms).splice(SLOWEST_SHOWN);
}

/** Each operation once: its code is loaded then, and counts as the start. */
async function warmUp(): Promise<void> {
  for (const { method, path } of targets.operations) {
    const headers = { authorization: `Bearer ${key}` };
    await send(server.url, { n: 0, method, path: path.replaceAll(/\{\w+\}/gu, "x"), headers, body: null });
  }
}

async function checkHealth(): Promise<void> {
  const told = new Promise<{ took: number[]; faults: string[] }>((resolve) => health.once("message", resolve));
  health.postMessage("stop");
  const { took, faults: unwell } = await told;
  const sorted = took.sort((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  console.log(
    `Health: ${took.length} times, p50 ${ms(sorted[sorted.length >> 1])}, p99 ${ms(p99)}, longest ${ms(sorted.at(-1))}`,
  );
  if (p99 >= slowestHealthMs) faults.push(`The p99 of health is ${ms(p99)}`);
  faults.push(...unwell.slice(0, 3));
}

function ms(value = 0): string {
  return `${value.toFixed(0)} ms`;
}

function checkMemory(): void {
  const { atStart, most, now } = memory.stop();
  const megabytes = (bytes: number) => `${Math.round(bytes / MEGABYTE)} MB`;
  console.log(`Memory: ${megabytes(atStart)} at the start, ${megabytes(most)} at most, ${megabytes(now)} at the end`);
  if (isAlive && most - atStart >= mostGrowthBytes) faults.push(`Memory grew by ${megabytes(most - atStart)}`);
}

/** Looks at how long the event loop was held, which other requests wait for. */
async function checkLoop(): Promise<void> {
  const held = await loop.held();
  const longest = held[0] ?? { ms: 0, collectingMs: 0 };
  const over = (most: number) => held.filter((one) => one.ms > most).length;
  const told = `held for ${ms(longest.ms)} at most, ${ms(longest.collectingMs)} of it collecting garbage`;
  console.log(`Event loop: ${told}, ${over(50)} times over 50 ms, ${over(100)} over 100 ms`);
  if (longest.ms > longestHoldMs) faults.push(`The event loop was ${told}`);
}
