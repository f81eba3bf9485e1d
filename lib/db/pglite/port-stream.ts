import { Duplex } from "node:stream";
import type { MessagePort } from "node:worker_threads";

/** In bytes: what is read at once, in some milliseconds. */
const PIECE = 256 * 1024;

/** A message port in the form of the socket that `pg` expects. `open` is asked for it when the client connects. */
export class PortStream extends Duplex {
  readonly #open: () => Promise<MessagePort>;
  #port: MessagePort | null = null;
  /** What has come and is not read yet; null at its end. */
  #unread: (Uint8Array | null)[] = [];

  constructor(open: () => Promise<MessagePort>) {
    super();
    this.#open = open;
  }

  connect(): this {
    this.#open().then(
      (port) => this.#connected(port),
      (thrown) => this.destroy(thrown),
    );
    return this;
  }

  #connected(port: MessagePort): void {
    // The client may have given up meanwhile.
    if (this.destroyed) {
      port.close();
      return;
    }
    this.#port = port;
    port.on("message", (bytes: Uint8Array) => this.#take(bytes));
    port.on("close", () => this.#take(null));
    this.emit("connect");
  }

  /** An answer is one message, however large: others have their turn between its pieces. */
  #take(bytes: Uint8Array | null): void {
    const isNext = this.#unread.length === 0;
    if (bytes === null) this.#unread.push(null);
    for (let at = 0; bytes !== null && at < bytes.length; at += PIECE)
      this.#unread.push(bytes.subarray(at, at + PIECE));
    if (isNext) this.#pushNext();
  }

  #pushNext(): void {
    const piece = this.#unread.shift();
    if (piece === undefined || this.destroyed) return;
    this.push(piece);
    if (this.#unread.length > 0) setImmediate(() => this.#pushNext());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#post([chunk]);
    done();
  }

  /** What a client writes in one go, such as all messages of a query, is one message to the thread. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#post(chunks.map(({ chunk }) => chunk));
    done();
  }

  #post(chunks: readonly Buffer[]): void {
    // Copied out of what may be a window of a larger buffer, and then handed over.
    const bytes = new Uint8Array(Buffer.concat(chunks));
    this.#port?.postMessage(bytes, [bytes.buffer]);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port?.close();
    done(error);
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): void {
    this.#port?.ref();
  }

  unref(): void {
    this.#port?.unref();
  }
}
