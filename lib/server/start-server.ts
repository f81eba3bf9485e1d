import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isBehind } from "../db/migrate.ts";
import { type Hide, hiding, withoutSecretShapes } from "../domain/secrets.ts";
import { noteAddresses } from "./address.ts";
import { completeAnswers } from "./answer-headers.ts";
import { noteServers } from "./listening.ts";
import { type Parley, parley } from "./parley.ts";
import { lineUpRequests } from "./request-line.ts";
import { mendPaths } from "./request-path.ts";
import { hideInOutput, secretsOf } from "./secrets.ts";
import { isHttps, localUrl, parseSettings, publicUrl, type Settings } from "./settings.ts";
import { startTelemetry } from "./telemetry.ts";
import { leaveUnreadAnswers } from "./unread-answers.ts";
import { isOnVercel } from "./vercel-settings.ts";

/**
 * Of the time that a stop may take, so much is kept for what follows the turns: handing over, and closing the database.
 */
const LAST_MS = 5000;
const INTERRUPT_GRACE_MS = 1000;
/** So long after a start nothing is being loaded any more. */
const SETTLED_MS = 3000;
/** How often a server whose database is behind looks again. */
const BEHIND_MS = 5000;

/**
 * Opens the server, says where it is, and ends it in order at SIGTERM and SIGINT. Ends the process if it cannot open.
 *
 * A function says nothing and asks itself for nothing. Where it cannot open it stays, and tells whoever asks: the
 * platform would start it again for each request, and show a page of its own.
 */
export async function startServer(): Promise<void> {
  let hide: Hide = withoutSecretShapes;
  const isFunction = isOnVercel(process.env);
  try {
    const settings = parseSettings(process.env);
    hide = hiding(secretsOf(settings, process.env));
    const print = hideInOutput((text) => hide(text));
    completeAnswers(isHttps(settings));
    mendPaths();
    noteAddresses(settings);
    if (!isFunction) {
      noteServers();
      leaveUnreadAnswers();
      lineUpRequests();
    }
    const opening = openWhenMigrated();
    if (!isFunction) loadFirstPage(settings);
    // The thread is idle while the database opens.
    const stopTelemetry = await startTelemetry(settings.hasOtlp, {
      runningTurns: async () => (await opening).ports.runner.count(),
      hide: (text) => hide(text),
      isAlwaysAwake: !isFunction,
    });
    // One that does not open now may be opened by a later request.
    if (isFunction) process.once("SIGTERM", () => void endFunction(stopTelemetry));
    const running = await opening;
    hide = running.hide;
    if (isFunction) return;
    process.once("SIGTERM", () => void shutDown(running, "SIGTERM", stopTelemetry));
    process.once("SIGINT", () => void shutDown(running, "SIGINT", stopTelemetry));
    print(greeting(running));
    setTimeout(giveMemoryBack, SETTLED_MS).unref();
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(`Parley cannot start. ${withoutSecretShapes(hide(why))}\n`);
    if (!isFunction) process.exit(1);
  }
}

/** Opens the server; one whose database is behind answers 503 and opens when a deploy has migrated it. */
async function openWhenMigrated(): Promise<Parley> {
  for (let isSaid = false; ; isSaid = true) {
    try {
      return await parley();
    } catch (thrown) {
      if (!isBehind(thrown)) throw thrown;
      if (!isSaid) process.stderr.write(`${thrown.message} ${thrown.details.cause}.\n`);
      await wait(BEHIND_MS);
    }
  }
}

/** Collects what loading has left, once: V8 keeps twice the memory that is in use until a process has work to do. */
function giveMemoryBack(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

/** Asks for the page that a person will ask for, so that its code is loaded while the database opens. */
function loadFirstPage(settings: Settings): void {
  // A server that cannot reach itself loads it with the first visit.
  fetch(localUrl(settings)).then(
    (response) => response.body?.cancel(),
    () => {},
  );
}

/** What a start prints: where the server is, on what it runs, and how its owner gets in. */
export function greeting({ settings, ports, keyPlace, ownerToken }: Parley): string {
  const { database, models } = ports;
  const address = publicUrl(settings);
  const isChosen = settings.openai.baseUrl !== undefined && settings.openai.model === undefined;
  const named = isChosen
    ? `${models.defaultModel}, of the server's list (OPENAI_MODEL sets another)`
    : models.defaultModel;
  const model = models.isDemo ? "the built-in demo (set OPENAI_API_KEY for a real one)" : named;
  return [
    "",
    `  Parley   ${address}`,
    `  Database ${database.kind === "pglite" ? "embedded" : "PostgreSQL"}, ${database.place}`,
    `  Model    ${model}`,
    `  API key  in ${keyPlace}`,
    `  Sign in as its owner, once: ${address}/sign-in/link?token=${ownerToken}`,
    "",
    "",
  ].join("\n");
}

async function endFunction(stopTelemetry: () => Promise<void>): Promise<void> {
  const running = await parley().catch(() => null);
  if (running) await shutDown(running, "SIGTERM", stopTelemetry);
  process.exit(0);
}

/** Lets running turns end for a while, leaves the rest to the next process, and closes the database. */
async function shutDown(running: Parley, signal: string, stopTelemetry: () => Promise<void>): Promise<void> {
  running.ports.log.info({ signal, runningTurns: running.ports.runner.count() }, "Shutting down");
  // The wait for open responses is bounded too: a reader that never leaves keeps nobody.
  const { isFunction, stopSeconds } = running.settings;
  const limitMs = stopSeconds * 1000;
  setTimeout(() => process.exit(0), limitMs).unref();
  // A function has half a second in all: its turns are handed over at once.
  const graceMs = isFunction ? 0 : limitMs - Math.min(LAST_MS, limitMs / 4);
  try {
    await running.close(signal === "SIGINT" ? Math.min(INTERRUPT_GRACE_MS, graceMs) : graceMs);
  } catch (thrown) {
    running.ports.log.error({ err: thrown }, "The server did not close in order");
  }
  // The last metrics tell of such an end too. It waits for a collector as long as its exporter does, and throws
  // nothing.
  await stopTelemetry();
  process.exit(0);
}
