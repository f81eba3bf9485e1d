// npm run test:ingest-kill [-- --rounds 20 --seed N]: kills a process that reads documents at random moments, and lets another
// one go on: each must be read to its end, no piece twice and none missing. Ends with 1 where not.
import { parseArgs } from "node:util";
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
const rounds = await ingestRounds({
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  tell: ({ killedAfterMs, hadEnded, wrong }) =>
    console.log(`after ${killedAfterMs} ms: ${hadEnded ? "had ended" : "killed"}, ${wrong ?? "right"}`),
});
const wrong = rounds.filter((round) => round.wrong !== null).length;
const killed = rounds.filter((round) => !round.hadEnded).length;
console.log(`${rounds.length} rounds: ${killed} killed before the end, ${wrong} WRONG`);
process.exitCode = wrong === 0 ? 0 : 1;
