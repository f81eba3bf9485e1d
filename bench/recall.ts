// npm run bench:recall: asks questions whose answers are known and says how often each way of searching finds them.
// DATABASE_URL: an empty PostgreSQL database; absent: the embedded one, in a folder that goes again.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RecallSettings, recall } from "../lib/core/recall/recall.ts";
import { keepTemporaryFiles } from "../scripts/temporary.ts";
import { openRecallBench, type RecallBench } from "./recall-bench.ts";
import { questionsOf, readPages } from "./recall-corpus.ts";

keepTemporaryFiles("bench-recall");
const pages = readPages(process.cwd());
const all = questionsOf(pages);
// Each fifth: so many tell ways apart.
const questions = all.filter((_, n) => n % 5 === 0);
const bench = await openRecallBench(mkdtempSync(join(tmpdir(), "bench-recall-")));
await bench.add(pages.map(({ address, pieces }) => ({ title: address, pieces })));
const pieces = pages.reduce((sum, page) => sum + page.pieces.length, 0);
console.log(`${questions.length} questions over ${pieces} pieces of ${pages.length} pages`);

await bench.database.pool.query(
  `create table "Bare" as select d.title, to_tsvector('english', c.content) as words
   from "DocChunk" c join "Doc" d on d.id = c."docId"`,
);

type Way = (text: string) => Promise<readonly string[]>;
const by =
  (settings: RecallSettings): Way =>
  async (text) =>
    (await recall(bench.scope, { text }, { limit: 50, ...settings })).hits.map(({ title }) => title);

/** What PostgreSQL gives by itself: any of the words, by its own rank. */
const bare =
  ({ scope }: RecallBench): Way =>
  async (text) => {
    const { rows } = await scope.database.pool.query<{ title: string }>(
      `select title from "Bare", to_tsquery('english', $1) q where words @@ q order by ts_rank(words, q) desc limit 50`,
      [
        text
          .toLowerCase()
          .match(/[\p{L}\p{N}]+/gu)
          ?.join(" | ") ?? "",
      ],
    );
    return rows.map(({ title }) => title);
  };

const ways: Readonly<Record<string, Way>> = {
  "ts_rank alone": bare(bench),
  text: by({ mode: "text" }),
  vector: by({ mode: "vector" }),
  ...Object.fromEntries([0.3, 0.5].map((alpha) => [`hybrid ${alpha}`, by({ mode: "hybrid", alpha })])),
};
const rules = [...new Set(questions.map(({ rule }) => rule))];
const skipped = process.env.WAYS?.split(",");
for (const [name, way] of Object.entries(ways)) {
  if (skipped && !skipped.includes(name)) continue;
  const startedAt = performance.now();
  const ranks: number[] = [];
  for (const { text, page, from } of questions) {
    const found = [...new Set(await way(text))].filter((title) => title !== from);
    ranks.push(found.indexOf(page));
  }
  const each = (performance.now() - startedAt) / questions.length;
  const figures = ["all", ...rules].map((rule) => {
    const own = ranks.filter((_, n) => rule === "all" || questions[n]?.rule === rule);
    const share = (value: (rank: number) => number) =>
      (own.reduce((sum, rank) => sum + (rank < 0 ? 0 : value(rank)), 0) / own.length).toFixed(3);
    const recallAt5 = share((rank) => (rank < 5 ? 1 : 0));
    const ndcg = share((rank) => (rank < 10 ? 1 / Math.log2(rank + 2) : 0));
    return `${rule}: recall@5 ${recallAt5} nDCG@10 ${ndcg}`;
  });
  console.log(`${name.padEnd(14)} ${figures.join("  ")}  (${each.toFixed(1)} ms)`);
}
await bench.close();
