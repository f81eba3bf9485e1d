// npm run mutate -- [--list] [--only statement] [file …]: takes each condition on the account out of the queries in lib/db,
// one at a time, in a copy of the project, and runs the tests that are to notice on the embedded database. Ends with 1 where
// none does.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { COMPILED_ONCE } from "../lib/db/pglite/compiled-once.ts";
import { type Condition, conditionsIn, without } from "./mutate/conditions.ts";
import { keepTemporaryFiles } from "./temporary.ts";

const root = join(import.meta.dirname, "..");
/** Which tests are to notice, in this order; the walk alone where nothing is said. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  accounts: ["api-keys", "guests", "sign-in", "walk"],
  agents: ["walk", "agents", "rows"],
  claims: ["rate-limits", "walk"],
  "doc-search": ["docs", "vectors", "walk"],
  docs: ["walk", "docs", "rows"],
  export: ["export"],
  identities: ["sign-in", "walk"],
  ingest: ["walk", "export"],
  "merge-guest": ["guests", "sign-in"],
  "message-words": ["search-said", "walk"],
  projects: ["walk", "rows"],
  runs: ["repeats", "walk"],
  sessions: ["walk", "resources", "rows"],
  users: ["walk", "resources", "rows"],
};
const LEFT_OUT = ["node_modules", ".next", ".git", "data"];
const LIMIT_MS = 10 * 60_000;
const SLOW = /timed out|ETIMEDOUT/u;
const CONFIG = "vitest.mutate.config.mjs";

/** Conditions without which everything is right all the same, and why. */
const NEEDLESS: readonly { readonly file: string; readonly statement: string; readonly why: string }[] = [];

const { values, positionals } = parseArgs({
  options: { list: { type: "boolean", default: false }, only: { type: "string" } },
  allowPositionals: true,
});
// The clean-up hangs on the end of the process.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const copy = join(keepTemporaryFiles("mutate"), "project");
const files = (positionals.length > 0 ? positionals : globSync("lib/db/**/*.ts", { cwd: root }))
  .map((file) => relative(root, join(root, file)))
  .filter((file) => !/\.test\.ts$|\/generated\//u.test(file))
  .sort();
process.exitCode = run() ? 0 : 1;

/** Tries all conditions. Gives whether each was noticed. */
function run(): boolean {
  const all = files.flatMap((file) => {
    const source = readFileSync(join(root, file), "utf8");
    const found = conditionsIn(source).filter(({ statement }) => (values.only ?? statement) === statement);
    return found.map((condition) => ({ file, source, condition }));
  });
  console.log(`${all.length} conditions in ${new Set(all.map(({ file }) => file)).size} files`);
  if (values.list) {
    for (const { file, condition } of all) console.log(row(file, condition, condition.replacement || "taken out"));
    return true;
  }
  copyProject();
  const tests = [...new Set(all.flatMap(({ file }) => testsOf(file)))];
  for (const test of tests) {
    const failed = failureOf(test);
    if (failed !== null) throw new Error(`${test} fails as it is: ${failed}`);
  }
  let survivors = 0;
  for (const { file, source, condition } of all) {
    const startedAt = Date.now();
    const place = join(copy, file);
    writeFileSync(place, without(source, condition));
    const killer = killerOf(testsOf(file));
    writeFileSync(place, source);
    const needless = NEEDLESS.find((one) => one.file === file && one.statement === condition.statement);
    const survived = needless ? `needless: ${needless.why}` : "SURVIVED";
    if (killer === null && !needless) survivors++;
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    console.log(row(file, condition, `${killer ? `killed by ${killer}` : survived} (${seconds} s)`));
  }
  console.log(survivors === 0 ? "Each was noticed" : `${survivors} SURVIVED`);
  return survivors === 0;
}

function row(file: string, { line, statement, text }: Condition, outcome: string): string {
  return `${`${file}:${line}`.padEnd(36)} ${statement.padEnd(24)} ${text.padEnd(36)} ${outcome}`;
}

/** The project without what is made or installed. */
function copyProject(): void {
  cpSync(root, copy, { recursive: true, filter: (from) => !LEFT_OUT.includes(relative(root, from)) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "dir");
  // Migrating an empty database for each of the tests would take most of the time.
  const template = ".next/pgdata-template";
  if (!existsSync(join(root, template))) throw new Error("Build first: npm run build");
  cpSync(join(root, template), join(copy, template), { recursive: true });
  const test = {
    include: ["lib/**/*.database.test.ts"],
    env: { TEST_DATABASE: "pglite" },
    execArgv: COMPILED_ONCE,
    expect: { poll: { timeout: 15_000 } },
    // On a busy machine what takes long is no sign of a condition that is missing.
    testTimeout: 120_000,
    hookTimeout: 240_000,
  };
  const config = JSON.stringify({ resolve: { alias: { "@": copy } }, test });
  writeFileSync(join(copy, CONFIG), `export default ${config};\n`);
}

/** The tests that are to notice: those of the same name first. */
function testsOf(file: string): string[] {
  const name = basename(file, ".ts");
  const names = [name, ...(TESTS[name] ?? ["walk"])];
  return [...new Set(names.flatMap((test) => globSync(`lib/**/${test}.database.test.ts`, { cwd: root })))];
}

function killerOf(tests: readonly string[]): string | null {
  for (const test of tests) {
    const failed = failureOf(test);
    // What timed out says nothing; it has a second try.
    const isSlow = failed !== null && SLOW.test(failed);
    const again = isSlow ? failureOf(test) : failed;
    if (again !== null && !SLOW.test(again)) return `${basename(test)}: ${again}`;
  }
  return null;
}

type Report = {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
};

/** The name of the first test of a file that fails, with "timed out" where it did; null: none. */
function failureOf(test: string): string | null {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const parameters = ["run", `--config=${CONFIG}`, "--bail=1", "--reporter=json", `--outputFile=${report}`, test];
  const { status, error } = spawnSync(process.execPath, [vitest, ...parameters], { cwd: copy, timeout: LIMIT_MS });
  if (status === 0) return null;
  if (error || !existsSync(report)) return error?.message ?? "no report";
  const { testResults }: Report = JSON.parse(readFileSync(report, "utf8"));
  const failed = testResults.flatMap((one) => one.assertionResults.filter((result) => result.status === "failed"));
  const [first] = failed;
  if (!first) return testResults[0]?.message.split("\n")[0] ?? "failed";
  const isSlow = first.failureMessages.some((message) => SLOW.test(message));
  return `${first.fullName}${isSlow ? " (timed out)" : ""}`;
}
