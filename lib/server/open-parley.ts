import { admitting } from "../core/admission.ts";
import { ingestTask } from "../core/ingest.ts";
import type { JobRunner } from "../core/job-runner.ts";
import { openLongWork } from "../core/long-work.ts";
import { embedPending } from "../core/recall/embed-pending.ts";
import type { Ports } from "../core/scope.ts";
import { keepWords, type WordsKeeper } from "../core/search/add-words.ts";
import { hourlyTidying, regularUpkeep } from "../core/tidy.ts";
import { takeOver, takeOverRun } from "../core/turn/take-over.ts";
import type { UsageBook } from "../core/usage-book.ts";
import { keepSnapshots } from "../db/backup/keep.ts";
import { forgetOthersInLine } from "../db/line.ts";
import { newId } from "../domain/ids.ts";
import { openDrawing } from "../ingest/draw-file.ts";
import { openExtraction } from "../ingest/extract-file.ts";
import { chooseModel } from "../model/choose-model.ts";
import { type ModelSetup, openModels } from "../model/models.ts";
import { WAITS, type Waits } from "../model/waits.ts";
import { safeFetch } from "../outbound/safe-fetch.ts";
import { openAddedProviders } from "./added-providers.ts";
import { openHashLine } from "./hash-line.ts";
import { type Base, openBase } from "./open-base.ts";
import { openWorkers, type Workers } from "./open-workers.ts";
import { makeOwnerToken, openOwner, takeOwnerToken } from "./owner.ts";
import { limitsOf, openRateLimits, type RateLimits } from "./rate-limits.ts";
import type { Parley } from "./running.ts";
import type { Settings } from "./settings.ts";
import { noteTurn } from "./telemetry.ts";

/** A start or a sweep takes over so many times at the most, so that what fails again and again does not hold it up. */
const MOST_TAKES = 20;

/**
 * Opens all parts of the server in their order. `root`: the folder of package.json; `onClosed` is called when it has
 * closed. What is open when one fails is closed again, so that the next try finds nothing in use. Throws what keeps it
 * from opening.
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
  const base = await openBase(settings, root, opened);
  const { host, database, redis, log, secrets } = base;
  const workers = openWorkers(base, opened);
  const limits = openRateLimits({ host, database, redis, settings, log });
  const ownerId = await openOwner(database, secrets.ownerKey);
  const setup = await modelSetup(settings, log);
  const own = openModels(setup);
  const added = openAddedProviders({
    database,
    own,
    settings,
    secret: secrets.secret,
    ownerId,
    waits: setup.waits,
    log,
  });
  const words = keepWords({ database, runner: workers.runner, now: Date.now });
  const ports = portsOf(base, workers, limits, {
    models: admitting(own),
    modelsOf: added.modelsOf,
    providers: added.port,
    onAppOpen: words.noteOpenApp,
  });
  await begin(ports, workers, words, root);
  if (database.kind === "pglite") {
    const snapshots = keepSnapshots(database, { ...base.backups, root, log });
    opened.defer(snapshots.close);
  }
  return {
    settings,
    ports,
    ownerId,
    keyPlace: secrets.keyPlace,
    secret: secrets.secret,
    hide: secrets.hide,
    ownerToken: host.isAlwaysAwake ? await makeOwnerToken(database) : null,
    takeOwnerToken: (token) => takeOwnerToken(database, settings, token),
    limits,
    // Two, so that half of Node's threads stay free for files and names.
    hashLine: openHashLine({ atOnce: 2, most: 40, mostOfOne: 8 }),
    usageBook: workers.book,
    callers: new Map(),
    cookies: new Map(),
    touchedKeys: new Map(),
    async close(waitMs) {
      workers.allowGrace(waitMs);
      try {
        await opened.disposeAsync();
      } finally {
        onClosed();
      }
    },
  };
}

/** What the core works with, made of what is open. */
function portsOf(
  { settings, root, host, database, log }: Base,
  { book, templates, signals, runner, jobs, lanes }: Workers,
  limits: RateLimits,
  given: Pick<Ports, "models" | "modelsOf" | "providers" | "onAppOpen">,
): Ports {
  return {
    ...given,
    host,
    database,
    hasBuiltinTools: settings.builtinTools,
    files: settings.files,
    maxima: settings.maxima,
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
    onMerged: book.move,
    onTurnEnded: noteTurn,
  };
}

/** Tells who works how that is done; on a server that is always awake it begins. */
async function begin(
  ports: Ports,
  { runner, jobs, tasks, book }: Workers,
  words: WordsKeeper,
  root: string,
): Promise<void> {
  const { database, log } = ports;
  tasks.set(
    "ingest",
    ingestTask(database, openExtraction(root, log), () => embedPending(ports)),
  );
  runner.startTakingOver({
    all: () => takeOverAll(ports),
    one: (accountId, runId) => takeOverRun(ports, accountId, runId),
  });
  if (ports.host.isAlwaysAwake) await beginWork(ports, book, jobs, words);
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
async function beginWork(ports: Ports, book: UsageBook, jobs: JobRunner, words: WordsKeeper): Promise<void> {
  const { database, runner } = ports;
  // The lock of the embedded database proves that every other owner of a turn is dead.
  if (database.kind === "pglite") await forgetOthersInLine(database, runner.owner);
  await takeOver(ports, database.kind === "pglite" ? "of-other-owners" : "expired");
  runner.startSweeping(hourlyTidying(ports));
  if (database.kind === "pglite") runner.startSweeping(regularUpkeep(ports));
  runner.startSweeping(book.flush);
  await jobs.start();
  runner.startSweeping(async () => jobs.wake());
  embedPending(ports);
  runner.startSweeping(words.sweep);
}

/** Goes on with all that others have left: some at a time, since others take of it too. */
async function takeOverAll(ports: Ports): Promise<void> {
  for (let n = 0; n < MOST_TAKES && !ports.runner.isDraining(); n++) {
    if ((await takeOver(ports, "expired")) === 0) return;
  }
}
