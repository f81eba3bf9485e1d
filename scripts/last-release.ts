// npm run test:last-release [-- --commit X] [TEST FILES]: runs the contract tests of the last release, with that
// release's code, on databases that this version has migrated. prisma/releases.json names it. While a new version
// starts, and where it is taken back, the old one works on the new schema: what fails here would fail then. Ends with 1
// where something does.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { openDatabase } from "../lib/db/database.ts";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import releases from "../prisma/releases.json" with { type: "json" };
import { keepTemporaryFiles } from "./temporary.ts";

const root = join(import.meta.dirname, "..");
/** What is about the migrations of a version themselves, and of its own start. */
const LEFT_OUT = ["lib/db/migrate.database.test.ts", "lib/db/pooler.database.test.ts"];
/** The release knows no column that is newer; what clears those is tested with the code that writes them. */
const LEFT_OUT_TEST = "every column that can hold text is known";
const CONFIG = "vitest.last-release.config.mjs";

const { values, positionals } = parseArgs({ options: { commit: { type: "string" } }, allowPositionals: true });
const last = releases.releases.at(-1);
const commit = values.commit ?? last?.commit;
if (commit === undefined) throw new Error("prisma/releases.json names no release.");
const checkout = join(keepTemporaryFiles("last-release"), "release");
run("git", ["worktree", "add", "--quiet", "--detach", checkout, commit], root);
try {
  prepare();
  process.exitCode = await test();
} finally {
  run("git", ["worktree", "remove", "--force", checkout], root);
}

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): void {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit", env });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}

/** The release's own packages, where they are not those of now. */
function prepare(): void {
  const lock = (folder: string) => readFileSync(join(folder, "package-lock.json"), "utf8");
  if (lock(root) === lock(checkout)) symlinkSync(join(root, "node_modules"), join(checkout, "node_modules"), "dir");
  else run("npm", ["ci"], checkout);
  run(process.execPath, ["scripts/generate.ts"], checkout);
  const test = {
    include: positionals.length > 0 ? positionals : globSync("lib/**/*.database.test.ts", { cwd: checkout }),
    exclude: LEFT_OUT,
    testNamePattern: `^(?!.*${LEFT_OUT_TEST})`,
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  };
  const config = JSON.stringify({ resolve: { alias: { "@": checkout } }, test });
  writeFileSync(join(checkout, CONFIG), `export default ${config};\n`);
}

/** New databases are copies of template1, so each test of the release begins on the schema of now. */
async function test(): Promise<number> {
  const postgres = await startPostgres();
  try {
    const url = `${postgres.url}/template1`;
    await (await openDatabase({ url, dataDir: checkout, root })).close();
    console.log(`Release ${last?.name ?? ""} (${commit}) on the schema of now: ${await newer(url)} migrations newer`);
    const vitest = join(checkout, "node_modules/vitest/vitest.mjs");
    const env = { ...process.env, TEST_DATABASE: "postgresql", TEST_POSTGRES_URL: postgres.url };
    // Not waited for by standing still: the database server waits, too, until its log is read here.
    const tests = spawn(process.execPath, [vitest, "run", `--config=${CONFIG}`], {
      cwd: checkout,
      stdio: "inherit",
      env,
    });
    const [status] = await once(tests, "exit");
    return status ?? 1;
  } finally {
    await postgres.stop();
  }
}

/** How many migrations the release does not know. */
async function newer(url: string): Promise<number> {
  const known = globSync("prisma/migrations/*/migration.sql", { cwd: checkout }).length;
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ n: number }>("select count(*)::int as n from _prisma_migrations");
  // Whoever is connected to a template keeps others from copying it.
  await client.end();
  return (rows[0]?.n ?? 0) - known;
}
