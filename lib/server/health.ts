import { isIndexed, vectorFault } from "../db/vector-tables.ts";
import { ChatError } from "../domain/errors.ts";
import { type Parley, parley } from "./parley.ts";

/** Who asks how the server is does not wait for longer. */
const WAIT_MS = 5000;

/**
 * How the server is: 200 and "ok" while it answers, else 503 and "unavailable"; with the state of database, migrations
 * and model, or the reason, for whom `isOwner` knows as the server's owner. It is asked only of a server that has
 * opened; of one that has not everybody is told which settings are at fault, and that the database is behind, as each
 * route says so.
 */
export async function health(isOwner: (running: Parley) => Promise<boolean>): Promise<Response> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`No answer from the database in ${WAIT_MS / 1000} s`)), WAIT_MS);
  try {
    const running = await Promise.race([parley(), late.promise]);
    // Somebody whose key the database cannot tell is told what strangers are.
    const isTold = await Promise.race([isOwner(running), late.promise]).catch(() => false);
    const state = await Promise.race([stateOf(running), late.promise]).catch(fault);
    return answer(state.isUp, isTold ? state.details : null);
  } catch (thrown) {
    const isTold = thrown instanceof ChatError && thrown.code === "unavailable";
    return answer(false, isTold ? { status: "unavailable", reason: thrown.message } : null);
  } finally {
    clearTimeout(timer);
  }
}

type State = { readonly isUp: boolean; readonly details: object };

async function stateOf({ ports }: Parley): Promise<State> {
  const { database, models, runner } = ports;
  const fault = database.fault();
  if (fault !== null) return down(fault);
  const { pending, newer } = await database.migrations();
  const isUp = pending.length === 0 && !runner.isDraining();
  const details = {
    status: isUp ? "ok" : runner.isDraining() ? "draining" : "migrations pending",
    database: { kind: database.kind, state: "ok" },
    // Newer ones mean that the schema is ahead of this version, which it takes.
    migrations: { pending, newer },
    model: { id: models.defaultModel, is_demo: models.isDemo },
    search: await searchState(ports),
    running_turns: runner.count(),
  };
  return { isUp, details };
}

/** How docs are found by their vectors, and why not by an index of them. */
async function searchState({ database, models }: Parley["ports"]) {
  const model = models.embedding?.model;
  if (model === undefined) return { vectors: "none", reason: "No embedding model is set up." };
  const reason = await vectorFault(database);
  if (reason !== null) return { vectors: "fingerprints", reason };
  return isIndexed(database, model)
    ? { vectors: "index" }
    : { vectors: "fingerprints", reason: "The index is being made." };
}

const fault = (thrown: unknown): State => down(thrown instanceof Error ? thrown.message : "unknown");

const down = (reason: string): State => ({ isUp: false, details: { status: "down", reason } });

const answer = (isUp: boolean, details: object | null): Response =>
  Response.json(details ?? { status: isUp ? "ok" : "unavailable" }, {
    status: isUp ? 200 : 503,
    headers: { "cache-control": "private, no-store" },
  });
