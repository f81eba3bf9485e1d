import { totalmem } from "node:os";
import { setFlagsFromString } from "node:v8";
import { PGlite } from "@electric-sql/pglite";
import { COMPILED_ONCE } from "./compiled-once.ts";

/** Where a process may take less than this, V8 compiles PostgreSQL once. */
const SMALL_BYTES = 2 * 1024 ** 3;

/**
 * Opens PGlite on the database of a folder, which nobody else may have open.
 *
 * V8 compiles what is busy in WebAssembly once more, and better. For PostgreSQL's parser, one function of 105 KB that
 * is busy within a second, that takes three seconds of a processor and 600 MB of memory; no option leaves out one
 * function. So where the process may take less than 2 GB in all (`bytes`), everything stays as it was first compiled:
 * the database then takes half as much time again.
 */
export async function openPglite(dataDir: string, bytes = memoryBytes()): Promise<PGlite> {
  const isSmall = bytes < SMALL_BYTES;
  // A module keeps what held when it was made.
  if (isSmall) COMPILED_ONCE.forEach(setFlagsFromString);
  try {
    return await PGlite.create({
      dataDir,
      startParams: [
        ...PGlite.defaultStartParams,
        // It is written all over at a start: PostgreSQL's default of 128 MB takes over half a second, and stays in
        // memory.
        "-c",
        "shared_buffers=16MB",
      ],
    });
  } finally {
    if (isSmall) COMPILED_ONCE.map((flag) => flag.replace("--no-", "--")).forEach(setFlagsFromString);
  }
}

/** What this process may take: of the machine, or of the container that holds it. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

const STARTUP = 0;

/**
 * What the database answers to one batch of PostgreSQL's wire protocol, in pieces that the caller owns. It is there
 * when this returns, and files are written by then.
 *
 * PGlite's own way of doing it at once, `execProtocolRawSync`, reads each answer and keeps what it has read for ever:
 * the memory of a statement was 500 bytes (0.5.16), and an answer of fifty rows took four times as long.
 */
export function answerOf(database: PGlite, batch: Uint8Array): Uint8Array[] {
  // A startup message has no type; its answer is returned, not passed on.
  if (batch[0] === STARTUP) return [database.execProtocolRawSync(batch).slice()];
  const pieces: Uint8Array[] = [];
  // All of it is done before the promise is there. One that is rejected ends the thread, as what it throws would.
  void database.execProtocolRawStream(batch, {
    syncToFs: false,
    // A window of the database's memory.
    onRawData: (piece) => pieces.push(piece.slice()),
  });
  return pieces;
}
