// npm run test:ingest-kill [-- --rounds 20 --seed N]: kills a process that reads documents at random moments, and lets
// another one go on: each must be read to its end, no piece twice and none missing. On the embedded database, one
// process after the other, and on PostgreSQL, either of two that work at once. Ends with 1 where not.
import { parseArgs } from "node:util";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import { ingestRounds } from "./kill/ingest-rounds.ts";
import { keepTemporaryFiles } from "./temporary.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
  },
});
keepTemporaryFiles("kill-ingest");
console.log(`Seed ${values.seed}`);
const isRight = await kill("PGlite, one process after the other");
const postgres = await startPostgres();
try {
  process.exitCode = (await kill("PostgreSQL, either of two processes", `${postgres.url}/postgres`)) && isRight ? 0 : 1;
} finally {
  await postgres.stop();
}

/** Runs the rounds on one database. Gives whether nothing was wrong. */
async function kill(where: string, url?: string): Promise<boolean> {
  console.log(where);
  const rounds = await ingestRounds({
    rounds: Number(values.rounds),
    seed: Number(values.seed),
    url,
    tell: ({ victim, killedAfterMs, hadEnded, wrong }) =>
      console.log(`${victim + 1} after ${killedAfterMs} ms: ${hadEnded ? "had ended" : "killed"}, ${wrong ?? "right"}`),
  });
  const wrong = rounds.filter((round) => round.wrong !== null).length;
  const killed = rounds.filter((round) => !round.hadEnded);
  const each = [0, 1].map((n) => killed.filter(({ victim }) => victim === n).length);
  console.log(`${rounds.length} rounds: ${each.join(" and ")} killed before the end, ${wrong} WRONG`);
  return wrong === 0;
}
