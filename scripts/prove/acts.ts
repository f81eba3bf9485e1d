import { setTimeout as sleep } from "node:timers/promises";
import type { Act } from "./ledger.ts";
import { historyOf, retrieved } from "./seen.ts";
import { send, unexpected, type World } from "./world.ts";

// What clients do besides asking.

/** Makes a session; null where that failed. */
export async function newSession(world: World, instance: number, isByJulep: boolean): Promise<string | null> {
  const call = isByJulep
    ? { path: "/api/sessions", body: { agent: world.agentId } }
    : { path: "/api/v1/chat", body: {} };
  const got = await send(world, instance, { method: "POST", ...call });
  if (!got.isWhole || got.status >= 300) {
    if (got.isWhole) unexpected(world, null, `A session was not made: ${got.status} ${got.body}`);
    await sleep(200);
    return null;
  }
  const { id, session_id } = JSON.parse(got.body);
  const made: string = id ?? session_id;
  world.ledger.sessions.add(made);
  return made;
}

/** Reads a session, through LlamaCloud or through Julep. */
export async function read(world: World, sessionId: string, instance: number, isJulep: boolean): Promise<void> {
  const path = isJulep ? `/api/sessions/${sessionId}/history` : `/api/v1/chat/${sessionId}?event_ids=1`;
  const got = await send(world, instance, { method: "GET", path });
  if (!got.isWhole) return;
  if (got.status !== 200 && got.status !== 404) {
    unexpected(world, sessionId, `A read of instance ${instance} got ${got.status} ${got.body}`);
    return;
  }
  const { startedAt, endedAt } = got;
  const seen = { sessionId, instance, startedAt, endedAt };
  if (isJulep) {
    const messages = got.status === 404 ? null : historyOf(got.body);
    world.ledger.reads.push({ ...seen, kind: "history", messages, stops: [] });
    return;
  }
  const all = got.status === 404 ? null : retrieved(got.body);
  const stops = all?.turns.flatMap(({ stop }) => stop ?? []) ?? [];
  world.ledger.reads.push({ ...seen, kind: "retrieve", messages: all?.messages ?? null, stops });
}

/** Stops or deletes. */
export async function tell(world: World, what: "stop" | "delete", sessionId: string, instance: number): Promise<void> {
  const { ledger } = world;
  const acts = what === "stop" ? ledger.stops : ledger.deletes;
  const sentAt = Date.now();
  // It counts from the moment it is sent, whatever comes of it.
  const at = acts.push({ sessionId, sentAt, endedAt: Number.POSITIVE_INFINITY, isDone: false }) - 1;
  ledger.notes.push({ at: sentAt, sessionId, text: `${what} to instance ${instance}` });
  const path = `/api/v1/chat/${sessionId}`;
  const got = await send(
    world,
    instance,
    what === "stop" ? { method: "POST", path: `${path}/stop`, body: {} } : { method: "DELETE", path },
  );
  const isDone = got.isWhole && got.status < 300;
  const done: Act = { sessionId, sentAt, endedAt: got.isWhole ? Date.now() : Number.POSITIVE_INFINITY, isDone };
  acts[at] = done;
  ledger.notes.push({ at: Date.now(), sessionId, text: `${what} answered ${got.status} ${got.body}` });
  if (got.isWhole && got.status >= 300 && got.status !== 404) {
    unexpected(world, sessionId, `${what} of instance ${instance} got ${got.status} ${got.body}`);
  }
}
