import { setTimeout as sleep } from "node:timers/promises";
import { exchange } from "./http.ts";
import { spoken } from "./model-request.ts";
import { historyOf, retrieved, type SeenTurn } from "./seen.ts";
import type { World } from "./world.ts";

/** A session as both dialects show it when nothing runs; null: it is not there. */
export type Final = {
  readonly id: string;
  readonly turns: readonly SeenTurn[];
  readonly history: string;
  readonly line: string;
};

const SETTLE_MS = 90_000;

/** Waits until no session has a running turn. Gives those that have one still. */
export async function settled({ instances, key, ledger }: World): Promise<string[]> {
  const deadline = Date.now() + SETTLE_MS;
  let left = [...ledger.sessions];
  while (left.length > 0) {
    const running: string[] = [];
    for (const id of left) {
      const got = await exchange({ method: "GET", key, url: `${instances.urlOf(0)}/api/v1/chat/${id}?details=1` });
      const isOver = got.status === 404 || (got.status === 200 && JSON.parse(got.body).running_run_id === null);
      if (!isOver) running.push(id);
    }
    left = running;
    if (Date.now() > deadline) break;
    if (left.length > 0) await sleep(500);
  }
  return left;
}

/** Reads all sessions by both dialects. */
export async function readAll({ instances, key, ledger }: World): Promise<ReadonlyMap<string, Final | null>> {
  const all = new Map<string, Final | null>();
  for (const id of ledger.sessions) {
    const get = (instance: number, path: string) =>
      exchange({ method: "GET", key, url: `${instances.urlOf(instance)}${path}` });
    const [retrieve, history] = await Promise.all([
      get(0, `/api/v1/chat/${id}?event_ids=1`),
      get(1, `/api/sessions/${id}/history`),
    ]);
    if (retrieve.status === 404 && history.status === 404) all.set(id, null);
    else if (retrieve.status === 200 && history.status === 200) {
      const { turns, messages } = retrieved(retrieve.body);
      all.set(id, { id, turns, line: spoken(messages), history: spoken(historyOf(history.body)) });
    } else {
      const what = `At the end, retrieve answered ${retrieve.status} and history ${history.status}`;
      ledger.faults.push({ what, sessionId: id });
    }
  }
  return all;
}
