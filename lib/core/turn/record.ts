import { type Commit, commitRun } from "../../db/commit.ts";
import { existingRuns, giveLeaseBack } from "../../db/leases.ts";
import type { NewSession } from "../../db/new-session.ts";
import { appendEvents } from "../../db/run-events.ts";
import { isRefused } from "../../db/sql.ts";
import { toChatError } from "../../domain/errors.ts";
import { isLast, type LastEvent, type TurnEvent } from "../../domain/events.ts";
import { isText } from "../../domain/file.ts";
import { fold } from "../../domain/fold.ts";
import type { NewMessage } from "../../domain/message.ts";
import type { RunStatus } from "../../domain/run.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import { type Tokenizer, tokenizerOf } from "../render/tokenizer.ts";
import { partTokens } from "../render/tokens.ts";
import type { Ports } from "../scope.ts";
import { SESSION_GONE } from "./failure.ts";
import type { LiveRun } from "./live-run.ts";

const TRIES = 4;

export type Recording = {
  /** What of it stays. */
  readonly policy: Pick<TurnPolicy, "keep" | "onlyWhole" | "keepsOutput">;
  /** The session that is made for what stays; null: the turn has one, or nothing stays. */
  readonly makes: NewSession | null;
  readonly input: readonly NewMessage[];
  readonly fallbackTitle: string | null;
  /** The model whose tokens are counted. */
  readonly model: string;
  readonly onCommitted?: () => void;
  /** Called once when the turn has ended here, however it did; `isLeft`: another process may go on with it. */
  readonly onEnded?: (last: LastEvent | null, isLeft: boolean) => void;
};

/**
 * Pulls a turn to its end: passes its events to the followers, and commits its messages before they hear the last.
 *
 * Never throws. A run that another process holds meanwhile, or that is handed over, is left without a commit. A bug is
 * logged, and ends the turn as "internal" where it can.
 */
export async function record(
  ports: Ports,
  live: LiveRun,
  turn: AsyncIterable<readonly TurnEvent[]>,
  recording: Recording,
): Promise<void> {
  const bug = (thrown: unknown) => ports.log.error({ err: thrown, runId: live.id }, "The record of a turn met a bug");
  try {
    await recordAll(ports, live, withEnd(turn, bug), recording);
  } catch (thrown) {
    bug(thrown);
    if (live.state !== "running") return;
    await ports.runner.remove(live).catch(bug);
    live.finish("left");
  } finally {
    recording.onEnded?.(live.events.findLast(isLast) ?? null, live.state === "left");
  }
}

/** A turn that, where it throws, ends in an error instead. */
async function* withEnd(
  turn: AsyncIterable<readonly TurnEvent[]>,
  bug: (thrown: unknown) => void,
): AsyncGenerator<readonly TurnEvent[], void> {
  try {
    yield* turn;
  } catch (thrown) {
    bug(thrown);
    yield [endOfFault(null)];
  }
}

async function recordAll(
  { database, runner, log }: Ports,
  live: LiveRun,
  turn: AsyncIterable<readonly TurnEvent[]>,
  recording: Recording,
): Promise<void> {
  const folded = fold();
  for (const event of live.events) folded.add(event);
  for await (const batch of turn) {
    for (const event of batch) folded.add(event);
    const last = batch.at(-1);
    if (!last || !isLast(last)) {
      live.append(batch);
      continue;
    }
    if (live.abortCause === "lost" || live.abortCause === "hand-over") break;
    live.append(batch.slice(0, -1));
    const ended = live.abortCause === "deleted" ? deleted(last) : last;
    const tokenizer = await tokenizerOf(recording.model);
    const messages = kept(live, ended, recording, folded.messages());
    const unwritten = await runner.remove(live);
    const { seqFrom } = unwritten;
    const commitOf = (end: LastEvent, stays: readonly NewMessage[], events: readonly TurnEvent[]): Commit => ({
      ...toCommit(runner.owner, live, end, stays, recording, tokenizer),
      events: { runId: live.id, seqFrom, events: [...events, end] },
    });
    const first = await committed(commitOf(ended, messages, unwritten.events));
    const end = first === "refused" ? endOfFault(ended.model) : ended;
    // What cannot be stored must not hold its session for ever: the turn ends without it.
    const outcome = first === "refused" ? await committed({ ...commitOf(end, [], []), output: null }) : first;
    if (outcome === "left" || outcome === "refused") return live.finish("left");
    live.append([outcome === "gone" ? deleted(last) : end]);
    live.finish("ended");
    if (outcome === "yes") recording.onCommitted?.();
    return;
  }
  await leave();
  live.finish("left");

  /** Writes what the next owner is to go on from, as far as this process still holds the run. */
  async function leave(): Promise<void> {
    const { seqFrom, events } = await runner.remove(live);
    if (live.stores && events.length > 0) {
      await appendEvents(database, runner.owner, [{ runId: live.id, seqFrom, events }]).catch((thrown) => {
        log.error({ err: thrown, runId: live.id }, "The last events of a turn could not be written");
      });
    }
    // A process that goes gives all its leases back in one statement.
    if (live.abortCause !== "hand-over" || runner.isDraining()) return;
    await giveLeaseBack(database, runner.owner, live.id).catch((thrown) => {
      log.warn({ err: thrown, runId: live.id }, "The lease of a turn runs out by itself");
    });
  }

  async function committed(commit: Commit): Promise<"yes" | "gone" | "left" | "refused"> {
    for (let n = 1; ; n++) {
      try {
        if (await commitRun(database, commit)) return "yes";
        // Its session was deleted, here or by another instance; else somebody else holds it.
        const isThere = (await existingRuns(database, [live.id])).has(live.id);
        return isThere ? "left" : "gone";
      } catch (thrown) {
        log.error({ err: thrown, runId: live.id }, "A turn could not be committed");
        if (isRefused(thrown)) return "refused";
        // Its lease runs out, and whoever takes it over finds the events that were written.
        if (n === TRIES) return "left";
        await new Promise((resolve) => setTimeout(resolve, 100 * 4 ** n));
      }
    }
  }
}

/** The messages that stay of a turn: the input, and what it produced, as its options and its end say. */
function kept(
  live: LiveRun,
  last: LastEvent,
  recording: Recording,
  produced: ReturnType<ReturnType<typeof fold>["messages"]>,
): NewMessage[] {
  if (!live.stores) return [];
  const answers = produced.map((message, n): NewMessage => {
    const isFinal = produced.slice(n + 1).every((later) => later.role !== "assistant");
    // Calls that the server ran have their results behind them.
    const isAnswered = produced[n + 1]?.role === "tool";
    return {
      id: message.id,
      role: message.role,
      name: null,
      source: source(message.role, isFinal || !isAnswered),
      parts: [...message.parts],
      model: message.model,
      createdAt: new Date(message.at),
    };
  });
  const all = [...recording.input, ...answers];
  if (recording.policy.onlyWhole) return isWhole(last) ? all : [];
  if (last.type === "turn-end" || live.abortCause === "stop") return all;
  const isSeen = answers.length > 0;
  switch (recording.policy.keep) {
    case "all":
      return all;
    case "streamed":
      return isSeen ? all : [];
    case "nothing":
      return [];
  }
}

const isWhole = (last: LastEvent): boolean =>
  last.type === "turn-end" && (last.finishReason === "stop" || last.finishReason === "length");

/**
 * A step on the way whose calls the server ran is a request of tools; any other is an answer, also one that broke off.
 */
function source(role: "assistant" | "tool", isAnswer: boolean): NewMessage["source"] {
  if (role === "tool") return "tool_response";
  return isAnswer ? "api_response" : "tool_request";
}

function toCommit(
  owner: string,
  live: LiveRun,
  last: LastEvent,
  messages: readonly NewMessage[],
  recording: Recording,
  tokenizer: Tokenizer,
): Omit<Commit, "events"> {
  return {
    runId: live.id,
    owner,
    status: status(last),
    finishReason: last.type === "turn-end" ? last.finishReason : null,
    limit: (last.type === "turn-end" ? last.limit : null) ?? null,
    error: last.type === "turn-error" ? { code: last.code, message: last.message } : null,
    usage: last.usage,
    durationMs: last.durationMs,
    steps: last.steps,
    messages: messages.map((message) => {
      const tokenCount = tokenizer.count(countedText(message.parts)) + fileTokens(message.parts);
      return { ...message, tokenCount, tokenizer: tokenizer.name };
    }),
    fallbackTitle: recording.fallbackTitle,
    makes: recording.makes && { accountId: live.accountId, session: recording.makes },
    output: recording.policy.keepsOutput ? { events: [...live.events, last], docs: live.docs } : null,
    freesKey: messages.length === 0 && !live.events.some((event) => event.type === "step-start"),
  };
}

/** What of a message costs tokens: its texts, and calls and results as the model sees them. */
const countedText = (parts: NewMessage["parts"]): string =>
  parts
    .flatMap((part) => {
      if (part.type === "text") return [part.text];
      if (part.type === "tool-call") return [`${part.name} ${JSON.stringify(part.input ?? {})}`];
      if (part.type === "tool-result")
        return [typeof part.output === "string" ? part.output : JSON.stringify(part.output)];
      return [];
    })
    .join("\n");

/** About how many tokens the texts of files come to. */
const fileTokens = (parts: NewMessage["parts"]): number =>
  parts.reduce((sum, part) => sum + (part.type === "file" && isText(part.mediaType) ? partTokens(part) : 0), 0);

const status = (last: LastEvent): RunStatus => (last.type === "turn-end" ? "completed" : last.status);

/** The end of a turn by a fault of ours, of which nothing else is known. */
function endOfFault(model: string | null): LastEvent {
  const { code, message } = toChatError(new Error());
  const usage = { inputTokens: null, outputTokens: null, isEstimated: true };
  return { type: "turn-error", status: "failed", code, message, usage, durationMs: 0, steps: 0, model };
}

const deleted = (last: LastEvent): LastEvent => ({
  type: "turn-error",
  ...SESSION_GONE,
  usage: last.usage,
  durationMs: last.durationMs,
  steps: last.steps,
  model: last.model,
});
