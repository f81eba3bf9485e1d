// npm test: what must hold, in order of cost. npm run check: only what takes seconds. npm run test:everything, each
// night: also what is left out of npm test for time, which is browser tests tagged @nightly, every page in both its
// colours, and on PostgreSQL what was held on PGlite and does not come near the database.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { needsBuild } from "./build-stamp.ts";
import { findChromium } from "./chromium.ts";
import { findNginx } from "./nginx.ts";
import { findPgbouncer } from "./pgbouncer.ts";
import { findRedis } from "./redis.ts";
import { type Report, readPlaywrightReport, readVitestReport } from "./reports.ts";
import { keepTemporaryFiles } from "./temporary.ts";

process.chdir(join(import.meta.dirname, ".."));
const isQuick = process.argv.includes("--quick");
if (process.argv.includes("--everything")) process.env.TEST_EVERYTHING = "1";
const folder = keepTemporaryFiles("check");
let passed = 0;
const failed: string[] = [];

const bin = (name: string) => join("node_modules/.bin", name);

function run(
  name: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): boolean {
  const startedAt = Date.now();
  console.log(`\n== ${name}`);
  const { status } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  console.log(`== ${name}: ${status === 0 ? "ok" : "failed"} after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return status === 0;
}

/** A check that is one thing: it holds or it does not. */
function check(name: string, command: string, args: readonly string[]): boolean {
  const isOk = run(name, command, args);
  if (isOk) passed++;
  else failed.push(name);
  return isOk;
}

/** Adds what a report says; a runner that failed without a failed test counts as one failure. */
function count(name: string, isOk: boolean, report: Report): void {
  passed += report.passed;
  failed.push(...report.failures.map((failure) => `${name}: ${failure}`));
  if (!isOk && report.failures.length === 0) failed.push(`${name}: see its output above`);
}

function vitest(name: string, project: string): void {
  const file = join(folder, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  // The report counts, not the exit code: a database server that is stopped at the end sets its own.
  const isOk = run(name, bin("vitest"), ["run", `--project=${project}`, ...reporters]);
  count(name, isOk, readVitestReport(file));
}

function playwright(): void {
  const name = "End-to-end tests in Chromium";
  const file = join(folder, "e2e.json");
  const isOk = run(name, bin("playwright"), ["test", "--reporter=list,json"], {
    CHROMIUM_PATH: findChromium(),
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  count(name, isOk, readPlaywrightReport(file));
}

check("Types", bin("tsc"), ["--noEmit"]);
check("Lint and format", bin("biome"), ["check", "--error-on-warnings", "."]);
check("Unused code", bin("knip"), ["--no-progress"]);
vitest("Unit tests and architecture rules", "unit");
if (!isQuick) {
  // First the build: it leaves an empty database, and each file of contract tests opens a copy of it.
  const isBuilt = !needsBuild() || check("Build", process.execPath, ["scripts/build.ts"]);
  // Before the tests, so that installing takes none of their time.
  for (const find of [findRedis, findNginx, findPgbouncer]) {
    try {
      find();
    } catch (thrown) {
      // The tests that need it say so again, and fail.
      console.error(String(thrown));
    }
  }
  vitest("Tests of processes and threads", "processes");
  vitest("Contract tests on PGlite", "pglite");
  vitest("Contract tests on PostgreSQL", "postgresql");
  if (isBuilt) {
    // How fast it stays is measured by the long form alone.
    const attack = ["scripts/attack.ts", "--requests", "5000", "--seed", "1", "--ms", "2000", "--hold", "1000"];
    check("Hostile requests", process.execPath, attack);
    playwright();
  }
}
for (const failure of failed) console.log(`\nfailed: ${failure}`);
console.log(`\n${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
