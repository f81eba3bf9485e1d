import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { filesOf, readConfig } from "./output.ts";
import type { Try } from "./try.ts";
import type { World } from "./world.ts";

const MOST_BYTES = 50_000_000;

/** What is read by its path at run time. */
const NEEDED = [
  "lib/templates/thread.ts",
  "lib/templates/render-here.ts",
  "lib/domain/errors.ts",
  "lib/ingest/child.ts",
  "node_modules/unpdf/package.json",
  "node_modules/pdfjs-dist/package.json",
  "node_modules/pdfjs-dist/cmaps/90ms-RKSJ-H.bcmap",
  "node_modules/minijinja-js/package.json",
  "node_modules/minijinja-js/dist/node/minijinja_js_bg.wasm",
  "prisma/migrations/migration_lock.toml",
];

const apiOf = ({ built }: World) => {
  const api = built.find(({ paths }) => paths.includes("/api/health"));
  assert.ok(api, "no function answers /api/health");
  return api;
};

export const buildTries: readonly Try[] = [
  {
    name: "a build touches nothing: no database, no model, no row, no file outside its output",
    async run({ touched, project }) {
      if (touched !== null) assert.deepEqual(touched, { connections: 0, requests: 0, tables: [] });
      assert.equal(existsSync(join(project, "data")), false);
      assert.equal(existsSync(join(project, ".next/pgdata-template")), false);
      return touched === null ? "of what was built before the files alone" : undefined;
    },
  },
  {
    name: "the functions have their settings, and the sweep its time",
    async run(world) {
      const { config } = apiOf(world);
      const { runtime, maxDuration, supportsCancellation, supportsResponseStreaming } = config;
      assert.deepEqual(
        { runtime, maxDuration, supportsCancellation, supportsResponseStreaming },
        { runtime: "nodejs24.x", maxDuration: 300, supportsCancellation: true, supportsResponseStreaming: true },
      );
      const file = JSON.parse(readFileSync(join(world.project, "vercel.json"), "utf8"));
      assert.deepEqual(readConfig(world.output).crons, file.crons);
      return undefined;
    },
  },
  {
    name: "the functions have what they read, and are small",
    async run(world) {
      const files = filesOf(apiOf(world).laid.folder);
      assert.deepEqual(
        NEEDED.filter((path) => !files.has(path)),
        [],
      );
      const secrets = [...files].filter((path) =>
        /(?:^|\/)(?:\.env(?!\.example$)|api-key$|secret$|pgdata)/u.test(path),
      );
      assert.deepEqual(secrets, []);
      const foreign = [...files].filter((path) => /^(?:app|components|docs|e2e|public|scripts|data)\//u.test(path));
      assert.deepEqual(foreign, []);
      for (const { bytes, paths } of world.built) assert.ok(bytes < MOST_BYTES, `${paths[0]} has ${bytes} bytes`);
      const sizes = world.built.map(({ bytes, paths }) => `${paths[0]} ${(bytes / 1e6).toFixed(1)} MB`);
      return sizes.join(", ");
    },
  },
];
