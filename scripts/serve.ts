// npm start: builds when something has changed since the last build, then serves. npm run dev: serves and watches. In
// an image: serves what it was packed with.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadEnvFile } from "node:process";
import { pathToFileURL } from "node:url";
import { beginFolder } from "../lib/db/pglite/folder.ts";
import { completeAnswers } from "../lib/server/answer-headers.ts";
import { surviveLostOutput } from "../lib/server/lost-output.ts";
import { isHttps, localUrl, parseSettings } from "../lib/server/settings.ts";
import { giveUploadsTime } from "../lib/server/upload-time.ts";
import { needsBuild } from "./build-stamp.ts";

const root = join(import.meta.dirname, "..");
process.chdir(root);
surviveLostOutput();
if (existsSync(".env")) loadEnvFile(".env");
const isDev = process.argv.includes("--dev");
process.env.NEXT_TELEMETRY_DISABLED = "1";

let settings: ReturnType<typeof parseSettings>;
try {
  settings = parseSettings(process.env);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exit(1);
}

// In an image stands Next's own small server, and the sources that it was built from do not.
const packedServer = join(root, "server.js");
const isPacked = existsSync(packedServer);
if (!isDev && !isPacked && needsBuild()) {
  console.log("Building Parley. This happens once, and again after a change.");
  const { status } = spawnSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

// The embedded database takes as long to open as Next to load: both at once, each in a thread.
if (!isDev && settings.databaseUrl === undefined) {
  beginFolder(resolve(root, settings.dataDir), root, resolve(root, settings.backups.dir));
}

// In this process: a signal reaches the server itself, and nothing starts twice.
process.env.NEXT_MANUAL_SIG_HANDLE = "true";
process.env.PORT = String(settings.port);
process.env.PARLEY_BOUND_HOST = settings.host;
completeAnswers(isHttps(settings));
giveUploadsTime();
process.env.NEXTAUTH_URL ??= localUrl(settings);
if (isPacked) {
  // It listens where this says, which a container sets to its own name.
  process.env.HOSTNAME = settings.host;
  await import(pathToFileURL(packedServer).href);
} else {
  const command = isDev ? "dev" : "start";
  process.argv = [process.execPath, "next", command, "--port", String(settings.port), "--hostname", settings.host];
  await import("next/dist/bin/next");
}
