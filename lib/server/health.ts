import { type Parley, parley } from "./parley.ts";

/** Who asks how the server is does not wait for longer. */
const WAIT_MS = 5000;

/** 200 with the state of database, migrations and model; 503 with the reason while the server cannot answer. */
export async function health(): Promise<Response> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`No answer from the database in ${WAIT_MS / 1000} s`)), WAIT_MS);
  try {
    return await Promise.race([parley().then(state), late.promise]);
  } catch (thrown) {
    return down(thrown instanceof Error ? thrown.message : "unknown");
  } finally {
    clearTimeout(timer);
  }
}

async function state({ ports }: Parley): Promise<Response> {
  const { database, models, runner } = ports;
  const fault = database.fault();
  if (fault !== null) return down(fault);
  const pending = await database.pending();
  const isReady = pending.length === 0 && !runner.isDraining();
  const body = {
    status: isReady ? "ok" : runner.isDraining() ? "draining" : "migrations pending",
    database: { kind: database.kind, state: "ok" },
    migrations: { pending },
    model: { id: models.defaultModel, is_demo: models.isDemo },
    running_turns: runner.count(),
  };
  return answer(isReady ? 200 : 503, body);
}

const down = (reason: string): Response => answer(503, { status: "down", reason });

const answer = (status: number, body: object): Response =>
  Response.json(body, { status, headers: { "cache-control": "no-store" } });
