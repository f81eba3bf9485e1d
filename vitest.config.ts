import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const resolve = { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/u, "") } };
const databases = ["lib/**/*.database.test.ts"];
const processes = ["lib/**/*.process.test.ts"];
// Two at a time even on two cores: these tests wait as much as they work.
const slow = { testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: 2 };

// Tests named *.database.test.ts run twice: on the embedded database and on a PostgreSQL server. Those named
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
      { resolve, test: { name: "pglite", include: databases, env: { TEST_DATABASE: "pglite" }, ...slow } },
      {
        resolve,
        test: {
          name: "postgresql",
          include: databases,
          env: { TEST_DATABASE: "postgresql" },
          globalSetup: "lib/testing/postgres-server.ts",
          ...slow,
        },
      },
    ],
  },
});
