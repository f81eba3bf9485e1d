import type { TurnLimit, TurnUsage } from "../domain/events.ts";
import type { NewMessage } from "../domain/message.ts";
import type { RunStatus } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { isLarge } from "./large-message.ts";
import { insertSession, type NewSession } from "./new-session.ts";
import { type EventBatch, packed } from "./run-events.ts";
import type { RunOutput } from "./runs.ts";
import { endRunRows, findEndedRun, holdRun, setPartsOfMessage, setSessionOfRun } from "./sql/commit.ts";
import { againOnDeadlock, againOnLoss, type Connection, inTransaction } from "./sql.ts";
import { together } from "./together.ts";

export type Commit = {
  readonly runId: string;
  readonly owner: string;
  readonly status: RunStatus;
  readonly finishReason: string | null;
  /** What ended a turn that would have gone on. */
  readonly limit: TurnLimit | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly usage: TurnUsage;
  readonly durationMs: number;
  readonly steps: number;
  /** Messages to keep, in order; empty keeps nothing. */
  readonly messages: readonly (NewMessage & {
    readonly tokenCount: number | null;
    readonly tokenizer: string | null;
  })[];
  /** A title for a session that has none. */
  readonly fallbackTitle: string | null;
  /** The events that have not been written, the last one included. */
  readonly events: EventBatch;
  /** The session that is made for the messages, where there are any. */
  readonly makes: { readonly accountId: string; readonly session: NewSession } | null;
  /** What repeats of the request are answered with; null: nothing is kept for them. */
  readonly output: RunOutput | null;
  /** Whether the request may be sent again under its key: nothing of it stays, and nothing was paid for. */
  readonly freesKey: boolean;
};

/**
 * Ends a run: status, messages with their positions, the session's last run and the rest of the events in one commit.
 *
 * Runs that end while another is being committed are committed together. Gives false, and writes nothing of the run,
 * when `owner` no longer holds it.
 */
export async function commitRun(database: Database, commit: Commit): Promise<boolean> {
  const { makes, messages } = commit;
  const work = () => {
    if (makes !== null && messages.length > 0) return commitWithSession(database, commit, makes);
    if (!messages.some(isLarge)) return commitTogether(database, commit);
    return inTransaction(database, (connection) => commitAlone(connection, commit));
  };
  const isMade = () => isEndedBy(database, commit);
  const isEnded = await againOnLoss(
    () => againOnDeadlock(work),
    async () => ((await isMade()) ? true : null),
  );
  // A commit that another try of it has made leaves nothing to this one.
  return isEnded || isMade();
}

/** Whether the run has ended by a commit of this owner: its name stays on the row. */
async function isEndedBy(database: Database, { runId, owner }: Commit): Promise<boolean> {
  const ended = await findEndedRun(database, { id: runId, owner });
  return ended.length > 0;
}

const commitTogether = together(async (database, commits: readonly Commit[]) => {
  const ended = await endRuns(database, commits);
  return commits.map(({ runId }) => ended.has(runId));
});

async function commitWithSession(
  database: Database,
  commit: Commit,
  { accountId, session }: NonNullable<Commit["makes"]>,
): Promise<boolean> {
  return inTransaction(database, async (connection) => {
    const held = await holdRun(connection, { id: commit.runId, owner: commit.owner });
    if (held.length === 0) return false;
    await insertSession(connection, accountId, session);
    await setSessionOfRun(connection, { id: commit.runId, sessionId: session.id, branchId: session.branchId });
    return commitAlone(connection, commit);
  });
}

/** Ends a run in a transaction, with the parts of its large messages behind it. */
async function commitAlone(connection: Connection, commit: Commit): Promise<boolean> {
  const { runId, messages } = commit;
  const ended = await endRuns(connection, [commit]);
  if (!ended.has(runId)) return false;
  for (const { id, parts } of messages.filter(isLarge)) await setPartsOfMessage(connection, { id, runId, parts });
  return true;
}

/**
 * Ends runs in one statement, and stores their messages, large ones without their parts. Gives the ids of those that
 * were still held by who ends them.
 */
async function endRuns(connection: Connection, commits: readonly Commit[]): Promise<ReadonlySet<string>> {
  const ended = await endRunRows(connection, { commits: commits.map(toInput) });
  return new Set(ended.map(({ id }) => id));
}

/** Which message refers to which file. */
const filesOf = (messages: Commit["messages"]) =>
  messages.flatMap(({ id, parts }) =>
    parts.flatMap((part) => (part.type === "file" ? [{ messageId: id, fileId: part.fileId }] : [])),
  );

const toInput = ({ runId, events, output, usage, durationMs, fallbackTitle, makes: _, ...commit }: Commit) => ({
  ...commit,
  id: runId,
  messages: commit.messages.map((message) => (isLarge(message) ? { ...message, parts: [] } : message)),
  usage,
  usageEstimated: usage.isEstimated,
  durationMs: Math.round(durationMs),
  title: fallbackTitle,
  seqFrom: events.seqFrom,
  seqTo: events.seqFrom + events.events.length - 1,
  events: packed(events.events),
  files: filesOf(commit.messages),
  output: output && { ...output, events: packed(output.events) },
});
