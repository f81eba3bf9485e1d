// What Vercel runs to build: the build, and for production then the migrations, before the new version gets its first
// request.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { completeMiddlewareTrace } from "./middleware-trace.ts";
import { pruneTraces } from "./traces.ts";

const root = join(import.meta.dirname, "..");

function run(script: string): void {
  const { status } = spawnSync(process.execPath, [join(root, "scripts", script)], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

run("build.ts");
completeMiddlewareTrace(join(root, ".next"));
pruneTraces(root, join(root, ".next"));
// A preview may share its database with production, whose schema it is not to change.
if (process.env.VERCEL_ENV === "production") run("migrate.ts");
