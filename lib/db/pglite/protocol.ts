const QUERY = 0x51;
const SYNC = 0x53;
const TERMINATE = 0x58;
const PASSWORD = 0x70;
const PARSE = 0x50;

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

/** What the backend answers to a Parse: ParseComplete, without a body. */
export const PARSE_COMPLETE = Uint8Array.of(0x31, 0, 0, 0, 4);

/** A batch that begins with the Parse of a named statement: the name, and the batch without that message. */
export function namedParse(batch: Uint8Array): { readonly name: string; readonly rest: Uint8Array } | null {
  if (batch[0] !== PARSE) return null;
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  const nameEnd = bytes.indexOf(0, 5);
  const name = bytes.toString("utf8", 5, nameEnd);
  return name === "" ? null : { name, rest: bytes.subarray(1 + bytes.readInt32BE(1)) };
}

/** Whether a backend's reply begins with ParseComplete. */
export const isParsed = (reply: Uint8Array): boolean => reply[0] === PARSE_COMPLETE[0];

/** Pieces in a row, in memory that nothing else uses: it can be handed to another thread. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The message that has one SQL text run: Query. */
export function simpleQuery(sql: string): Uint8Array {
  const text = Buffer.from(`${sql}\0`);
  const head = Buffer.alloc(5);
  head.write("Q");
  head.writeInt32BE(text.length + 4, 1);
  return Buffer.concat([head, text]);
}
