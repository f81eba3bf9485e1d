import { type ClientBase, DatabaseError, Pool, type PoolClient, type PoolConfig, type QueryResult } from "pg";

/** How long statements, waits for locks and silent transactions may take, in milliseconds. */
export type Limits = { readonly statementMs: number; readonly lockMs: number; readonly idleInTransactionMs: number };

/**
 * A pool whose statements keep the limits, each connection by settings of its session.
 *
 * Behind a pooler such as PgBouncer a session is another client's after each transaction: settings would be lost with
 * it and found by others, and so would named statements. There each transaction sets its limits for itself, a statement
 * alone is a transaction of its own that is sent in one go, and no statement has a name. `isPooled` null: it is found
 * out by the first connection, as poolers greet with a process number that is not the server's.
 */
export function limitedPool(config: PoolConfig, limits: Limits, isPooled: boolean | null): Pool {
  let isShared = isPooled;
  const pool: Pool = new Pool({
    ...config,
    async onConnect(client) {
      isShared ??= await isBehindPooler(client);
      if (!isShared) return void (await client.query(settings(limits, "session")));
      share(client, limits);
      // Everybody here waits for promises; the pool's other forms are not used.
      pool.query = ((...given: Given) => queryAlone(pool, given)) as Pool["query"];
    },
  });
  return pool;
}

const settings = ({ statementMs, lockMs, idleInTransactionMs }: Limits, scope: "session" | "local"): string =>
  [
    `set ${scope} statement_timeout = ${statementMs}`,
    `set ${scope} lock_timeout = ${lockMs}`,
    `set ${scope} idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
  ].join("; ");

/** Whether what greeted a client is not the process that answers it. */
async function isBehindPooler(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  // What the greeting said (BackendKeyData) is missing from the types.
  return rows[0]?.pid !== Reflect.get(client, "processID");
}

/** What `query` of the driver is called with: a text or an object, values, and the pool's own callback. */
type Given = [config: unknown, ...rest: unknown[]];

/**
 * Lets a connection send statements without waiting for the ones before, without names, and transactions with their
 * limits.
 */
function share(client: ClientBase, limits: Limits): void {
  const send: (...given: Given) => unknown = client.query.bind(client);
  const beginning = `begin; ${settings(limits, "local")}`;
  const query = (...[config, ...rest]: Given) => {
    if (typeof config === "string") return send(isBegin(config) ? beginning : config, ...rest);
    if (!hasText(config)) return send(config, ...rest);
    return send({ ...config, name: undefined, ...(isBegin(config.text) ? { text: beginning } : {}) }, ...rest);
  };
  Object.assign(client, { pipeline: true, query });
}

const isBegin = (text: string): boolean => /^\s*(?:begin|start\s+transaction)\s*;?\s*$/iu.test(text);

const hasText = (config: unknown): config is { readonly text: string } =>
  typeof config === "object" && config !== null && "text" in config && typeof config.text === "string";

/** Runs a statement in a transaction of its own: three messages, sent in one go. */
async function queryAlone(pool: Pool, given: Given): Promise<QueryResult> {
  const client = await pool.connect();
  // The driver's type has one form for each kind of config, of which this is any.
  const query: (...given: Given) => Promise<QueryResult> = client.query as never;
  const [begun, answered, ended] = await Promise.allSettled([query("begin"), query(...given), query("commit")]);
  const failed = [answered, begun, ended].find((one) => one.status === "rejected");
  client.release(failed !== undefined && !(failed.reason instanceof DatabaseError));
  if (failed) throw failed.reason;
  if (answered.status === "rejected") throw answered.reason;
  return answered.value;
}

/**
 * Tells a host that freezes the process between requests of each use of the pool: the promise it gets is kept when all
 * connections are closed, so that none stays open on a process that stands still. It is told each time, since the
 * request that opened a connection is another one than that which used it last.
 */
export function tellOfUse(pool: Pool, keepAwake: (work: Promise<void>) => void): void {
  let closed: ReturnType<typeof Promise.withResolvers<void>> | null = null;
  pool.on("acquire", (_client: PoolClient) => {
    closed ??= Promise.withResolvers<void>();
    keepAwake(closed.promise);
  });
  pool.on("remove", () => {
    if (pool.totalCount > 0) return;
    closed?.resolve();
    closed = null;
  });
}

/** Works on one connection of a pool. Where `work` throws, a transaction that it has begun is rolled back. */
export async function onOneConnection<Result>(
  pool: Pick<Pool, "connect">,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await work(client);
  } catch (thrown) {
    await client.query("rollback").catch((failed: Error) => {
      broken = failed;
    });
    throw thrown;
  } finally {
    // A connection that does not even take a rollback is not used again.
    client.release(broken);
  }
}
