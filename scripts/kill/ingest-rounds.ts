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

/** What became of a round. `wrong` is what must not be. */
export type IngestRound = { readonly killedAfterMs: number; readonly hadEnded: boolean; readonly wrong: string | null };

type Rounds = {
  readonly rounds: number;
  readonly seed: number;
  /** Within which time of its opening a process is killed; absent: as long as one takes that nobody kills. */
  readonly withinMs?: number;
  readonly tell: (round: IngestRound) => void;
};

/**
 * Kills a process that reads docs, with all that it has started, at random moments, and lets another one go on: each doc must
 * be ready then with exactly the pieces that its file has, each once.
 */
export async function ingestRounds({ rounds, seed, withinMs, tell }: Rounds): Promise<IngestRound[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-ingest-"));
  const random = dice(seed);
  const all: IngestRound[] = [];
  try {
    const within = withinMs ?? (await timeOfWhole(dataDir));
    for (let n = 1; n <= rounds; n++) {
      await enter(dataDir, n);
      const killedAfterMs = random.upTo(Math.ceil(within));
      const { hadEnded } = await run(dataDir, killedAfterMs);
      const end = await run(dataDir, END_MS);
      const wrong = end.hadEnded ? await look(dataDir, n) : "The docs were not read to their end";
      const round = { killedAfterMs, hadEnded, wrong };
      all.push(round);
      tell(round);
    }
    return all;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** How long it takes where nobody kills, and a little more. */
async function timeOfWhole(dataDir: string): Promise<number> {
  await enter(dataDir, 0);
  return 1.1 * (await run(dataDir, END_MS)).ms;
}

/** The documents of a round: their names and bytes. */
const documentsOf = (round: number): [string, Buffer][] => [
  [`text-${round}.txt`, Buffer.from(`Round ${round}. ${"A sentence of some words that ends here. ".repeat(8000)}`)],
  [
    `pages-${round}.pdf`,
    makePdf(Array.from({ length: 30 }, (_, n) => `Page ${n + 1} of round ${round}\nHas two lines.`)),
  ],
];

async function enter(dataDir: string, round: number): Promise<void> {
  const database = await openDatabase({ dataDir, root });
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
async function run(dataDir: string, killAfterMs: number): Promise<{ readonly ms: number; readonly hadEnded: boolean }> {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, "ingester.ts"), dataDir], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
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

async function look(dataDir: string, round: number): Promise<string | null> {
  const database = await openDatabase({ dataDir, root });
  try {
    for (const [name, bytes] of documentsOf(round)) {
      const expected = [...(await extract(new Uint8Array(bytes), { name, mediaType: "" })).pieces()];
      const doc = await database.prisma.doc.findFirst({
        where: { title: name },
        select: { state: true, reason: true, chunks: { orderBy: { position: "asc" } } },
      });
      if (doc?.state !== "ready") return `${name} is ${doc?.state}: ${doc?.reason}`;
      if (doc.chunks.length !== expected.length) return `${name} has ${doc.chunks.length} of ${expected.length} pieces`;
      const wrong = expected.findIndex((piece, n) => doc.chunks[n]?.content !== piece.content);
      if (wrong >= 0) return `Piece ${wrong} of ${name} is another`;
    }
    return null;
  } finally {
    await database.close();
  }
}
