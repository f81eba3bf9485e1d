import { createHash } from "node:crypto";
import { findOutput, findRunByKey } from "../../db/runs.ts";
import { ChatError } from "../../domain/errors.ts";
import type { Scope } from "../scope.ts";
import type { TakenTurn } from "./taken-turn.ts";
import type { TurnCall } from "./turn-call.ts";

/**
 * The key under which the run of a request is kept, or null where nobody has named the request. It is a SHA-256 in hex: a
 * caller's name may say something, and outlives what the request was about.
 *
 * Each caller has keys of its own: what two strangers of a public bot, or two API keys of an account, name alike are two
 * requests.
 */
export function storedKey({ stranger = null, keyId = null }: Scope, { requestKey }: TurnCall): string | null {
  if (requestKey === undefined) return null;
  const caller = stranger !== null ? `stranger ${stranger}` : keyId === null ? "browser" : `key ${keyId}`;
  return createHash("sha256").update(`${caller} ${requestKey}`).digest("hex");
}

/** What a request is about, without the ids and times that we deal; null where nobody asks. */
export function requestHash(call: TurnCall): string | null {
  if (call.requestKey === undefined) return null;
  const content = call.input.map(({ role, name, parts }) => ({ role, name, parts }));
  const { sessionId, policy, parentId = null, agentId = null, settings, tools, toolChoice, metadata = null } = call;
  const about = [sessionId, policy.stores, parentId, agentId, settings, content, tools, toolChoice, metadata];
  return createHash("sha256").update(JSON.stringify(about)).digest("hex");
}

/** The turn of an earlier request under the same key, or null. Throws "conflict" where that was about something else. */
export async function findRepeated(scope: Scope, call: TurnCall): Promise<TakenTurn | null> {
  const { database, accountId, runner } = scope;
  const key = storedKey(scope, call);
  const known = key === null ? null : await findRunByKey(database, accountId, call.dialect, key);
  if (known === null) return null;
  if (known.requestHash !== requestHash(call)) {
    const field = call.requestKeyField ?? "request key";
    throw new ChatError("conflict", `This ${field} was used for a different request`, { field });
  }
  const live = runner.find(known.id) ?? null;
  const docs = live?.docs ?? (await findOutput(database, accountId, known.id))?.docs ?? [];
  const sessionId = known.sessionId ?? live?.sessionId ?? null;
  return { runId: known.id, sessionId, prepared: null, docs, jobIds: [], live };
}

/** As `findRepeated`, where the database has said that the key is taken. */
export async function getRepeated(scope: Scope, call: TurnCall): Promise<TakenTurn> {
  const repeated = await findRepeated(scope, call);
  if (repeated) return repeated;
  // Its run freed the key just now, since nothing came of it.
  throw new ChatError("busy", "The first request under this key has just failed. Send it again.");
}
