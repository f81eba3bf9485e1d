import { Duplex } from "node:stream";
import type { MessagePort, Worker } from "node:worker_threads";
import type { DirectoryLock } from "../directory-lock.ts";

// Asked for at run time: a bundler follows `new Worker` and would pack the thread's file.
const threads = () => process.getBuiltinModule("node:worker_threads");

export type Embedded = {
  /** A stream for one `pg` client, given as its `stream` option. */
  readonly connect: () => Duplex;
  /** Writes everything to disk and ends the thread. */
  readonly close: () => Promise<void>;
};

type EmbeddedOptions = {
  readonly folder: string;
  /** Of the folder around it, held by this process. */
  readonly lock: DirectoryLock;
  readonly workerFile: string;
};

/** Starts PGlite on a folder in a thread of its own. Throws when the database does not open. */
export async function openEmbedded({ folder, lock, workerFile }: EmbeddedOptions): Promise<Embedded> {
  const { Worker, MessageChannel } = threads();
  const worker = new Worker(workerFile, {
    name: "parley-database",
    workerData: { dataDir: folder, lock: { file: lock.file, token: lock.token } },
  });
  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The database thread ended with code ${code}`)));
  });
  worker.unref();

  return {
    connect() {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ connect: port2 }, [port2]);
      return new PortStream(port1);
    },
    close: () => closeWorker(worker),
  };
}

function closeWorker(worker: Worker): Promise<void> {
  worker.ref();
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  worker.postMessage({ close: true });
  return ended;
}

/** A message port in the form of the socket that `pg` expects. */
class PortStream extends Duplex {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on("message", (bytes: Uint8Array) => this.push(bytes));
    port.on("close", () => this.push(null));
  }

  connect(): this {
    setImmediate(() => this.emit("connect"));
    return this;
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
    this.#port.postMessage(bytes, [bytes.buffer]);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close();
    done(error);
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }
}
