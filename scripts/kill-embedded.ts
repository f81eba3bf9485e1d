// npm run test:kill [-- --rounds 100 --seed N]: kills a process that writes to the embedded database in the middle of a
// write to one of its files, and opens it again: each acknowledged row must be there, or the last snapshot. Ends with 1
// where not.
import { parseArgs } from "node:util";
import { killRounds } from "./kill/rounds.ts";
import { keepTemporaryFiles } from "./temporary.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
  },
});
keepTemporaryFiles("kill");
console.log(`Seed ${values.seed}`);
const rounds = await killRounds({
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  tell({ killedAt, acknowledged, found, restored, wrong }) {
    const outcome = restored === null ? "opened" : `restored\n  ${restored.join("\n  ")}`;
    console.log(`write ${killedAt}: ${acknowledged} acknowledged, ${found} found, ${wrong ?? outcome}`);
  },
});
const wrong = rounds.filter((round) => round.wrong !== null).length;
const restored = rounds.filter((round) => round.restored !== null).length;
console.log(`${rounds.length} kills: ${rounds.length - restored} opened, ${restored} restored, ${wrong} WRONG`);
process.exitCode = wrong === 0 ? 0 : 1;
