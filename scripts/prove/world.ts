import { type Call, type Exchange, exchange } from "./http.ts";
import type { Instances } from "./instances.ts";
import { type Ledger, wasDown } from "./ledger.ts";

/** What all clients share. */
export type World = {
  readonly seed: number;
  readonly key: string;
  readonly agentId: string;
  readonly instances: Instances;
  readonly ledger: Ledger;
  /** Sessions that all clients use. Null: one is being made. */
  readonly shared: (string | null)[];
  /** When clients begin nothing any more. */
  readonly until: number;
};

/** Sends a request, and notes where an answer broke off although its server lived. */
export async function send(
  { key, ledger, instances }: World,
  instance: number,
  call: Pick<Call, "method" | "body" | "headers" | "leaveAfter"> & { readonly path: string },
): Promise<Exchange> {
  const got = await exchange({ ...call, key, url: `${instances.urlOf(instance)}${call.path}` });
  if (!got.isWhole && !got.hasLeft && !wasDown(ledger, instance, got.startedAt, got.endedAt)) {
    const after = `after ${got.endedAt - got.startedAt} ms`;
    const what = `${call.method} ${call.path} broke off ${after}, though instance ${instance} lived`;
    ledger.faults.push({ what, sessionId: sessionIn(call.path) });
  }
  return got;
}

const sessionIn = (path: string): string | null => /[0-9a-f]{8}-[0-9a-f-]{27}/u.exec(path)?.[0] ?? null;

/** Notes something that is wrong in itself. */
export const unexpected = ({ ledger }: World, sessionId: string | null, what: string) =>
  ledger.faults.push({ what, sessionId });
