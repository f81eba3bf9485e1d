import { mkdirSync, mkdtempSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { claimRun } from "../../lib/db/claims.ts";
import { openDatabase } from "../../lib/db/database.ts";
import { newId } from "../../lib/domain/ids.ts";
import { startPostgres } from "../../lib/testing/postgres-server.ts";
import { claimOf, makeSession, newMessage } from "../../lib/testing/stored-turns.ts";
import { type Front, startFront } from "./front.ts";
import type { Laid } from "./instance.ts";
import { type BuiltFunction, layOut, readConfig, readFunctions } from "./output.ts";
import { type PacedModel, startPacedModel } from "./paced-model.ts";
import { buildForVercel, copyProject } from "./project.ts";

/**
 * What the functions are tried in: a PostgreSQL with a turn that was left, a model, and the project as Vercel builds
 * it.
 */
export type World = {
  readonly project: string;
  readonly output: string;
  readonly built: readonly (BuiltFunction & { readonly laid: Laid; readonly bytes: number })[];
  readonly model: PacedModel;
  /** The turn that was there, left, before the build. */
  readonly leftRunId: string;
  readonly query: <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>;
  /**
   * What the build did to what is around it; null: it was built before: connections to the pooled address, requests to
   * the model, rows that changed.
   */
  readonly touched: {
    readonly connections: number;
    readonly requests: number;
    readonly tables: readonly string[];
  } | null;
  /** Starts the functions behind an edge of their own, with settings beside, or instead of, those of a deployment. */
  readonly front: (change?: Readonly<Record<string, string | undefined>>) => Promise<Front>;
  readonly stop: () => Promise<void>;
};

export const KEY = "the key of the owner of functions";
export const CRON_SECRET = "the secret of the timetable";

export async function makeWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "parley-functions-"));
  const built = process.env.BUILT_PROJECT;
  const project = built ?? join(folder, "project");
  const [postgres, model] = await Promise.all([startPostgres(), startPacedModel()]);
  const url = `${postgres.url}/postgres`;
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: "test" });
  const leftRunId = await seed(url, folder);
  const pooled = await countedAddress(url);
  const settings = {
    DATABASE_URL: pooled.url,
    DATABASE_URL_UNPOOLED: url,
    PARLEY_API_KEY: KEY,
    NEXTAUTH_SECRET: "the secret of cookies of functions",
    CRON_SECRET,
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: "paced",
    OPENAI_MODEL: "paced",
  };
  const before = await digests(pool);
  const output = built ? join(built, ".vercel/output") : buildProject(project, settings);
  const after = await digests(pool);
  const touched = built
    ? null
    : {
        connections: pooled.connections(),
        requests: model.requests(),
        tables: Object.keys(after).filter((table) => after[table] !== before[table]),
      };
  const functions = readFunctions(output).map((one, n) => {
    const place = join(folder, "functions", String(n));
    const bytes = layOut(one, project, place);
    const isMiddleware = one.paths.some((path) => /^\/_?middleware$/u.test(path));
    return { ...one, bytes, laid: { folder: place, handler: one.config.handler, isMiddleware, paths: one.paths } };
  });
  const deployment = {
    ...settings,
    VERCEL: "1",
    VERCEL_ENV: "production",
    VERCEL_REGION: "iad1",
    VERCEL_URL: "parley-abc123.vercel.app",
    VERCEL_PROJECT_PRODUCTION_URL: "parley.vercel.app",
    AWS_LAMBDA_FUNCTION_NAME: "emulated",
    LOG_LEVEL: "warn",
  };
  return {
    project,
    output,
    built: functions,
    model,
    leftRunId,
    touched,
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(text, [...values])).rows,
    front: (change = {}) =>
      startFront(readConfig(output), {
        functions: functions.map(({ laid }) => laid),
        files: join(output, "static"),
        environment(port) {
          const all = { ...deployment, NEXTAUTH_URL: `http://127.0.0.1:${port}`, ...change };
          return Object.fromEntries(
            Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
          );
        },
      }),
    async stop() {
      await pool.end();
      await pooled.stop();
      await model.stop();
      await postgres.stop();
    },
  };
}

function buildProject(project: string, settings: Readonly<Record<string, string>>): string {
  mkdirSync(project);
  copyProject(project);
  return buildForVercel(project, settings).output;
}

/** Migrates the database and leaves a running turn in it whose process is gone. Gives its run. */
async function seed(url: string, folder: string): Promise<string> {
  const database = await openDatabase({ url, dataDir: folder, root: join(import.meta.dirname, "../..") });
  try {
    const session = await makeSession(database);
    const claim = claimOf(session, newId(), { input: [newMessage("Is anybody there?")], settings: { model: "paced" } });
    await claimRun(database, claim);
    await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 hour' where id = $1`, [claim.runId]);
    return claim.runId;
  } finally {
    await database.close();
  }
}

/** Of each table what all its rows come to. */
async function digests(pool: pg.Pool): Promise<Readonly<Record<string, string>>> {
  const { rows } = await pool.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  );
  const all = rows.map(async ({ name }) => {
    const whole = `select coalesce(md5(string_agg(t::text, ',' order by t::text)), 'empty') as digest from "${name}" t`;
    return [name, (await pool.query<{ digest: string }>(whole)).rows[0]?.digest ?? ""] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

/** Another address of a server, which counts who connects by it. */
async function countedAddress(url: string) {
  const target = new URL(url);
  let count = 0;
  const server = createServer((socket) => {
    count++;
    const other = connect(Number(target.port), target.hostname);
    socket.pipe(other).pipe(socket);
    for (const [one, peer] of [
      [socket, other],
      [other, socket],
    ] as const) {
      one.on("error", () => peer.destroy());
      one.on("close", () => peer.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const counted = new URL(url);
  counted.port = String(typeof address === "object" ? address?.port : "");
  return {
    url: counted.href,
    connections: () => count,
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
