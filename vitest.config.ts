import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { COMPILED_ONCE } from "./lib/db/pglite/compiled-once.ts";

const resolve = { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/u, "") } };
const databases = ["lib/**/*.database.test.ts"];
/** Tests of what lies above the database: where a row comes from changes nothing there, but for what meets in it. */
const above = [
  "lib/core/{any-branches,ingest,session-changes,twelve-documents}.database.test.ts",
  "lib/core/knowledge/**/*.database.test.ts",
  "lib/core/recall/!(search|scope).database.test.ts",
  "lib/{dialects,http}/**/!(contract|answer-turn|turns).database.test.ts",
  "lib/{server,sign-in}/**/!(behind|money|rate-limits|redis|guests).database.test.ts",
  "lib/walk.database.test.ts",
  // The same planner.
  "lib/db/sql/plans.database.test.ts",
];
const processes = ["lib/**/*.process.test.ts"];
// Two at a time even on two cores: these tests wait as much as they work. A database that is open for seconds is not
// worth compiling twice.
const slow = { testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: 2, execArgv: [...COMPILED_ONCE] };
/** Loading each module once instead of once for each file saves a third of the time. */
const shared = { ...slow, isolate: false, setupFiles: "lib/testing/own-settings.ts" };

// Tests named *.database.test.ts run on the embedded database, and on a PostgreSQL server as well: all of them where
// TEST_EVERYTHING is set, else those of the rooms that speak to it. Those named
// *.process.test.ts start processes and threads or load every route, which takes its time.
export default defineConfig({
  test: {
    // How long something takes is measured by the benchmark; here it only has to come.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        resolve,
        test: {
          name: "unit",
          include: ["{lib,components,app,scripts}/**/*.test.{ts,tsx}"],
          exclude: [...databases, ...processes],
          // They keep nothing that another could see, and loading each module once makes them three times as fast.
          isolate: false,
        },
      },
      { resolve, test: { name: "processes", include: processes, ...slow } },
      { resolve, test: { name: "pglite", include: databases, env: { TEST_DATABASE: "pglite" }, ...shared } },
      {
        resolve,
        test: {
          name: "postgresql",
          include: databases,
          exclude: process.env.TEST_EVERYTHING ? [] : above,
          env: { TEST_DATABASE: "postgresql" },
          globalSetup: "lib/testing/postgres-server.ts",
          ...shared,
        },
      },
    ],
  },
});
