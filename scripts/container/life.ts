import { chownSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandOf } from "./dockerfile.ts";
import type { Image } from "./image.ts";
import type { Report } from "./report.ts";
import { type Container, keyIn, startContainer } from "./server.ts";

const HEALTHY_MS = 5000;
/** What Docker gives before it kills. */
const DOCKER_GRACE_MS = 10_000;
/** A turn of this many words takes longer than any grace of the image. */
const LONG_TURN_WORDS = 1200;
const TURN_LIMIT_MS = 60_000;

/** A new volume, as the image's own folder is made: for its user alone. */
export function newVolume(): string {
  const volume = mkdtempSync(join(tmpdir(), "parley-volume-"));
  chownSync(volume, 1000, 1000);
  return volume;
}

/** A container from its first start to its last: works, is alone on its volume, is killed, is stopped, goes on. */
export async function checkLife(image: Image, report: Report): Promise<void> {
  const volume = newVolume();
  const first = await startContainer(image, { volume, hostname: "aaaa1111" });
  reportStart(first, report, "first start, read-only root");
  report(!first.output().includes("Building"), "no build at the start", "");
  report(true, "memory", `${first.memoryMegabytes().toFixed(0)} MB`);
  report(first.run(commandOf(image.stage, "HEALTHCHECK")).code === 0, "the health check of the image says yes", "");
  const doctor = first.run(["node", "scripts/doctor.ts"]);
  report(doctor.code === 0, "npm run doctor, beside it", doctor.output.trim().split("\n").at(-1) ?? "");
  if (doctor.code !== 0) console.log(doctor.output);
  const ask = askerOf(first, volume);
  await checkWork(ask, report);
  await checkAlone(image, volume, report);
  const session = await newSession(ask);
  await ask("GET", `/api/v1/chat/${session}`).then(({ status }) => report(status === 200, "a session is stored", ""));

  await first.end("SIGKILL");
  const second = await startContainer(image, { volume, hostname: "bbbb2222" });
  reportStart(second, report, "start after kill -9, under another host name");
  const kept = await askerOf(second, volume)("GET", `/api/v1/chat/${session}`);
  report(kept.status === 200, "what was stored is there", `${kept.status}`);
  const left = readdirSync(volume).filter((name) => name.startsWith("lock-"));
  report(left.length === 1, "the killed one left nothing beside its lock", left.join(", "));
  const idle = await second.end("SIGTERM");
  report(idle.code === 0 && idle.ms < 2000, "TERM while idle", `code ${idle.code} after ${idle.ms.toFixed(0)} ms`);
  await checkHandOver(image, volume, report);
}

/**
 * On a machine that does other things, too, the time that processors worked says how long it would take on an idle one.
 */
function reportStart({ healthyMs, workedMs, output }: Container, report: Report, what: string): void {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  const isOk = healthyMs !== null && Math.min(healthyMs, workedMs) < HEALTHY_MS;
  const took = `healthy after ${seconds(healthyMs ?? 0)}, in which processors worked ${seconds(workedMs)}`;
  report(isOk, what, healthyMs === null ? `it ended: ${output()}` : took);
}

type Asked = { readonly status: number; readonly text: string };
type Ask = (method: string, path: string, body?: object) => Promise<Asked>;

function askerOf({ url }: Container, volume: string): Ask {
  const key = keyIn(volume);
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TURN_LIMIT_MS),
    });
    return { status: response.status, text: await response.text() };
  };
}

async function newSession(ask: Ask): Promise<string> {
  return JSON.parse((await ask("POST", "/api/v1/chat")).text).session_id;
}

/** What a server does: answers in its dialects, renders callers' templates in a thread, runs tools, shows its pages. */
async function checkWork(ask: Ask, report: Report): Promise<void> {
  const bot = await ask("POST", "/v1/chat", { bot_slug: "taxson", prompt: "Write 20 words", stream: false });
  report(bot.status === 200, "a bot answers", `${bot.status} ${bot.text.slice(0, 60)}`);

  const session = await newSession(ask);
  const tool = await ask("POST", `/api/v1/chat/${session}/messages/stream`, {
    index_ids: [],
    prompt: "What is 12.5 * 8?",
  });
  report(/"tool_result"/u.test(tool.text) && tool.text.includes("100"), "a turn runs a tool", `${tool.status}`);

  const agent = JSON.parse((await ask("POST", "/api/agents", { name: "Ada" })).text).id;
  const system_template = "{% for n in range(3) %}{{ n * 7 }} {% endfor %}{{ session.situation.upper() }}";
  const made = await ask("POST", "/api/sessions", { agent, situation: "oslo", system_template });
  const messages = [{ role: "user", content: "Hello" }];
  const rendered = await ask("POST", `/api/sessions/${JSON.parse(made.text).id}/render`, { messages });
  report(rendered.text.includes("0 7 14 OSLO"), "a caller's template is rendered in its thread", `${rendered.status}`);

  for (const path of ["/", "/docs", "/sign-in", "/api/openapi.json", "/reference/scalar.js", "/favicon.svg"]) {
    const { status, text } = await ask("GET", path);
    report(status === 200 && text.length > 100, `GET ${path}`, `${status}, ${text.length} bytes`);
  }
  const page = await ask("GET", "/");
  const chunk = /\/_next\/static\/[^"]+\.js/u.exec(page.text)?.[0] ?? "/_next/static/none";
  const script = await ask("GET", chunk);
  report(script.status === 200, "a script of the page", `${script.status}`);
}

/** A second container on the volume is told to stay away, and the first goes on. */
async function checkAlone(image: Image, volume: string, report: Report): Promise<void> {
  const other = await startContainer(image, { volume, hostname: "cccc3333" });
  const said = /.* is in use by process .*/u.exec(other.output())?.[0] ?? other.output();
  report(other.healthyMs === null && said.includes("on aaaa1111"), "a second container is refused", said);
  if (other.healthyMs !== null) await other.end("SIGKILL");
}

/** A turn that runs longer than the grace is left in time, and the next start ends it. */
async function checkHandOver(image: Image, volume: string, report: Report): Promise<void> {
  const first = await startContainer(image, { volume, hostname: "dddd4444" });
  const ask = askerOf(first, volume);
  const session = await newSession(ask);
  const prompt = `Write ${LONG_TURN_WORDS} words`;
  const reading = ask("POST", `/api/v1/chat/${session}/messages/stream`, { index_ids: [], prompt }).catch(() => null);
  await sleep(2000);
  const { ms, code } = await first.end("SIGTERM");
  await reading;
  report(
    ms < DOCKER_GRACE_MS && code === 0,
    "TERM with a running turn",
    `code ${code} after ${(ms / 1000).toFixed(1)} s`,
  );

  const second = await startContainer(image, { volume, hostname: "eeee5555" });
  reportStart(second, report, "start after that");
  const words = await wordsAtEnd(askerOf(second, volume), session);
  report(words === LONG_TURN_WORDS, "the next start completes the turn", `${words} of ${LONG_TURN_WORDS} words`);
  await second.end("SIGTERM");
}

/** The words of a session's answer once its turn has ended. */
async function wordsAtEnd(ask: Ask, session: string): Promise<number> {
  for (const until = Date.now() + TURN_LIMIT_MS; Date.now() < until; await sleep(250)) {
    const { text } = await ask("GET", `/api/v1/chat/${session}`);
    const events: { type: string; content?: string }[] = JSON.parse(text).events;
    if (!events.some(({ type }) => type === "stop")) continue;
    const whole = events.map(({ type, content = "" }) => (type === "text" ? content : "")).join("");
    return whole.split(/\s+/u).filter((word) => word !== "").length;
  }
  return 0;
}
