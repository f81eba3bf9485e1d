const QUERY = 0x51;
const SYNC = 0x53;
const TERMINATE = 0x58;
const PASSWORD = 0x70;

/**
 * Splits what a client sends into the batches that must run without another client's between them.
 *
 * A batch ends with Query, Sync, PasswordMessage or the startup message, which has no type byte and comes first
 * (PostgreSQL documentation, "Message Formats"). Terminate is no batch but `isOver`: the database outlives its clients.
 */
export function frontendBatches(): (bytes: Uint8Array) => { batches: Uint8Array[]; isOver: boolean } {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;
  let scanned = 0;

  return (bytes) => {
    rest = rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([rest, bytes]);
    const batches: Uint8Array[] = [];
    let isOver = false;
    for (;;) {
      const head = isStarted ? 1 : 0;
      if (rest.length < scanned + head + 4) break;
      const end = scanned + head + rest.readInt32BE(scanned + head);
      if (rest.length < end) break;
      const type = isStarted ? rest[scanned] : null;
      isStarted = true;
      scanned = end;
      if (type === null || type === QUERY || type === SYNC || type === PASSWORD) {
        batches.push(rest.subarray(0, end));
        rest = rest.subarray(end);
        scanned = 0;
      } else if (type === TERMINATE) {
        isOver = true;
        break;
      }
    }
    return { batches, isOver };
  };
}
