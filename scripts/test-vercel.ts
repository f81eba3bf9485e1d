// npm run test:vercel [-- NAME]: builds the project with Vercel's own program, without an account, and tries what it
// makes as functions behave: frozen between requests, told of callers who leave, ended half a second after SIGTERM.
// Emulated: nothing of it runs at Vercel. NAME: only the tries whose names hold it. BUILT_PROJECT: a folder with an
// output of `vercel build`, to be tried as it is.
import { keepTemporaryFiles } from "./temporary.ts";
import { browserTries } from "./vercel/tries-browser.ts";
import { buildTries } from "./vercel/tries-build.ts";
import { endTries } from "./vercel/tries-end.ts";
import { requestTries } from "./vercel/tries-request.ts";
import { makeWorld } from "./vercel/world.ts";

process.chdir(`${import.meta.dirname}/..`);
keepTemporaryFiles("vercel");
const wanted = process.argv[2] ?? "";
const startedAt = Date.now();
const world = await makeWorld();
console.log(`Built and laid out after ${seconds(startedAt)} s`);
const failed: string[] = [];
const tries = [...buildTries, ...requestTries, ...endTries, ...browserTries].filter(({ name }) =>
  name.includes(wanted),
);
for (const { name, run } of tries) {
  const begunAt = Date.now();
  try {
    const told = await run(world);
    console.log(`ok      ${name} (${seconds(begunAt)} s)${told ? `: ${told}` : ""}`);
  } catch (thrown) {
    failed.push(name);
    console.log(`failed  ${name} (${seconds(begunAt)} s)\n${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  }
}
await world.stop();
console.log(`\n${tries.length - failed.length} hold, ${failed.length} do not, after ${seconds(startedAt)} s`);
process.exit(failed.length === 0 ? 0 : 1);

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}
