import { createHash } from "node:crypto";
import { planFork } from "../../db/messages.ts";
import { claimRun, findRunByKey, insertUnstoredRun } from "../../db/runs.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import { messageText, type NewMessage } from "../../domain/message.ts";
import type { Dialect, Keep, OnHangUp } from "../../domain/run.ts";
import type { Session } from "../../domain/session.ts";
import { storableJson } from "../../domain/text.ts";
import type { Scope } from "../scope.ts";
import { fallbackTitle, improveTitle } from "../titles.ts";
import { type LiveRun, liveRun } from "./live-run.ts";
import { type PreparedTurn, prepareTurn, type TurnRequest } from "./prepare.ts";
import { type Recording, record } from "./record.ts";
import { runTurn } from "./run-turn.ts";

const QUEUE_MS = 60_000;
const QUEUE_POLL_MS = 100;
// The deadline and a caller who leaves are looked at this often.
const LIVE_POLL_MS = 1000;
const CHANGED_TRIES = 8;
/** A turn whose reader can wait calls tools no longer than this. */
export const LONGEST_TURN_MS = 10 * 60_000;

export type TurnOptions = TurnRequest & {
  readonly dialect: Dialect;
  /** Whether it writes messages; such a turn claims the session. */
  readonly stores: boolean;
  readonly keep: Keep;
  readonly onHangUp: OnHangUp;
  readonly busy: "refuse" | "queue";
  readonly maxSteps: number;
  readonly atLimit: "answer" | "return-calls";
  /** Milliseconds after which no further model call begins. */
  readonly maxMs: number;
  /** Indexes to bind the session to with this turn; null leaves its own. */
  readonly bindIndexIds: readonly string[] | null;
  /** Throws to refuse the turn before anything is written. */
  readonly check?: (prepared: PreparedTurn) => void;
  /** Names the request: a second one under the same key gets the same run. */
  readonly requestKey?: string;
  /** Ends the wait in line. */
  readonly signal?: AbortSignal;
};

export type TakenTurn = {
  readonly runId: string;
  readonly prepared: PreparedTurn | null;
  /** The run in this process; null for a repeat of a request whose run is elsewhere or over. */
  readonly live: LiveRun | null;
};

/**
 * Enters a turn and starts it. It runs on by itself: `follow` gives its events.
 *
 * Everything that can be refused is refused before anything is written: see `prepareTurn`, and "busy" for a session
 * with a running turn, "conflict" for a request key that was used for something else, "draining" while the server goes.
 */
export async function takeTurn(scope: Scope, options: TurnOptions): Promise<TakenTurn> {
  if (scope.runner.isDraining())
    throw new ChatError("draining", "The server restarts. Try again in a few seconds.", { retryAfterSeconds: 2 });
  const request = { ...options, input: storableJson(options.input) };
  return options.stores ? takeStored(scope, request) : takeUnstored(scope, request);
}

async function takeUnstored(scope: Scope, options: TurnOptions): Promise<TakenTurn> {
  const prepared = await prepareTurn(scope, options);
  options.check?.(prepared);
  const runId = newId();
  const { dialect, onHangUp } = options;
  await insertUnstoredRun(scope.database, {
    runId,
    accountId: scope.accountId,
    owner: scope.runner.owner,
    dialect,
    agentId: prepared.agent.id,
    onHangUp,
    sessionId: prepared.session.id,
    settings: prepared.settings,
  });
  return { runId, prepared, live: start(scope, runId, options, prepared) };
}

async function takeStored(scope: Scope, options: TurnOptions): Promise<TakenTurn> {
  const { runner } = scope;
  if (options.busy === "refuse") {
    if (runner.isAwaited(options.sessionId) && !(await isRepeat(scope, options))) throw busy();
    return claimTurn(scope, options, 0);
  }
  const deadline = Date.now() + QUEUE_MS;
  const timeout = AbortSignal.timeout(QUEUE_MS);
  const either = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const leave = await runner.lineUp(options.sessionId, either).catch((thrown) => {
    throw timeout.aborted ? queueOver() : thrown;
  });
  try {
    return await claimTurn(scope, options, deadline);
  } finally {
    leave();
  }
}

/** Claims the session, as soon as no other turn runs in it; later than `deadline` it gives up. */
async function claimTurn(scope: Scope, options: TurnOptions, deadline: number): Promise<TakenTurn> {
  const requestHash = options.requestKey === undefined ? null : hash(options);
  let request: TurnOptions = options;
  for (let changed = 0; ; ) {
    const prepared = await prepareTurn(scope, request);
    request = { ...options, session: undefined };
    options.check?.(prepared);
    const runId = newId();
    const claimed = await claimRun(scope.database, {
      runId,
      accountId: scope.accountId,
      owner: scope.runner.owner,
      dialect: options.dialect,
      agentId: prepared.agent.id,
      keep: options.keep,
      onHangUp: options.onHangUp,
      input: prepared.input,
      context: prepared.description.recipe,
      settings: prepared.settings,
      requestKey: options.requestKey ?? null,
      requestHash,
      session: { id: prepared.session.id, ...prepared.tip },
      fork: await fork(scope, prepared),
      bindIndexIds: options.bindIndexIds,
      // A turn whose question stays whatever happens names its session at once.
      title: options.keep === "all" ? questionTitle(prepared.input) : null,
    });
    switch (claimed) {
      case "claimed":
        return { runId, prepared, live: start(scope, runId, options, prepared) };
      case "repeated":
        return repeated(scope, options, requestHash);
      case "changed":
        if (++changed > CHANGED_TRIES) throw busy();
        break;
      case "busy":
        if (await isRepeat(scope, options)) return repeated(scope, options, requestHash);
        if (options.busy === "refuse") throw busy();
        if (Date.now() > deadline) throw queueOver();
        await endOf(scope, prepared.session.runningRunId);
        if (options.signal?.aborted) throw new ChatError("cancelled", "The caller left the line");
        break;
      default:
        claimed satisfies never;
    }
  }
}

/** Waits for the end of a turn of this process, or a moment for one of another. */
async function endOf(scope: Scope, runId: string | null): Promise<void> {
  const live = runId === null ? undefined : scope.runner.find(runId);
  const wait = new Promise<void>((resolve) => setTimeout(resolve, live ? LIVE_POLL_MS : QUEUE_POLL_MS));
  await (live ? Promise.race([live.ended, wait]) : wait);
}

const busy = () => new ChatError("busy", "Session already has a running turn", { noun: "session" });
const queueOver = () =>
  new ChatError("rate-limited", "Other turns of this session took longer than a minute", { retryAfterSeconds: 5 });

async function fork(scope: Scope, { session, forkPosition }: PreparedTurn) {
  if (forkPosition === null) return null;
  const plan = await planFork(scope.database, scope.accountId, session.id, newId(), forkPosition);
  if (!plan) throw notFound("session", session.id);
  return plan;
}

/** What a request is about, without the ids and times that we deal. */
function hash(options: TurnOptions): string {
  const content = options.input.map(({ role, name, parts }) => ({ role, name, parts }));
  const about = [options.sessionId, options.parentId ?? null, options.agentId ?? null, options.settings, content];
  return createHash("sha256").update(JSON.stringify(about)).digest("hex");
}

/** Whether the turn that keeps the session busy is this request's own. */
const isRepeat = async (scope: Scope, { dialect, requestKey }: TurnOptions): Promise<boolean> =>
  requestKey !== undefined && (await findRunByKey(scope.database, scope.accountId, dialect, requestKey)) !== null;

async function repeated(scope: Scope, options: TurnOptions, requestHash: string | null): Promise<TakenTurn> {
  const known = await findRunByKey(scope.database, scope.accountId, options.dialect, options.requestKey ?? "");
  if (!known || known.requestHash !== requestHash) {
    throw new ChatError("conflict", "This request id was used for a different request", { field: "message_id" });
  }
  return { runId: known.id, prepared: null, live: scope.runner.find(known.id) ?? null };
}

function start(scope: Scope, runId: string, options: TurnOptions, prepared: PreparedTurn): LiveRun {
  const { session, settings, tools, description, input } = prepared;
  const { stores, onHangUp } = options;
  const live = liveRun({ id: runId, accountId: scope.accountId, sessionId: session.id, stores, onHangUp }, []);
  scope.runner.add(live);
  const turn = runTurn({
    runId,
    prompt: description.messages,
    request: { model: settings.model, settings, apiKey: scope.providerKey },
    tools,
    toolChoice: options.toolChoice,
    maxSteps: options.maxSteps,
    atLimit: options.atLimit,
    maxMs: options.maxMs,
    callModel: scope.models.call,
    signal: live.signal,
    newId,
    now: Date.now,
    log: scope.log,
    resume: null,
  });
  void record(scope, live, turn, recording(scope, session, { ...options, input, model: settings.model }));
  return live;
}

/**
 * How a turn is recorded, at its first start and after a take-over alike.
 *
 * `session` is the session as it was before the turn; null where the turn has none, or it is gone.
 */
export function recording(
  scope: Scope,
  session: Session | null,
  { keep, input, stores, model }: Pick<TurnOptions, "keep" | "input" | "stores"> & { readonly model: string },
): Recording {
  const question = questionOf(input);
  return {
    keep,
    input,
    fallbackTitle: questionTitle(input),
    ranTools: true,
    model,
    onCommitted: () => {
      // A key that came with the request is for its turn alone.
      if (!stores || session === null || scope.providerKey !== undefined) return;
      const isFirst = session.titleSource === "none";
      void improveTitle(scope, session, isFirst ? question : null);
    },
  };
}

function questionOf(input: readonly NewMessage[]): string | null {
  const asked = input.find((message) => message.role === "user");
  return asked ? messageText(asked.parts) : null;
}

function questionTitle(input: readonly NewMessage[]): string | null {
  const question = questionOf(input);
  return question === null ? null : fallbackTitle(question);
}
