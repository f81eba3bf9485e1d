// Runs PGlite in a thread of its own, so that a query never holds up the event loop that streams answers.
// Each connection of the main thread is a message port that carries PostgreSQL's wire protocol.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { answerOf, openPglite } from "./open-pglite.ts";
import { frontendBatches, isParsed, joined, namedParse, PARSE_COMPLETE, simpleQuery } from "./protocol.ts";
import { guardWrites } from "./write-guard.ts";

const IDLE_IN_TRANSACTION_MS = 30_000;

type Batch = {
  readonly connection: number;
  readonly bytes: Uint8Array;
  readonly reply: (bytes: Uint8Array<ArrayBuffer>) => void;
};

guardWrites(workerData.lock);
const database = await openPglite(workerData.dataDir);
const queue: Batch[] = [];
/** Odd while a batch runs: the other thread ends this one when it stays so for too long. */
const progress: Int32Array = workerData.progress;
/** The connection whose transaction is open: its batches alone may run until it ends. */
let holder: number | null = null;
/** When the holder's last batch ended. */
let heldAt = 0;
let connections = 0;

function drain(): void {
  for (;;) {
    const at = holder === null ? 0 : queue.findIndex((batch) => batch.connection === holder);
    const [batch] = at < 0 ? [] : queue.splice(at, 1);
    if (!batch) return;
    Atomics.add(progress, 0, 1);
    const reply = run(batch.bytes);
    Atomics.add(progress, 0, 1);
    holder = isInTransaction(reply) ? batch.connection : null;
    heldAt = performance.now();
    batch.reply(reply);
  }
}

/** Statements that are prepared, by name. All connections share one backend, so a name is prepared once for all. */
const prepared = new Set<string>();

// At once: a promise for each statement costs a third of the shortest ones, and files are written as they are changed.
function run(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const named = namedParse(bytes);
  if (named && prepared.has(named.name)) return joined([PARSE_COMPLETE, ...answerOf(database, named.rest)]);
  const reply = joined(answerOf(database, bytes));
  if (named && isParsed(reply)) prepared.add(named.name);
  return reply;
}

/** Whether the reply ends in a ReadyForQuery that says a transaction is open (protocol 3.0, "T" or "E"). */
function isInTransaction(reply: Uint8Array): boolean {
  const at = reply.length - 6;
  const status = reply[reply.length - 1];
  return at >= 0 && reply[at] === 0x5a && reply[at + 4] === 5 && (status === 0x54 || status === 0x45);
}

/** The open connections by number. */
const ports = new Map<number, MessagePort>();

// A transaction in which nothing is said keeps everybody else waiting; its client hears that its connection is closed.
setInterval(() => {
  if (holder !== null && performance.now() - heldAt > IDLE_IN_TRANSACTION_MS) ports.get(holder)?.close();
}, 1000).unref();

function serve(port: MessagePort): void {
  const connection = ++connections;
  ports.set(connection, port);
  const take = frontendBatches();
  const reply = (bytes: Uint8Array<ArrayBuffer>) => port.postMessage(bytes, [bytes.buffer]);
  port.on("message", (bytes: Uint8Array) => {
    const { batches, isOver } = take(bytes);
    for (const batch of batches) queue.push({ connection, bytes: batch, reply });
    if (isOver) port.close();
    drain();
  });
  port.on("close", () => {
    ports.delete(connection);
    for (let n = queue.length - 1; n >= 0; n--) if (queue[n]?.connection === connection) queue.splice(n, 1);
    if (holder !== connection) return;
    // Nobody is left to end this transaction.
    queue.unshift({ connection, bytes: simpleQuery("ROLLBACK"), reply: () => {} });
    drain();
  });
}

parentPort?.on("message", async (message: { connect: MessagePort } | { close: true }) => {
  if ("connect" in message) return serve(message.connect);
  await database.exec("CHECKPOINT");
  await database.close();
  parentPort?.postMessage("closed");
  parentPort?.close();
});
parentPort?.postMessage("ready");
