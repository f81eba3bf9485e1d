import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { type Database, openDatabase } from "../../lib/db/database.ts";
import { insertFileDoc } from "../../lib/db/ingest.ts";
import { newId } from "../../lib/domain/ids.ts";
import { extract } from "../../lib/ingest/extract.ts";
import { makePdf } from "../../lib/testing/documents.ts";
import { storedFile } from "../../lib/testing/stored-file.ts";
import { dice } from "../prove/texts.ts";

const root = join(import.meta.dirname, "../..");
/** A process that is not killed comes to its end within this. */
const END_MS = 60_000;

/** What became of a round. `victim`: which process was to be killed, from 0 on; `wrong` is what must not be. */
export type IngestRound = {
  readonly victim: number;
  readonly killedAfterMs: number;
  readonly hadEnded: boolean;
  readonly wrong: string | null;
};

type Rounds = {
  /** So many times is killed before the end; a round in which all was read by then counts for none. */
  readonly rounds: number;
  readonly seed: number;
  /**
   * Of an empty database of a PostgreSQL server, on which two processes work at once; absent: the embedded database,
   * and one.
   */
  readonly url?: string;
  /** Within which time of its opening a process is killed; absent: as long as one takes that nobody kills. */
  readonly withinMs?: number;
  readonly tell: (round: IngestRound) => void;
};

/** Where the docs of all rounds are. */
type Place = { readonly dataDir: string; readonly url?: string };

const openPlace = (place: Place): Promise<Database> => openDatabase({ ...place, root });

/**
 * Kills a process that reads docs at random moments, and lets another one go on, which works already where there are
 * two: each doc must be ready then with exactly the pieces that its file has, each once. A round that nobody kills
 * comes first.
 */
export async function ingestRounds({ rounds, seed, url, withinMs, tell }: Rounds): Promise<IngestRound[]> {
  const place = { dataDir: mkdtempSync(join(tmpdir(), "parley-ingest-")), url };
  const random = dice(seed);
  const all: IngestRound[] = [];
  try {
    const within = withinMs ?? (await timeOfWhole(place));
    const isEnough = () => all.filter(({ hadEnded }) => !hadEnded).length >= rounds;
    for (let n = 1; !isEnough() && n <= 3 * rounds; n++) {
      await enter(place, n);
      const [killedAfterMs, victim] = [random.upTo(Math.ceil(within)), url === undefined ? 0 : random.upTo(2)];
      const { killed, last } = await runAndKill(place, victim, killedAfterMs);
      const wrong = last.hadEnded ? await look(place, n) : "The docs were not read to their end";
      const round = { victim, killedAfterMs, hadEnded: killed.hadEnded, wrong };
      all.push(round);
      tell(round);
    }
    return all;
  } finally {
    rmSync(place.dataDir, { recursive: true, force: true });
  }
}

/**
 * Kills one process, and has another one go on: beside it on PostgreSQL, after it where one alone can open the
 * database.
 */
async function runAndKill(place: Place, victim: number, killAfterMs: number) {
  if (place.url === undefined) {
    const killed = await run(place, killAfterMs);
    return { killed, last: await run(place, END_MS) };
  }
  const both = await Promise.all([0, 1].map((n) => run(place, n === victim ? killAfterMs : END_MS)));
  const [killed, last] = victim === 0 ? both : both.toReversed();
  if (!killed || !last) throw new Error("Two processes were started");
  return { killed, last };
}

/** How long it takes where nobody kills, and a little more. Throws where something of it is wrong. */
async function timeOfWhole(place: Place): Promise<number> {
  await enter(place, 0);
  const { ms } = (await runAndKill(place, 0, END_MS)).killed;
  const wrong = await look(place, 0);
  if (wrong !== null) throw new Error(`Nobody was killed, and ${wrong}`);
  return 1.1 * ms;
}

/** The documents of a round: their names and bytes. */
const documentsOf = (round: number): [string, Buffer][] =>
  [1, 2].flatMap((n): [string, Buffer][] => [
    [
      `text-${round}-${n}.txt`,
      Buffer.from(`Round ${round}, ${n}. ${"A sentence of some words that ends here. ".repeat(8000)}`),
    ],
    [
      `pages-${round}-${n}.pdf`,
      makePdf(Array.from({ length: 30 }, (_, page) => `Page ${page + 1} of round ${round}, ${n}\nHas two lines.`)),
    ],
  ]);

async function enter(place: Place, round: number): Promise<void> {
  const database = await openPlace(place);
  const { accountId, projectId } = await home(database);
  for (const [name, bytes] of documentsOf(round)) {
    const id = await storedFile(database, accountId, name, bytes);
    const hash = createHash("sha256").update(bytes).digest("hex");
    const owner = { role: "project", id: projectId } as const;
    await insertFileDoc(database, accountId, { owner, file: { id, name, hash }, title: name, metadata: null });
  }
  await database.close();
}

async function home({ prisma, pool }: Database) {
  const known = await prisma.project.findFirst({ select: { id: true, accountId: true } });
  if (known) return { accountId: known.accountId, projectId: known.id };
  const accountId = newId();
  // Its project comes with it.
  await pool.query(`insert into "Account" (id, kind) values ($1, 'person')`, [accountId]);
  const made = await prisma.project.findFirstOrThrow({ where: { accountId }, select: { id: true } });
  return { accountId, projectId: made.id };
}

/** Reads docs in a process that is killed so long after it is open, unless it has ended. */
async function run(
  { dataDir, url }: Place,
  killAfterMs: number,
): Promise<{ readonly ms: number; readonly hadEnded: boolean }> {
  const args = [join(import.meta.dirname, "ingester.ts"), dataDir, ...(url === undefined ? [] : [url])];
  const child: ChildProcess = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let hadEnded = false;
  let openedAt = performance.now();
  const heard = (async () => {
    if (!child.stdout) return;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === "done") hadEnded = true;
      if (line !== "open") continue;
      openedAt = performance.now();
      void pause(killAfterMs, null, { ref: false }).then(() => child.kill("SIGKILL"));
    }
  })();
  await ended;
  await heard;
  return { ms: performance.now() - openedAt, hadEnded };
}

async function look(place: Place, round: number): Promise<string | null> {
  const database = await openPlace(place);
  try {
    for (const [name, bytes] of documentsOf(round)) {
      const expected = [...(await extract(new Uint8Array(bytes), { name, mediaType: "" })).pieces()];
      const doc = await database.prisma.doc.findFirst({
        where: { title: name },
        select: { state: true, reason: true, chunks: { orderBy: { position: "asc" } } },
      });
      if (doc?.state !== "ready") return `${name} is ${doc?.state}: ${doc?.reason}`;
      if (doc.chunks.length !== expected.length) return `${name} has ${doc.chunks.length} of ${expected.length} pieces`;
      const wrong = expected.findIndex(
        (piece, n) => doc.chunks[n]?.content !== piece.content || doc.chunks[n]?.position !== n,
      );
      if (wrong >= 0) return `Piece ${wrong} of ${name} is another`;
    }
    return null;
  } finally {
    await database.close();
  }
}
