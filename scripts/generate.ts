// Writes the Prisma client. Prisma looks for its schema engine binary first, which generating does not use
// and which a closed network cannot download: any existing file satisfies the look.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const prisma = fileURLToPath(import.meta.resolve("prisma/build/index.js"));
const { status, stderr } = spawnSync(process.execPath, [prisma, "generate"], {
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
  stdio: ["ignore", "ignore", "pipe"],
  encoding: "utf8",
});
if (status !== 0) process.stderr.write(stderr);
process.exitCode = status ?? 1;
