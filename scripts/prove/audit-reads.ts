import type { Final } from "./finals.ts";
import type { Fault, Ledger, Read, SeenMessage } from "./ledger.ts";

// What reads showed: what one has shown, no later one may miss.

/** A message that a read has shown for good. */
type Shown = { readonly message: SeenMessage; readonly by: Read };

/** The seconds of a run in which a read came. */
const timeOf = ({ startedAt }: Ledger, read: Read): string =>
  `from ${((read.startedAt - startedAt) / 1000).toFixed(3)} to ${((read.endedAt - startedAt) / 1000).toFixed(3)} s`;

/** Everything that is wrong in what reads showed while turns ran. */
export function auditReads(ledger: Ledger, finals: ReadonlyMap<string, Final | null>): Fault[] {
  const faults: Fault[] = [];
  for (const [sessionId, all] of Map.groupBy(ledger.reads, (read) => read.sessionId)) {
    const fault = (what: string) => faults.push({ what, sessionId });
    const isDeleted = ledger.deletes.some((act) => act.sessionId === sessionId);
    if (!isDeleted && all.some(({ messages }) => messages === null)) fault("A read did not find the session");
    for (const kind of ["retrieve", "history"] as const) {
      const reads = all.filter((read) => read.kind === kind && read.messages !== null);
      for (const what of missed(ledger, reads)) fault(what);
    }
    for (const what of unacknowledged(ledger, sessionId, all)) fault(what);
    for (const what of shownAsFailed(ledger, all, finals.get(sessionId) ?? null)) fault(what);
  }
  return faults;
}

/** Whether a message may not go any more: of a running turn only what is kept whatever comes of it. */
const isSure = (ledger: Ledger, { isCommitted, role, tag }: SeenMessage): boolean =>
  isCommitted || (role === "user" && tag !== null && ledger.ways.get(tag) === "llamacloud");

function* missed(ledger: Ledger, reads: readonly Read[]): Generator<string> {
  const shown = new Map<string, Shown>();
  const deletes = ledger.deletes.filter(({ sessionId }) => sessionId === reads[0]?.sessionId);
  for (const by of reads.toSorted((a, b) => a.endedAt - b.endedAt)) {
    for (const message of by.messages ?? []) {
      if (isSure(ledger, message) && !shown.has(message.id)) shown.set(message.id, { message, by });
    }
  }
  for (const read of reads) {
    const byId = new Map((read.messages ?? []).map((message) => [message.id, message]));
    for (const { message, by } of shown.values()) {
      if (by.endedAt >= read.startedAt) continue;
      const now = byId.get(message.id);
      const beside = deletes.some(({ sentAt }) => sentAt <= read.endedAt) ? ", beside a deletion" : "";
      const later = `${read.startedAt - by.endedAt} ms later, ${timeOf(ledger, read)}${beside}`;
      const who = `${by.kind} of instance ${by.instance}, then ${read.instance} ${later}`;
      if (!now) yield `A message that a read showed is missing (${who}): ${message.role} ${message.text.slice(0, 60)}`;
      else if (message.isCommitted && now.text !== message.text)
        yield `A message has changed (${who}): ${message.text}`;
      else if (message.isCommitted && !now.isCommitted) yield `A turn that had ended runs (${who}): ${message.text}`;
    }
  }
}

/** Reads that began after an acknowledgement and do not show what it was about. */
function* unacknowledged(ledger: Ledger, sessionId: string, reads: readonly Read[]): Generator<string> {
  const told = ledger.questions.filter(
    ({ ending, sessionId: place }) =>
      place === sessionId && (ending.kind === "acknowledged" || ending.kind === "ended"),
  );
  for (const read of reads) {
    if (read.messages === null) continue;
    const tags = new Set(read.messages.map(({ tag }) => tag));
    for (const { tag, way, endedAt } of told) {
      if (endedAt >= read.startedAt || tags.has(tag)) continue;
      const late = `${read.startedAt - endedAt} ms later, ${timeOf(ledger, read)}`;
      yield `${tag} (${way}) was acknowledged, and ${read.kind} of instance ${read.instance} does not show it ${late}`;
    }
  }
}

/** Good turns that a read showed as failed. */
function* shownAsFailed(ledger: Ledger, reads: readonly Read[], final: Final | null): Generator<string> {
  const good = new Set((final?.turns ?? []).flatMap(({ runId, stop }) => (stop?.error === null ? [runId] : [])));
  for (const read of reads) {
    for (const { runId, tag, error } of read.stops) {
      if (error === "running" || (error !== null && good.has(runId))) {
        yield `A read of instance ${read.instance} (${timeOf(ledger, read)}) showed ${tag} as failed: ${error}`;
      }
    }
  }
}
