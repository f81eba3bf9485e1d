import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Database } from "../database.ts";
import { shortenLog } from "./shorten-log.ts";
import { pruneSnapshots } from "./snapshots.ts";
import { takeSnapshot } from "./take.ts";

/** So long after a start everything is loaded. */
const FIRST_MS = 10_000;
const HOUR_MS = 60 * 60 * 1000;
const LOOK_MS = 1000;
const SHORTEN_MS = 5 * 60 * 1000;
const WANTED = /^wanted-([\da-f-]{36})$/u;

type Options = {
  readonly dir: string;
  /** 0: snapshots are only taken when somebody asks for one. */
  readonly everyHours: number;
  readonly kept: number;
  readonly root: string;
  readonly log: {
    readonly info: (fields: object, message: string) => void;
    readonly error: (fields: object, message: string) => void;
  };
  /** How long after the start the first is taken. */
  readonly firstMs?: number;
  /** How often is looked whether the log is too long, and how long it may be. */
  readonly shortenMs?: number;
  readonly mostLogBytes?: number;
};

/**
 * Takes a snapshot of the embedded database soon after a start, then every so many hours, and whenever another process
 * asks for one by `askForSnapshot`. Between them it keeps the database's own log short. What fails is told to the log,
 * and tried again the next time. `close` ends what is under way.
 */
export function keepSnapshots(database: Database, options: Options): { readonly close: () => Promise<void> } {
  const { dir, everyHours, kept, root, log, firstMs = FIRST_MS, shortenMs = SHORTEN_MS, mostLogBytes } = options;
  const ending = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  let looking: Promise<void> = Promise.resolve();

  /** One after the other. */
  function take(): Promise<{ readonly file: string } | { readonly failed: string }> {
    const taken = last.then(async () => {
      try {
        const { file, manifest } = await takeSnapshot(database, { dir, root, signal: ending.signal });
        await pruneSnapshots(dir, kept);
        log.info({ file, counts: manifest.counts }, "A snapshot of the database was taken");
        return { file };
      } catch (thrown) {
        if (!ending.signal.aborted) log.error({ err: thrown }, "No snapshot of the database could be taken");
        return { failed: thrown instanceof Error ? thrown.message : String(thrown) };
      }
    });
    last = taken;
    return taken;
  }

  async function answerWanted(): Promise<void> {
    const names = await readdir(dir).catch(() => []);
    const tokens = names.flatMap((name) => WANTED.exec(name)?.[1] ?? []);
    for (const token of tokens) {
      await rm(join(dir, `wanted-${token}`), { force: true });
      await say(dir, token, await take());
    }
  }

  const looks = setInterval(() => {
    looking = looking
      .then(answerWanted)
      .catch((thrown) => log.error({ err: thrown }, "The folder of snapshots failed"));
  }, LOOK_MS).unref();
  const shortens = setInterval(() => {
    // Behind a snapshot that is being taken, which needs the log.
    last = last
      .then(() => shortenLog(database, mostLogBytes))
      .catch((thrown) => log.error({ err: thrown }, "The log of the database could not be shortened"));
  }, shortenMs).unref();
  let next: NodeJS.Timeout | undefined;
  const schedule = (ms: number) => {
    next = setTimeout(() => void take().then(() => !ending.signal.aborted && schedule(everyHours * HOUR_MS)), ms);
    next.unref();
  };
  if (everyHours > 0) schedule(firstMs);

  return {
    async close() {
      clearInterval(looks);
      clearInterval(shortens);
      clearTimeout(next);
      ending.abort();
      await last;
      await looking;
    },
  };
}

/** An answer appears whole. */
async function say(dir: string, token: string, answer: object): Promise<void> {
  const file = join(dir, `answer-${token}`);
  await writeFile(`${file}.part`, JSON.stringify(answer), { mode: 0o600 });
  await rename(`${file}.part`, file);
}

const HEARD_MS = 10_000;

/**
 * Asks the server that has the database open for a snapshot, and gives its file. Asked by a file, since the server may
 * run in another container. Throws a sentence where no server hears, or it fails.
 */
export async function askForSnapshot(dir: string, token: string): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const [wanted, answer] = [join(dir, `wanted-${token}`), join(dir, `answer-${token}`)];
  await writeFile(wanted, "", { mode: 0o600 });
  const askedAt = Date.now();
  try {
    for (;;) {
      const text = await readFile(answer, "utf8").catch(() => null);
      if (text !== null) return fileOf(JSON.parse(text));
      const isHeard = !(await readdir(dir)).includes(`wanted-${token}`);
      if (!isHeard && Date.now() - askedAt > HEARD_MS)
        throw new Error(`No server looks into ${dir} for what is wanted`);
      await wait(100);
    }
  } finally {
    await rm(wanted, { force: true });
    await rm(answer, { force: true });
  }
}

function fileOf(answer: { readonly file: string } | { readonly failed: string }): string {
  if ("failed" in answer) throw new Error(`The server took no snapshot: ${answer.failed}`);
  return answer.file;
}
