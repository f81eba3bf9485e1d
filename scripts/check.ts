// npm test: everything that must hold, in order of cost. npm run check: only what takes seconds.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needsBuild } from "./build.ts";
import { findChromium } from "./chromium.ts";
import { findRedis } from "./redis.ts";

process.chdir(join(import.meta.dirname, ".."));
const isQuick = process.argv.includes("--quick");
const reports = mkdtempSync(join(tmpdir(), "parley-check-"));
const total = { passed: 0, failed: 0 };

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
  total[isOk ? "passed" : "failed"]++;
  return isOk;
}

/** Adds the counts of a JSON report; a runner that failed without a failed test counts as one failure. */
function count(
  isOk: boolean,
  file: string,
  read: (report: Record<string, unknown>) => readonly [unknown, unknown],
): void {
  const report: unknown = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const [passed, failed] = read(typeof report === "object" && report !== null ? { ...report } : {}).map(Number);
  total.passed += passed || 0;
  total.failed += failed || (isOk ? 0 : 1);
}

function vitest(name: string, projects: readonly string[]): void {
  const file = join(reports, `${projects.join("-")}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  // The report counts, not the exit code: a database server that is stopped at the end sets its own.
  const isOk = run(name, bin("vitest"), ["run", ...projects.map((project) => `--project=${project}`), ...reporters]);
  count(isOk, file, (report) => [report.numPassedTests, report.numFailedTests]);
}

function playwright(): void {
  const file = join(reports, "e2e.json");
  const isOk = run("End-to-end tests in Chromium", bin("playwright"), ["test", "--reporter=list,json"], {
    CHROMIUM_PATH: findChromium(),
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  count(isOk, file, ({ stats }) => {
    const { expected, flaky, unexpected } = { expected: 0, flaky: 0, unexpected: 0, ...(stats as object | undefined) };
    return [expected + flaky, unexpected];
  });
}

check("Types", bin("tsc"), ["--noEmit"]);
check("Lint and format", bin("biome"), ["check", "--error-on-warnings", "."]);
check("Unused code", bin("knip"), ["--no-progress"]);
vitest("Unit tests and architecture rules", ["unit"]);
if (!isQuick) {
  // First the build: it leaves an empty database, and each file of contract tests opens a copy of it.
  const isBuilt = !needsBuild() || check("Build", process.execPath, ["scripts/build.ts"]);
  try {
    findRedis();
  } catch (thrown) {
    // The tests that need it say so again, and fail.
    console.error(String(thrown));
  }
  vitest("Contract tests on PGlite", ["pglite"]);
  vitest("Contract tests on PostgreSQL", ["postgresql"]);
  if (isBuilt) playwright();
}
rmSync(reports, { recursive: true, force: true });
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
