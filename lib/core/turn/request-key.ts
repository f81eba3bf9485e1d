import { createHash } from "node:crypto";
import { findOutput, findRunByKey } from "../../db/runs.ts";
import { ChatError } from "../../domain/errors.ts";
import type { Part } from "../../domain/message.ts";
import type { Scope } from "../scope.ts";
import type { TakenTurn } from "./taken-turn.ts";
import type { TurnCall } from "./turn-call.ts";

/** What names a request, and what it is about: both SHA-256 in hex. */
export type NamedRequest = {
  /**
   * Under it the run is kept. A hash, since a caller's name may say something, and outlives what the request was about.
   */
  readonly key: string;
  /** Without the ids and times that we deal. */
  readonly hash: string;
};

/** A call with its name; null: nobody has named it, and no repeat of it is known. */
export type NamedCall = TurnCall & { readonly named: NamedRequest | null };

/**
 * A call with its name, made once as it takes reading all of the call.
 *
 * Each caller has names of its own: what two strangers of a public bot, or two API keys of an account, name alike are
 * two requests.
 */
export function withName({ stranger = null, keyId = null }: Scope, call: TurnCall): NamedCall {
  if (call.requestKey === undefined) return { ...call, named: null };
  const caller = stranger !== null ? `stranger ${stranger}` : keyId === null ? "browser" : `key ${keyId}`;
  const content = call.input.map(({ role, name, parts }) => ({ role, name, parts: parts.map(asSent) }));
  const {
    sessionId,
    policy,
    parentId = null,
    insteadOf,
    agentId = null,
    settings,
    tools,
    toolChoice,
    metadata = null,
    askedIndexIds: indexIds = call.indexIds ?? [],
  } = call;
  const place = [
    ...(insteadOf === undefined ? [] : [insteadOf]),
    ...(indexIds.length === 0 ? [] : [indexIds.toSorted()]),
  ];
  const about = [sessionId, policy.stores, parentId, agentId, settings, content, tools, toolChoice, metadata, ...place];
  return { ...call, named: { key: sha256(`${caller} ${call.requestKey}`), hash: sha256(JSON.stringify(about)) } };
}

/** A file by its id alone: who sends it again may have named it otherwise. */
const asSent = (part: Part) => (part.type === "file" ? { type: part.type, fileId: part.fileId } : part);

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * The turn of an earlier request under the same key, or null. Throws "conflict" where that was about something else.
 */
export async function findRepeated(scope: Scope, call: NamedCall): Promise<TakenTurn | null> {
  const { database, accountId, runner } = scope;
  const { named } = call;
  const known = named === null ? null : await findRunByKey(database, accountId, call.dialect, named.key);
  if (known === null) return null;
  if (known.requestHash !== named?.hash) {
    const field = call.requestKeyField ?? "request key";
    throw new ChatError("conflict", `This ${field} was used for a different request`, { field });
  }
  const live = runner.find(known.id) ?? null;
  const docs = live?.docs ?? (await findOutput(database, accountId, known.id))?.docs ?? [];
  const sessionId = known.sessionId ?? live?.sessionId ?? null;
  return { runId: known.id, sessionId, prepared: null, docs, jobIds: [], live };
}

/** As `findRepeated`, where the database has said that the key is taken. */
export async function getRepeated(scope: Scope, call: NamedCall): Promise<TakenTurn> {
  const repeated = await findRepeated(scope, call);
  if (repeated) return repeated;
  // Its run freed the key just now, since nothing came of it.
  throw new ChatError("busy", "The first request under this key has just failed. Send it again.");
}
