// npm run bench:recall-size: how long a recall takes over many pieces, of texts from documentation and vectors that
// look like those of a model, and how much longer a turn takes that recalls. PIECES: how many, 100,000 where it is
// absent. DATABASE_URL: an empty PostgreSQL database; absent: the embedded one, in a folder that goes again.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fingerprint } from "../lib/core/recall/fingerprint.ts";
import { unit } from "../lib/core/recall/rank.ts";
import { type RecallSettings, recall } from "../lib/core/recall/recall.ts";
import { insertEmbeddings } from "../lib/db/embeddings.ts";
import { upkeep } from "../lib/db/upkeep.ts";
import { newId } from "../lib/domain/ids.ts";
import { HASHED_NGRAMS } from "../lib/model/hashed-ngrams.ts";
import { keepTemporaryFiles } from "../scripts/temporary.ts";
import { quantile } from "./processes.ts";
import { openRecallBench } from "./recall-bench.ts";
import { questionsOf, readPages } from "./recall-corpus.ts";
import { timeTurns } from "./recall-turns.ts";

const PIECES = Number(process.env.PIECES ?? 100_000);
const AT_ONCE = 500;
const DIMENSIONS = 384;
const TOPICS = 500;
const ASKED = 100;

keepTemporaryFiles("bench-recall-size");
let state = 7;
/** Numbers that look like chance and are the same in each run. */
function chance(): number {
  state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return state / 2 ** 32;
}
const some = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T; // a place within it

const pages = readPages(process.cwd());
const sentences = pages.flatMap(({ pieces }) =>
  pieces.flatMap(({ content }) => content.split(/(?<=[.!?])\s+/u).filter((one) => one.length > 40 && one.length < 600)),
);
const topics = Array.from({ length: TOPICS }, () => unit(Array.from({ length: DIMENSIONS }, () => chance() - 0.5)));
/** Between two topics, and somewhat beside. */
function someVector(): number[] {
  const [one, other] = [some(topics), some(topics)];
  return [...unit(Array.from(one, (value, n) => value + (other[n] ?? 0) / 2 + (chance() - 0.5) / 15))];
}

const bench = await openRecallBench(mkdtempSync(join(tmpdir(), "bench-recall-")));
const { database, scope } = bench;
const projectId = scope.owners.projectIds?.[0] ?? "";
const spent = { insert: 0, embed: 0 };
for (let from = 0; from < PIECES; from += AT_ONCE) {
  const rows = Array.from({ length: Math.min(AT_ONCE, PIECES - from) }, (_, position) => ({
    id: newId(),
    position,
    content: Array.from({ length: 6 }, () => some(sentences)).join(" "),
  }));
  const embedded = rows.map(({ id }) => {
    const vector = someVector();
    return { chunkId: id, vector, fingerprint: fingerprint(vector) };
  });
  const startedAt = performance.now();
  const doc = { id: newId(), accountId: scope.accountId, projectId, title: `Doc ${from}`, contentHash: `${from}` };
  await database.prisma.doc.create({ data: { ...doc, chunks: { createMany: { data: rows } } }, select: { id: true } });
  const insertedAt = performance.now();
  await insertEmbeddings(database, HASHED_NGRAMS, embedded);
  spent.insert += insertedAt - startedAt;
  spent.embed += performance.now() - insertedAt;
}
const rate = (ms: number) => `${Math.round((1000 * PIECES) / ms)} a second`;
console.log(
  `${PIECES} pieces on ${database.kind}: inserted ${rate(spent.insert)}, vectors stored ${rate(spent.embed)}`,
);
const indexedAt = performance.now();
const fault = await bench.complete();
// As a server would have had it done by now: the embedded database by ours, PostgreSQL by itself.
if (database.kind === "postgresql") await database.pool.query("vacuum analyze");
while ((await upkeep(database)) !== null);
console.log(fault ?? `Index of vectors made in ${((performance.now() - indexedAt) / 1000).toFixed(0)} s`);

const questions = questionsOf(pages).filter(({ rule }) => rule !== "misspelt");
const asked = Array.from({ length: ASKED }, () => ({ text: some(questions).text, vector: someVector() }));
const ways: Readonly<Record<string, RecallSettings>> = {
  text: { mode: "text" },
  vector: { mode: "vector" },
  hybrid: { mode: "hybrid" },
  fuzzy: { mode: "text", trigramSimilarityThreshold: 0.4 },
};
/** Words that are in no piece, and alike to some that are. */
const misspelt = [
  "permision",
  "authentification",
  "middlewear",
  "rendring",
  "deploymint",
  "comonents",
  "bundel",
  "routting",
];
for (const [name, settings] of Object.entries(ways)) {
  for (const callers of [1, 20]) {
    const times: number[] = [];
    let partial = 0;
    const queue = name === "fuzzy" ? misspelt.map((text) => ({ text })) : [...asked];
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const caller = async () => {
      for (let query = queue.pop(); query; query = queue.pop()) {
        const startedAt = performance.now();
        const { why } = await recall(scope, query, settings);
        if (why !== undefined) partial++;
        times.push(performance.now() - startedAt);
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    delay.disable();
    const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)].map((ms) => `${ms.toFixed(1)} ms`);
    const stall = `${(delay.max / 1e6).toFixed(0)} ms`;
    console.log(
      `${name}, ${callers} callers: p50 ${p50}, p95 ${p95}; the event loop stood for ${stall} at the most, ${partial} not all`,
    );
  }
}
for (const mode of ["text", "hybrid"] as const) {
  const { withoutMs, withMs, addedMs, found } = await timeTurns(bench, asked, mode);
  const [without, recalling, added] = [withoutMs, withMs, addedMs].map((ms) => `${ms.toFixed(1)} ms`);
  console.log(
    `a turn that recalls by ${mode}: ${recalling}, one that does not: ${without}; the median difference ${added} (15 ms is wanted); ${found.toFixed(1)} pieces found`,
  );
}
await bench.close();
