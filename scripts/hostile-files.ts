// npm run test:hostile-files [-- --only N,N --ms 50 --megabytes 300]: has a server read files that break readers, fill
// memory or never end, and draw pages of those that are PDFs, while its health is asked for every 50 ms. Ends with 1
// where a doc comes to no end or says nothing of why it failed, where one of twenty answers of the health takes longer
// than `--ms`, or where the server and what it has started take over `--megabytes` more than at rest.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { getFile, readFile } from "../lib/core/files.ts";
import { getFileDoc, ingestFile } from "../lib/core/ingest.ts";
import type { Scope } from "../lib/core/scope.ts";
import { toChatError } from "../lib/domain/errors.ts";
import { health } from "../lib/server/health.ts";
import { parley } from "../lib/server/parley.ts";
import { HOSTILE_FILES } from "../lib/testing/hostile-files.ts";
import { storedFile } from "../lib/testing/stored-file.ts";
import { treeMemory } from "./hostile/tree-memory.ts";
import { keepTemporaryFiles } from "./temporary.ts";

const MEGABYTE = 1024 * 1024;
/** Longer than the limits of a reader, and its tries, take. */
const LONGEST_MS = 400_000;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    ms: { type: "string", default: "50" },
    megabytes: { type: "string", default: "300" },
  },
});
const only = values.only?.split(",").map(Number);
const folder = keepTemporaryFiles("hostile");
Object.assign(process.env, { DATA_DIR: folder, LOG_LEVEL: "error", BACKUP_HOURS: "0", NODE_ENV: "production" });
const server = await parley();
const listening = createServer(async (_, response) => {
  const answer = await health(async () => false);
  response.writeHead(answer.status).end(await answer.text());
});
await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
const { port } = listening.address() as AddressInfo; // it listens on a port
const scope: Scope = { ...server.ports, accountId: server.ownerId, via: "key" };
const { id: projectId } = await scope.database.prisma.project.findFirstOrThrow({
  where: { accountId: scope.accountId },
});
const faults: string[] = [];
let most = 0;
const files: { readonly n: number; readonly what: string; readonly name: string; readonly fileId: string }[] = [];
for (const [n, { what, name }] of HOSTILE_FILES.entries()) {
  if (!only || only.includes(n)) files.push({ n, what, name, fileId: await stored(n, name) });
}
// To make and to store them is not what is measured, nor is what the server does for the first time.
await readOne(await warmUp());
most = 0;
const asker = new Worker(new URL("./attack/health.ts", import.meta.url), {
  workerData: { url: `http://127.0.0.1:${port}` },
});
for (const file of files) await readOne(file);
const told = new Promise<{ took: number[]; faults: string[] }>((resolve) => asker.once("message", resolve));
asker.postMessage("stop");
const { took, faults: unhealthy } = await told;
const p95 = took.sort((a, b) => a - b)[Math.floor(took.length * 0.95)] ?? 0;
if (p95 > Number(values.ms)) faults.push(`One of twenty answers of the health took longer than ${p95.toFixed(0)} ms`);
faults.push(...unhealthy);
for (const fault of faults) console.log(`fault: ${fault}`);
console.log(
  `Health: ${took.length} answers, p95 ${p95.toFixed(1)} ms; memory: at most ${(most / MEGABYTE).toFixed(0)} MB above rest; ${faults.length} faults`,
);
listening.close();
await server.close(0);
process.exit(faults.length === 0 ? 0 : 1);

async function warmUp(): Promise<(typeof files)[number]> {
  const name = "first.md";
  const fileId = await storedFile(
    scope.database,
    scope.accountId,
    name,
    Buffer.from("# A first document\n\nIt has a few words."),
  );
  return { n: -1, what: "an ordinary document", name, fileId };
}

async function readOne({ n, what, name, fileId }: (typeof files)[number]): Promise<void> {
  const memory = treeMemory(process.pid);
  const startedAt = performance.now();
  const owner = { role: "project", id: projectId } as const;
  const { id } = await ingestFile(scope, owner, { fileId, title: `${n}`, metadata: null });
  let doc = await getFileDoc(scope, id);
  while (doc.state === "pending" && performance.now() - startedAt < LONGEST_MS) {
    await pause(200);
    doc = await getFileDoc(scope, id);
  }
  const picture = name.endsWith(".pdf") ? await drawn(fileId) : "";
  const growth = memory.stop();
  most = Math.max(most, growth);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${n} ${what}: ${doc.state} in ${seconds} s, ${(growth / MEGABYTE).toFixed(0)} MB. ${doc.reason}${picture}`,
  );
  if (doc.state === "pending") faults.push(`${n} ${what} came to no end`);
  if (doc.state === "failed" && !/^[A-Z].*\.$/u.test(doc.reason))
    faults.push(`${n} ${what} says nothing of why it failed`);
  if (growth > Number(values.megabytes) * MEGABYTE)
    faults.push(`${n} ${what} took ${(growth / MEGABYTE).toFixed(0)} MB`);
}

/** Draws the first page, as for somebody who looks at it, and says in words what came of it. */
async function drawn(fileId: string): Promise<string> {
  if (!scope.drawPage) return " Nothing draws.";
  const startedAt = performance.now();
  const file = await getFile(scope, fileId);
  const asked = { by: scope.accountId, key: fileId, file: { ...file, bytes: readFile(scope, file) }, page: 1 };
  const words = await scope.drawPage(asked, AbortSignal.timeout(LONGEST_MS)).then(
    ({ length }) => `a picture of ${Math.ceil(length / 1024)} KB`,
    (thrown: unknown) => `no picture: ${toChatError(thrown).message}`,
  );
  return ` In ${((performance.now() - startedAt) / 1000).toFixed(1)} s ${words}`;
}

async function stored(n: number, name: string): Promise<string> {
  const file = join(folder, "file");
  const child = spawn(process.execPath, [join(import.meta.dirname, "hostile/make.ts"), String(n), file]);
  await new Promise((resolve) => child.once("exit", resolve));
  return storedFile(scope.database, scope.accountId, name, readFileSync(file));
}
