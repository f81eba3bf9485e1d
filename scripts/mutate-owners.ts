// npm run mutate -- [--list] [--only statement] [--from N] [--quick] [file …]: takes each condition on the account out
// of the queries in lib/db, one at a time, in a copy of the project, and runs the tests that are to notice on the
// embedded database. Ends with 1 where none does. --from N begins at the N-th, where a run was broken off; --quick runs
// the tests of the rows alone, which are to notice each.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { COMPILED_ONCE } from "../lib/db/pglite/compiled-once.ts";
import { type Condition, conditionsIn, without } from "./mutate/conditions.ts";
import { keepTemporaryFiles } from "./temporary.ts";

const root = join(import.meta.dirname, "..");
/** The tests of the rows, which end in seconds: of the statements by hand, and of the calls of Prisma. */
const ROWS = { sql: ["rows-statements", "rows-meeting"], calls: ["rows-calls", "rows"] } as const;
/** Which tests are to notice after those of the rows, in this order; the walk alone where nothing is said. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  accounts: ["api-keys", "guests", "sign-in", "walk"],
  agents: ["walk", "agents"],
  claims: ["rate-limits", "walk"],
  "doc-search": ["docs", "vectors", "walk"],
  docs: ["walk", "docs"],
  export: ["export"],
  identities: ["sign-in", "walk"],
  ingest: ["walk", "export"],
  "merge-guest": ["guests", "sign-in"],
  "message-words": ["search-said", "walk"],
  runs: ["repeats", "walk"],
  sessions: ["walk", "resources"],
  users: ["walk", "resources"],
};
const LEFT_OUT = ["node_modules", ".next", ".git", "data"];
const LIMIT_MS = 10 * 60_000;
const SLOW = /timed out|ETIMEDOUT/u;
const CONFIG = "vitest.mutate.config.mjs";

type Needless = {
  readonly file: string;
  readonly statement: string;
  /** The conditions of the statement, by their text or their number among those of the statement, from 1. */
  readonly which: readonly (string | number)[];
  readonly why: string;
};
/** Conditions without which everything is right all the same, and why. */
const NEEDLESS: readonly Needless[] = [
  {
    file: "lib/db/agents.ts",
    statement: "changeAgent",
    which: [2],
    why: "the write before it has found the account's agent, and holds it",
  },
  {
    file: "lib/db/indexes.ts",
    statement: "deleteIndex",
    which: [1],
    why: "it saves the work where there is none: what empties the index and what deletes it name the account",
  },
  {
    file: "lib/db/users.ts",
    statement: "changeUser",
    which: [2],
    why: "the write before it has found the account's user, and holds it",
  },
  {
    file: "lib/db/identities.ts",
    statement: "deleteIdentity",
    which: [2],
    why: "the identity was found among those of the account",
  },
  {
    file: "lib/db/ingest.ts",
    statement: "insertFileDoc",
    which: [1],
    why: "the owner was found to be the account's, and its docs are those of its account",
  },
  {
    file: "lib/db/sql/history.ts",
    statement: "readHistoryRow",
    which: [`s."accountId" = $2`, `r."accountId" = $2`],
    why: "no row is given where the session, which all of them are of, is not the account's",
  },
  {
    file: "lib/db/sql/window.ts",
    statement: "readWindowRow",
    which: [`r."accountId" = $2`],
    why: "no row is given where the session, which the run is of, is not the account's",
  },
];

const { values, positionals } = parseArgs({
  options: {
    list: { type: "boolean", default: false },
    only: { type: "string" },
    from: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
  },
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

type Tried = { readonly file: string; readonly source: string; readonly condition: Condition; readonly n: number };
type Outcome = "noticed" | "needless" | "SURVIVED";

/** Tries all conditions. Gives whether each that is needed was noticed. */
function run(): boolean {
  const startedAt = Date.now();
  const all = files.flatMap((file) => {
    const source = readFileSync(join(root, file), "utf8");
    return conditionsIn(source).map((condition, _, found) => {
      const ofStatement = found.filter(({ statement }) => statement === condition.statement);
      return { file, source, condition, n: ofStatement.indexOf(condition) + 1 };
    });
  });
  const wanted = all.filter(({ condition }) => (values.only ?? condition.statement) === condition.statement);
  console.log(`${wanted.length} conditions in ${new Set(wanted.map(({ file }) => file)).size} files`);
  if (values.list) {
    for (const { file, condition } of wanted) console.log(row(file, condition, condition.replacement || "taken out"));
    return true;
  }
  copyProject();
  for (const test of new Set(wanted.flatMap(({ file }) => testsOf(file, values.quick)))) {
    const failed = failureOf(test);
    if (failed !== null) throw new Error(`${test} fails as it is: ${failed}`);
  }
  const counts: Record<Outcome, number> = { noticed: 0, needless: 0, SURVIVED: 0 };
  for (const [n, tried] of wanted.entries()) if (n + 1 >= Number(values.from)) counts[outcomeOf(tried, n + 1)]++;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const { noticed, needless, SURVIVED } = counts;
  console.log(`${noticed} noticed, ${needless} needless, ${SURVIVED} survived; ${seconds} s`);
  return SURVIVED === 0;
}

/** What comes of it where a condition is taken out; tells it. */
function outcomeOf({ file, source, condition, n }: Tried, number: number): Outcome {
  const startedAt = Date.now();
  const place = join(copy, file);
  const isMeant = ({ statement, which }: Needless) =>
    statement === condition.statement && (which.includes(n) || which.includes(condition.text));
  const needless = NEEDLESS.find((one) => one.file === file && isMeant(one));
  writeFileSync(place, without(source, condition));
  // Of one that is needless the tests of the rows say whether it is.
  const killer = killerOf(testsOf(file, values.quick || needless !== undefined));
  writeFileSync(place, source);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const told = killer ? `killed by ${killer}` : needless ? `needless: ${needless.why}` : "SURVIVED";
  console.log(`${String(number).padStart(3)} ${row(file, condition, `${told} (${seconds} s)`)}`);
  if (killer) return "noticed";
  return needless ? "needless" : "SURVIVED";
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

/** The tests that are to notice: those of the rows first, then those of the same name. */
function testsOf(file: string, onlyRows: boolean): string[] {
  const name = basename(file, ".ts");
  const rows = ROWS[file.startsWith("lib/db/sql/") ? "sql" : "calls"];
  const names = onlyRows ? rows : [...rows, name, ...(TESTS[name] ?? ["walk"])];
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
