import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Redis } from "ioredis";
import { admitting } from "../core/admission.ts";
import { ingestTask } from "../core/ingest.ts";
import { type JobRunner, type JobTask, startJobRunner } from "../core/job-runner.ts";
import { openLanes } from "../core/lanes.ts";
import { openLongWork } from "../core/long-work.ts";
import { embedPending } from "../core/recall/embed-pending.ts";
import { OWN_TEMPLATES } from "../core/render/templates.ts";
import type { Ports } from "../core/scope.ts";
import { openSignals } from "../core/signals.ts";
import { hourlyTidying } from "../core/tidy.ts";
import { startRunner } from "../core/turn/runner.ts";
import { takeOver, takeOverRun } from "../core/turn/take-over.ts";
import { openUsageBook, type UsageBook } from "../core/usage-book.ts";
import { keepSnapshots } from "../db/backup/keep.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { forgetOthersInLine } from "../db/line.ts";
import { postgresChannel } from "../db/listening.ts";
import { deafChannel, type OpenChannel } from "../domain/channel.ts";
import { newId } from "../domain/ids.ts";
import { hiding } from "../domain/secrets.ts";
import { openDrawing } from "../ingest/draw-file.ts";
import { openExtraction } from "../ingest/extract-file.ts";
import { chooseModel } from "../model/choose-model.ts";
import { type ModelSetup, openModels } from "../model/models.ts";
import { WAITS, type Waits } from "../model/waits.ts";
import { safeFetch } from "../outbound/safe-fetch.ts";
import { openTemplates } from "../templates/templates.ts";
import { openAddedProviders } from "./added-providers.ts";
import { openHashLine } from "./hash-line.ts";
import { hostOf } from "./host.ts";
import { newKey, randomText } from "./keys.ts";
import { stopListening } from "./listening.ts";
import { openLog } from "./log.ts";
import { makeOwnerToken, openOwner, takeOwnerToken } from "./owner.ts";
import { limitsOf, openRateLimits } from "./rate-limits.ts";
import { openRedis } from "./redis.ts";
import { redisChannel } from "./redis-channel.ts";
import type { Parley } from "./running.ts";
import { secretsOf } from "./secrets.ts";
import { type Settings, SHORTEST_KEY } from "./settings.ts";
import { noteTurn } from "./telemetry.ts";

/** A start or a sweep takes over so many times at the most, so that what fails again and again does not hold it up. */
const MOST_TAKES = 20;
/** Answers that are under way when the last turn has ended have so long to reach their readers. */
const LAST_ANSWERS_MS = 1000;

/**
 * Opens all parts of the server in their order. `root`: the folder of package.json; `onClosed` is called when it has closed.
 * What is open when one fails is closed again, so that the next try finds nothing in use. Throws what keeps it from opening.
 */
export async function openParley(settings: Settings, root: string, onClosed: () => void): Promise<Parley> {
  const opened = new AsyncDisposableStack();
  try {
    return await openParts(settings, root, opened, onClosed);
  } catch (thrown) {
    // What does not close either is not to hide why the server did not open.
    await opened.disposeAsync().catch(() => {});
    throw thrown;
  }
}

async function openParts(
  settings: Settings,
  root: string,
  opened: AsyncDisposableStack,
  onClosed: () => void,
): Promise<Parley> {
  const host = hostOf(settings);
  const dataDir = resolve(root, settings.dataDir);
  const secret = settings.secret ?? keptText(join(dataDir, "secret"), () => randomText(48), "NEXTAUTH_SECRET");
  const keyFile = join(dataDir, "api-key");
  const firstKey = settings.apiKey ?? keptKey(keyFile);
  const hide = hiding([...secretsOf(settings, process.env), secret, firstKey]);
  const log = openLog(settings.logLevel, hide);
  const redis = settings.redisUrl === undefined ? null : await openRedis(settings.redisUrl, log);
  opened.defer(() => redis?.disconnect());
  const { databaseUrl: url, directUrl, isPooled } = settings;
  const migrates = url === undefined || settings.migratesAtStart;
  const backups = { ...settings.backups, dir: resolve(root, settings.backups.dir) };
  const database = await openDatabase({
    url,
    directUrl,
    isPooled,
    migrates,
    dataDir,
    backupDir: backups.dir,
    keepAwake: host.isAlwaysAwake ? undefined : host.keepAwake,
    root,
    log,
  });
  opened.defer(() => database.close());
  const book = openUsageBook({ database, log, now: Date.now });
  // The last turns end before that.
  opened.defer(book.flush);
  const templates = openTemplates(OWN_TEMPLATES);
  opened.defer(() => templates.close());
  const signals = openSignals({ open: channelOf(settings, database, redis, log), newId });
  opened.defer(() => signals.close());
  // Whoever asks while the turns end is answered; who asks later needs what is closed next.
  opened.defer(() => stopListening(LAST_ANSWERS_MS));
  const runner = startRunner({ host, database, signals, log, now: Date.now, newId });
  let graceMs = 0;
  opened.defer(() => runner.drain(graceMs));
  const tasks = new Map<string, JobTask>();
  const jobs = startJobRunner({ host, database, log, now: Date.now, owner: runner.owner }, tasks);
  opened.defer(jobs.drain);
  // Nobody waits for titles, and a burst of turns is not to compete with its own.
  const lanes = openLanes(2, 200);
  opened.defer(() => lanes.close());
  const limits = openRateLimits({ host, database, redis, settings, log });
  const ownerId = await openOwner(database, firstKey);
  const setup = await modelSetup(settings, log);
  const own = openModels(setup);
  const added = openAddedProviders({ database, own, settings, secret, ownerId, waits: setup.waits, log });
  const ports: Ports = {
    host,
    database,
    models: admitting(own),
    modelsOf: added.modelsOf,
    providers: added.port,
    hasBuiltinTools: settings.builtinTools,
    files: settings.files,
    runner,
    signals,
    lanes,
    longWork: openLongWork(),
    jobs,
    templatesOf: (accountId) => (source, variables) => templates.render(accountId, source, variables),
    outbound: safeFetch({ allow: settings.outboundAllow }),
    // Not before a tool is run: each start would take longer.
    async runTool(call) {
      const { runTool } = await import("../core/tools/run-tool.ts");
      const { operate } = await import("../dialects/julep/system-tools.ts");
      return runTool(call, operate);
    },
    drawPage: openDrawing(root, log) ?? undefined,
    log,
    now: Date.now,
    newId,
    limitsOf(accountId, { keyId, isStranger }, botId) {
      // Of a stranger's turn only its tokens are left to count.
      const stranger = isStranger && botId !== null ? { botId, name: null } : null;
      return limitsOf(limits, settings, { accountId, keyId, stranger }, () => {});
    },
    onSpent(spent) {
      book.note(spent);
      // Nothing is left to a timer that may never come.
      if (!host.isAlwaysAwake) host.keepAwake(book.flush());
    },
    onTurnEnded: noteTurn,
  };
  tasks.set(
    "ingest",
    ingestTask(database, openExtraction(root, log), () => embedPending(ports)),
  );
  runner.startTakingOver({
    all: () => takeOverAll(ports),
    one: (accountId, runId) => takeOverRun(ports, accountId, runId),
  });
  if (host.isAlwaysAwake) await beginWork(ports, book, jobs);
  if (database.kind === "pglite") {
    const snapshots = keepSnapshots(database, { ...backups, root, log });
    opened.defer(snapshots.close);
  }
  return {
    settings,
    ports,
    ownerId,
    keyPlace: settings.apiKey === undefined ? keyFile : "PARLEY_API_KEY",
    secret,
    hide,
    ownerToken: host.isAlwaysAwake ? await makeOwnerToken(database) : null,
    takeOwnerToken: (token) => takeOwnerToken(database, settings, token),
    limits,
    // Two, so that half of Node's threads stay free for files and names.
    hashLine: openHashLine({ atOnce: 2, most: 40, mostOfOne: 8 }),
    usageBook: book,
    callers: new Map(),
    cookies: new Map(),
    touchedKeys: new Map(),
    async close(waitMs) {
      graceMs = waitMs;
      try {
        await opened.disposeAsync();
      } finally {
        onClosed();
      }
    },
  };
}

/** The models that the settings name. Where they name a server of models and no model, its own list gives one. */
async function modelSetup(
  { openai, modelWaits }: Settings,
  log: Ports["log"],
): Promise<ModelSetup & { readonly waits: Waits }> {
  const model = openai.baseUrl !== undefined && openai.model === undefined ? await chooseModel(openai) : openai.model;
  const { firstMs = WAITS.firstMs, silenceMs = WAITS.silenceMs, totalMs = WAITS.totalMs } = modelWaits;
  return { ...openai, model, waits: { firstMs, silenceMs, totalMs }, log };
}

/** Goes on with what processes before left, and looks for more of it from then on. */
async function beginWork(ports: Ports, book: UsageBook, jobs: JobRunner): Promise<void> {
  const { database, runner } = ports;
  // The lock of the embedded database proves that every other owner of a turn is dead.
  if (database.kind === "pglite") await forgetOthersInLine(database, runner.owner);
  await takeOver(ports, database.kind === "pglite" ? "of-other-owners" : "expired");
  runner.startSweeping(hourlyTidying(ports));
  runner.startSweeping(book.flush);
  await jobs.start();
  runner.startSweeping(async () => jobs.wake());
  embedPending(ports);
}

/** Goes on with all that others have left: some at a time, since others take of it too. */
async function takeOverAll(ports: Ports): Promise<void> {
  for (let n = 0; n < MOST_TAKES && !ports.runner.isDraining(); n++) {
    if ((await takeOver(ports, "expired")) === 0) return;
  }
}

/**
 * On what this process hears of others; null: it is alone on its database. A function listens to no database: it would
 * hold a connection while it is frozen.
 */
function channelOf(settings: Settings, database: Database, redis: Redis | null, log: Ports["log"]): OpenChannel | null {
  if (database.kind === "pglite" || settings.databaseUrl === undefined) return null;
  if (redis !== null) return redisChannel(redis);
  if (settings.isFunction) return deafChannel;
  return postgresChannel({ url: settings.directUrl ?? settings.databaseUrl, pool: database.pool, log });
}

/** The owner's key in a file: see `keptText`. Throws a sentence for one that somebody has made too short. */
function keptKey(file: string): string {
  const key = keptText(file, newKey, "PARLEY_API_KEY");
  if (key.length >= SHORTEST_KEY) return key;
  throw new Error(`The key in ${file} must have ${SHORTEST_KEY} characters or more. Delete the file for a new one.`);
}

/** The text of a file that only its owner can read; made when there is none. Throws a sentence when it cannot be. */
function keptText(file: string, make: () => string, setting: string): string {
  try {
    mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(file, `${make()}\n`, { flag: "wx", mode: 0o600 });
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
    }
    chmodSync(file, 0o600);
    return readFileSync(file, "utf8").trim();
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`${file} cannot be used (${why}). Make DATA_DIR writable or set ${setting}.`);
  }
}
