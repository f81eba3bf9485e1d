// npm run bench: measures this server against a pipe that only forwards bytes, in the same run. Prints a table.
// BENCH=1,3 measures only these figures. Figures 11 to 13, 15 and 17 are those of npm run bench:long; 18 and 19 are of
// long conversations in Julep, 20 of templates, 21 of assistants and 22 of bots.
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JULEP_TEMPLATE } from "../lib/core/render/templates.ts";
import { openTemplates } from "../lib/templates/templates.ts";
import { freePort } from "../lib/testing/free-port.ts";
import { needsBuild } from "../scripts/build-stamp.ts";
import { startServer } from "../scripts/server.ts";
import { keepTemporaryFiles } from "../scripts/temporary.ts";
import type { LoadResult } from "./load.ts";
import { cpuMs, median, privateBytes, quantile, runLoad, startProcess, threadCpuMs } from "./processes.ts";
import { timeSizes } from "./sizes.ts";

const KEY = "the key of the benchmark, and no other";
const WORDS = 200;
const wanted = process.env.BENCH?.split(",").map(Number);
const wants = (figure: number) => wanted === undefined || wanted.includes(figure);

keepTemporaryFiles("bench");
if (needsBuild()) spawnSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
const [modelPort, pipePort] = [await freePort(), await freePort()];
const model = await startProcess("model-server.ts", { PORT: String(modelPort) });
const pipe = await startProcess("pipe.ts", { PORT: String(pipePort), MODEL_PORT: String(modelPort) });
const environment = {
  PARLEY_API_KEY: KEY,
  OPENAI_BASE_URL: `http://127.0.0.1:${modelPort}/v1`,
  OPENAI_MODEL: "paced",
  OPENAI_SMALL_MODEL: "title",
  ...(process.env.DATABASE_URL ? { DATABASE_URL: process.env.DATABASE_URL } : {}),
};
let server = await startServer(environment);

type Row = { figure: string; what: string; value: string; must: string; aim: string; holds: boolean };
const rows: Row[] = [];
const report = (
  figure: string,
  what: string,
  value: number,
  must: number,
  aim: number,
  unit: string,
  isAtLeast = false,
) => {
  const holds = isAtLeast ? value >= must : value <= must;
  rows.push({ figure, what, value: `${round(value)}${unit}`, must: `${must}${unit}`, aim: `${aim}${unit}`, holds });
  console.error(`${figure} ${what}: ${round(value)}${unit} (must ${must}, aim ${aim})`);
};
const round = (value: number) => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };

async function newSession(): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/chat`, { method: "POST", headers });
  return (await response.json()).session_id;
}

const bodyFor = (name: string) => JSON.stringify({ index_ids: [], prompt: "Say two hundred words", model: name });

type Batch = LoadResult & { readonly cpu: number; readonly storageCpu: number };

/** What is asked of the server: where, for so many streams, and with which body. */
type Target = { readonly paths: (streams: number) => Promise<string[]>; readonly body: string };

/** A new session for each stream, as the web app asks. */
const inSessions = (name: string): Target => ({
  async paths(streams) {
    const sessions: string[] = [];
    while (sessions.length < streams) {
      const next = Array.from({ length: Math.min(20, streams - sessions.length) }, newSession);
      sessions.push(...(await Promise.all(next)));
    }
    return sessions.map((session) => `/api/v1/chat/${session}/messages/stream`);
  },
  body: bodyFor(name),
});

/** One agent through a dialect whose calls have no session. */
async function ofAgent(name: string, dialect: "assistants" | "bots"): Promise<Target> {
  const body = JSON.stringify({ name: "Ada", model: name });
  const made = await (await fetch(`${server.url}/v1/bots`, { method: "POST", headers, body })).json();
  const messages = [{ role: "user", content: "Say two hundred words" }];
  const path =
    dialect === "bots" ? "/v1/chat" : `/api/v1/compatibility/openai/v1/assistants/${made.uid}/chat/completions`;
  const asked = dialect === "bots" ? { bot_uid: made.uid, messages } : { messages };
  return {
    paths: async (streams) => Array.from({ length: streams }, () => path),
    body: JSON.stringify({ ...asked, stream: true }),
  };
}

async function ours(target: Target, streams: number, concurrency: number): Promise<Batch> {
  const paths = await target.paths(streams);
  const pid = server.process.pid ?? 0;
  const before = { cpu: cpuMs(pid), storage: threadCpuMs(pid, "parley-database") };
  const result = await runLoad({ port: server.port, paths, body: target.body, key: KEY, concurrency, words: WORDS });
  // Titles are made behind the turns: they belong to this batch, and must not run into the next.
  await untilIdle(pid);
  const batch = { cpu: cpuMs(pid) - before.cpu, storageCpu: threadCpuMs(pid, "parley-database") - before.storage };
  return { ...result, ...batch };
}

/** Waits until a process has done next to nothing for a second. */
async function untilIdle(pid: number): Promise<void> {
  for (let quietSeconds = 0, seen = cpuMs(pid); quietSeconds < 2; seen = cpuMs(pid)) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    quietSeconds = cpuMs(pid) - seen < 40 ? quietSeconds + 1 : 0;
  }
}

async function piped(name: string, streams: number, concurrency: number): Promise<Batch> {
  const paths = Array.from({ length: streams }, () => "/v1/chat/completions");
  const body = JSON.stringify({
    model: name,
    stream: true,
    messages: [{ role: "user", content: "Say two hundred words" }],
  });
  const before = cpuMs(pipe.pid ?? 0);
  const result = await runLoad({ port: pipePort, paths, body, key: KEY, concurrency, words: WORDS });
  return { ...result, cpu: cpuMs(pipe.pid ?? 0) - before, storageCpu: 0 };
}

/** Batches in the order A B B A, so that a drift of the machine falls on both alike. */
async function compare(
  name: string,
  streams: number,
  concurrency: number,
  rounds: number,
  target: Target = inSessions(name),
) {
  const a: Batch[] = [];
  const b: Batch[] = [];
  for (let n = 0; n < rounds; n++) {
    b.push(await piped(name, streams, concurrency));
    a.push(await ours(target, streams, concurrency), await ours(target, streams, concurrency));
    b.push(await piped(name, streams, concurrency));
  }
  const wrong = [...a, ...b].reduce((sum, batch) => sum + batch.wrong, 0);
  if (wrong > 0) throw new Error(`${wrong} streams did not say what the model said`);
  return { ours: a, pipe: b };
}

const perSecond = (batches: readonly Batch[]) => median(batches.map((batch) => (batch.words / batch.wallMs) * 1000));
const cpuPerThousand = (batches: readonly Batch[]) => median(batches.map((batch) => (batch.cpu / batch.words) * 1000));

async function paces(): Promise<void> {
  // A batch of its own before the first that counts: what is measured is a server in use, not one that is just
  // compiled.
  await ours(inSessions("paced"), 300, 100);
  await piped("paced", 300, 100);
  if (wants(1)) {
    const single = await compare("paced", 12, 1, 2);
    const ttft = (batches: readonly Batch[]) => median(batches.flatMap((batch) => batch.ttft));
    report("1", "TTFT added over the pipe, one paced stream", ttft(single.ours) - ttft(single.pipe), 10, 6, " ms");
  }
  if (wants(2) || wants(3) || wants(5)) {
    const paced = await compare("paced", 300, 100, 2);
    const all = paced.ours.flatMap((batch) => batch.ttft);
    const p50 = median(all);
    report(
      "2",
      "TTFT p50 at 100 paced streams, times pipe",
      p50 / median(paced.pipe.flatMap((batch) => batch.ttft)),
      4,
      2.5,
      "x",
    );
    report("2", "TTFT p95 over our p50", quantile(all, 0.95) / p50, 2, 2, "x");
    report(
      "3",
      "throughput at 100 paced streams, times pipe",
      perSecond(paced.ours) / perSecond(paced.pipe),
      0.85,
      0.92,
      "x",
      true,
    );
    report(
      "5",
      "CPU per 1,000 tokens, paced, times pipe",
      cpuPerThousand(paced.ours) / cpuPerThousand(paced.pipe),
      4,
      2.5,
      "x",
    );
  }
  if (wants(4) || wants(5) || wants(6)) {
    const fast = await compare("unpaced", 300, 100, 2);
    report(
      "4",
      "throughput at 100 unpaced streams, times pipe",
      perSecond(fast.ours) / perSecond(fast.pipe),
      0.3,
      0.55,
      "x",
      true,
    );
    report(
      "5",
      "CPU per 1,000 tokens, unpaced, times pipe",
      cpuPerThousand(fast.ours) / cpuPerThousand(fast.pipe),
      9,
      4.5,
      "x",
    );
    const storage = median(fast.ours.map((batch) => (batch.storageCpu / batch.words) * 1000));
    report("6", "CPU of the database thread, times pipe's CPU", storage / cpuPerThousand(fast.pipe), 1, 0.3, "x");
  }
}

/** The same streams through a dialect whose calls have no session. */
async function sessionless(figure: string, dialect: "assistants" | "bots"): Promise<void> {
  const paced = await ofAgent("paced", dialect);
  await ours(paced, 300, 100); // warms it up
  const single = await compare("paced", 12, 1, 1, paced);
  const ttft = (batches: readonly Batch[]) => median(batches.flatMap((batch) => batch.ttft));
  report(figure, `${dialect}: TTFT added, one paced stream`, ttft(single.ours) - ttft(single.pipe), 10, 6, " ms");
  const many = await compare("paced", 300, 100, 1, paced);
  const throughput = perSecond(many.ours) / perSecond(many.pipe);
  report(figure, `${dialect}: throughput at 100 paced streams, times pipe`, throughput, 0.85, 0.92, "x", true);
  const cpu = cpuPerThousand(many.ours) / cpuPerThousand(many.pipe);
  report(figure, `${dialect}: CPU per 1,000 tokens, paced, times pipe`, cpu, 4, 2.5, "x");
}

/** Streams until `text` has so many words, then gives what was read and leaves. */
async function readWords(session: string, name: string, words: number): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/chat/${session}/messages/stream`, {
    method: "POST",
    headers,
    body: bodyFor(name),
  });
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.split(" word").length > words) break;
  }
  return text;
}

const lastWord = (text: string) => Math.max(-1, ...[...text.matchAll(/ word(\d+)/g)].map((match) => Number(match[1])));

/** The first text block of a session: what was stored before the kill, closed by whoever took the turn over. */
async function firstText(session: string): Promise<string> {
  for (;;) {
    const full = await (await fetch(`${server.url}/api/v1/chat/${session}`, { headers })).json();
    const text = full.events.find((event: { type: string }) => event.type === "text");
    if (text) return text.content;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function killed(): Promise<void> {
  const lost: number[] = [];
  for (let n = 0; n < 8; n++) {
    const session = await newSession();
    const seen = lastWord(await readWords(session, "long", 60 + n * 17));
    await server.kill("SIGKILL");
    server = await startServer({ ...environment, DATA_DIR: server.dataDir, PORT: String(server.port) });
    const first = await firstText(session);
    lost.push(Math.max(0, seen - lastWord(first)) * 5);
    await fetch(`${server.url}/api/v1/chat/${session}/stop`, { method: "POST", headers });
  }
  report("7", "SIGKILL in mid-stream: text lost, longest of 8", Math.max(...lost), 500, 250, " ms");
}

async function reconnects(): Promise<void> {
  const first: number[] = [];
  let wrong = 0;
  for (let n = 0; n < 10; n++) {
    const session = await newSession();
    await readWords(session, "paced", 40);
    const startedAt = performance.now();
    const response = await fetch(`${server.url}/api/v1/chat/${session}/messages/stream?after=0`, { headers });
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes("word0") && first.length === n) first.push(performance.now() - startedAt);
    }
    const said = text
      .split("\n")
      .flatMap((line) =>
        line.includes('"text_delta"') ? [...line.matchAll(/ word(\d+)/g)].map((match) => Number(match[1])) : [],
      );
    if (said.length !== WORDS || said.some((word, at) => word !== at)) wrong++;
  }
  report("8", "reconnect: first replayed byte, p50", median(first), 50, 20, " ms");
  report("8", "reconnect: replays with a gap or a double, of 10", wrong, 0, 0, "");
}

async function stops(): Promise<void> {
  const delays: number[] = [];
  const stats = async () => (await fetch(`http://127.0.0.1:${modelPort}/stats`)).json();
  for (let n = 0; n < 100; n++) {
    const session = await newSession();
    await readWords(session, "long", 3);
    const before = (await stats()).aborted.length;
    const at = Date.now();
    await fetch(`${server.url}/api/v1/chat/${session}/stop`, { method: "POST", headers });
    const { aborted } = await stats();
    delays.push(aborted.length > before ? aborted.at(-1) - at : Number.POSITIVE_INFINITY);
  }
  report("9", "stop to the model's connection closed, p95 of 100", quantile(delays, 0.95), 250, 50, " ms");
  report(
    "9",
    "stops that did not reach the model, of 100",
    delays.filter((delay) => delay === Number.POSITIVE_INFINITY).length,
    0,
    0,
    "",
  );
}

async function silence(): Promise<void> {
  const count = 400;
  const sessions: string[] = [];
  for (let n = 0; n < count; n++) sessions.push(await newSession());
  const pid = server.process.pid ?? 0;
  const before = privateBytes(pid);
  const leaving = new AbortController();
  await Promise.all(
    sessions.map(async (session) => {
      const response = await fetch(`${server.url}/api/v1/chat/${session}/messages/stream`, {
        method: "POST",
        headers,
        body: bodyFor("silent"),
        signal: leaving.signal,
      });
      await response.body?.getReader().read();
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 3000));
  report("10", "memory per silent open stream", (privateBytes(pid) - before) / count / 1024, 250, 150, " KB");
  leaving.abort();
  await Promise.all(
    sessions.map((session) => fetch(`${server.url}/api/v1/chat/${session}/stop`, { method: "POST", headers })),
  );
}

async function starts(): Promise<void> {
  const time = async (dataDir: string) => {
    const startedAt = performance.now();
    const started = await startServer({ ...environment, DATA_DIR: dataDir });
    await (await fetch(started.url)).text();
    const ms = performance.now() - startedAt;
    await started.kill("SIGTERM");
    return ms / 1000;
  };
  const firsts: number[] = [];
  const laters: number[] = [];
  for (let n = 0; n < 3; n++) {
    const dataDir = join(mkdtempSync(join(tmpdir(), "parley-bench-")), "data");
    firsts.push(await time(dataDir));
    laters.push(await time(dataDir));
  }
  report("16", "start to first page, existing database", median(laters), 2, 1.2, " s");
  report("16", "start to first page, first boot", median(firsts), 5, 3.5, " s");
}

/** Julep's chat and render in a conversation of 5,000 entries, over the same in one of 50 with the same budget. */
async function longConversations(): Promise<void> {
  const post = async (path: string, body: object) =>
    (await fetch(`${server.url}/api${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
  const { id: agent } = await post("/agents", { name: "Ada" });
  const conversation = async (entries: number): Promise<string> => {
    const { id } = await post("/sessions", { agent, token_budget: 1500, context_overflow: "truncate" });
    // In one call: the model sees only what fits.
    const messages = Array.from({ length: entries - 1 }, (_, n) => ({
      role: n % 2 === 0 ? "user" : "assistant",
      content: `entry ${n} ${"of some length ".repeat(8)}`,
    }));
    await post(`/sessions/${id}/chat`, { messages, model: "title" });
    return id;
  };
  const [short, long] = [await conversation(50), await conversation(5000)];
  const ask = { messages: [{ role: "user", content: "and now?" }], model: "title" };
  for (const [figure, what, path, more] of [
    ["18", "render", "render", {}],
    ["19", "chat", "chat", { save: false }],
  ] as const) {
    const times: Record<string, number[]> = { [short]: [], [long]: [] };
    for (let n = 0; n < 120; n++) {
      for (const id of n % 2 === 0 ? [short, long] : [long, short]) {
        const startedAt = performance.now();
        await post(`/sessions/${id}/${path}`, { ...ask, ...more });
        if (n >= 20) times[id]?.push(performance.now() - startedAt);
      }
    }
    const [few, many] = [median(times[short] ?? []), median(times[long] ?? [])];
    console.error(`${what}: ${round(few)} ms with 50 entries, ${round(many)} ms with 5,000`);
    report(figure, `Julep ${what} p50 at 5,000 entries, times 50`, many / few, 2, 1.3, "x");
  }
}

/** One system message with 20 docs of 800 characters: by our own template, by a caller's, and as joined texts. */
async function templates(): Promise<void> {
  const docs = Array.from({ length: 20 }, (_, n) => ({ title: `Doc ${n}`, content: ["some words ".repeat(73)] }));
  const agent = { name: "Ada", about: "a tutor", instructions: ["Be brief", "Cite sources"] };
  const variables = { agent, user: { name: "Bo", about: "a student" }, session: { situation: "exam week" }, docs };
  const joined = () =>
    [
      `You are ${agent.name}.\nWho you are: ${agent.about}\n\nInstructions:\n`,
      ...agent.instructions.map((one) => `- ${one}\n`),
      ...docs.map(({ title, content }) => `## ${title}\n${content.join("\n")}\n`),
    ].join("");
  const time = async (work: () => unknown, runs: number): Promise<number> => {
    const times: number[] = [];
    for (let n = 0; n < runs; n++) {
      const startedAt = performance.now();
      await work();
      if (n >= runs / 10) times.push(performance.now() - startedAt);
    }
    return median(times);
  };
  const templates = openTemplates([JULEP_TEMPLATE]);
  const plain = await time(joined, 2000);
  const own = await time(() => templates.render("an account", JULEP_TEMPLATE, variables), 500);
  const callers = await time(() => templates.render("an account", `${JULEP_TEMPLATE}{# a caller's #}`, variables), 500);
  templates.close();
  const times = (ms: number) => `${round(ms / plain)} times joined texts (${round(plain * 1000)} µs)`;
  report("20", `a prompt of 20 docs by our template, ${times(own)}`, own, 2, 1, " ms");
  report("20", `a prompt of 20 docs by a caller's template, ${times(callers)}`, callers, 2, 1, " ms");
}

/** Lists, pages and turns in an account with 100,000 sessions, over the same with 1,000. */
async function sizes(): Promise<void> {
  for (const { name, fewMs, manyMs } of await timeSizes(environment, KEY, { few: 1000, many: 100_000 })) {
    const times = `${round(fewMs)} ms and ${round(manyMs)} ms`;
    report("14", `${name} at 100,000 sessions over 1,000, ${times}`, manyMs / fewMs, 1.3, 1.1, "x");
  }
}

try {
  // First: behind a load the heap has room, and the streams would seem to cost nothing.
  if (wants(10)) await silence();
  if ([1, 2, 3, 4, 5, 6].some(wants)) await paces();
  if (wants(21)) await sessionless("21", "assistants");
  if (wants(22)) await sessionless("22", "bots");
  if (wants(8)) await reconnects();
  if (wants(9)) await stops();
  if (wants(7)) await killed();
  if (wants(18) || wants(19)) await longConversations();
  if (wants(20)) await templates();
  if (wants(14)) await sizes();
  if (wants(16)) await starts();
} finally {
  await server.kill("SIGTERM");
  pipe.kill();
  model.kill();
}

console.log("| # | figure | measured | must | aim | |\n|---|---|---|---|---|---|");
for (const row of rows) {
  console.log(
    `| ${row.figure} | ${row.what} | ${row.value} | ${row.must} | ${row.aim} | ${row.holds ? "holds" : "missed"} |`,
  );
}
