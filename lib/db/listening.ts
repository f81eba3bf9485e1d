import { setTimeout as pause } from "node:timers/promises";
import { Client, type Pool } from "pg";
import type { ChannelListener, OpenChannel } from "../domain/channel.ts";

const CHANNEL = "parley";
const CONNECT_MS = 10_000;
/** A NOTIFY of another connection is heard within some milliseconds, or never. */
const ECHO_MS = 3000;
/** A connection that went away without a word is noticed after so long. */
const CHECK_MS = 15_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;

type Ports = {
  /** A direct address: through a pooler that changes connections between transactions nothing is heard. */
  readonly url: string;
  readonly pool: Pool;
  readonly log: {
    readonly info: (fields: object, message: string) => void;
    readonly warn: (fields: object, message: string) => void;
  };
};

/** One connection for all that this process hears: LISTEN and NOTIFY of PostgreSQL. */
export const postgresChannel =
  (ports: Ports): OpenChannel =>
  (listener) => {
    const ending = new AbortController();
    let heard: Client | null = null;
    const over = keepListening(ports, listener, ending.signal, (client) => {
      heard = client;
    });
    return {
      isOpen: () => heard !== null,
      async send(text) {
        const by = heard ?? ports.pool;
        await by.query("select pg_notify($1, $2)", [CHANNEL, text]);
      },
      async close() {
        ending.abort();
        await over;
      },
    };
  };

/** Listens until it is ended, each time on a new connection, with pauses that grow. Never throws. */
async function keepListening(
  ports: Ports,
  listener: ChannelListener,
  ended: AbortSignal,
  onHeard: (client: Client | null) => void,
): Promise<void> {
  let isDeaf = false;
  for (let n = 0; !ended.aborted; n++) {
    try {
      await listen(ports, listener, ended, (client) => {
        if (isDeaf) ports.log.info({}, "Other instances are heard again");
        [n, isDeaf] = [0, false];
        onHeard(client);
        listener.onOpen();
      });
    } catch (thrown) {
      // One line for each outage, not for each try.
      if (!isDeaf && !ended.aborted) ports.log.warn({ err: thrown }, DEAF);
      isDeaf = true;
    } finally {
      onHeard(null);
    }
    const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** n);
    await pause(ms, null, { signal: ended, ref: false }).catch(() => {});
  }
}

const DEAF = "Other instances are not heard: this one asks the database several times a second instead";

/** Listens on one connection as long as it lives. Throws when it does not hear, or no longer. */
async function listen(
  { url, pool }: Ports,
  { onText }: ChannelListener,
  ended: AbortSignal,
  onHeard: (client: Client) => void,
): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: "parley signals",
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
  });
  const lost = Promise.withResolvers<never>();
  // Heard by nobody while the connection is still being opened.
  lost.promise.catch(() => {});
  client.on("error", lost.reject);
  client.on("end", () => lost.reject(new Error("The connection has ended")));
  const end = () => lost.reject(new Error("The server ends"));
  ended.addEventListener("abort", end, { once: true });
  const echoes = new Map<string, () => void>();
  client.on("notification", ({ payload = "" }) => {
    if (payload.startsWith(ECHO)) echoes.get(payload)?.();
    else onText(payload);
  });
  /** Whether it hears what another connection says: a pooler takes a LISTEN too, and keeps what comes of it. */
  const check = async (n: number) => {
    const echo = `${ECHO}${process.pid} ${performance.timeOrigin} ${n}`;
    const came = new Promise<true>((resolve) => echoes.set(echo, () => resolve(true)));
    await pool.query("select pg_notify($1, $2)", [CHANNEL, echo]);
    const isHeard = await Promise.race([came, pause(ECHO_MS, false, { ref: false })]);
    echoes.delete(echo);
    if (!isHeard) throw new Error(NO_ECHO);
  };

  try {
    await Promise.race([client.connect(), lost.promise]);
    await client.query(`listen ${CHANNEL}`);
    for (let n = 0; ; n++) {
      await Promise.race([check(n), lost.promise]);
      if (n === 0) onHeard(client);
      await Promise.race([pause(CHECK_MS, null, { ref: false }), lost.promise]);
    }
  } finally {
    ended.removeEventListener("abort", end);
    await Promise.race([client.end(), pause(1000, null, { ref: false })]).catch(() => {});
  }
}

const ECHO = "echo ";
const NO_ECHO =
  "LISTEN hears nothing at this address. Behind a pooler, set DATABASE_URL_UNPOOLED or DIRECT_URL to the database's own address.";
