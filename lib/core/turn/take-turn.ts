import { createHash } from "node:crypto";
import { type Claim, claimRun, insertRun } from "../../db/claims.ts";
import { planFork } from "../../db/messages.ts";
import type { NewSession } from "../../db/new-session.ts";
import { findOutput, findRunByKey } from "../../db/runs.ts";
import { addParticipants, keepOneAgent } from "../../db/sessions.ts";
import type { DocHit } from "../../domain/doc.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import type { LastEvent, TurnUsage } from "../../domain/events.ts";
import { newId } from "../../domain/ids.ts";
import { messageText, type NewMessage } from "../../domain/message.ts";
import type { Dialect, Keep, OnHangUp } from "../../domain/run.ts";
import type { Session } from "../../domain/session.ts";
import { storableJson } from "../../domain/text.ts";
import type { Admission, Scope } from "../scope.ts";
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
/** Tokens that an answer is reserved where nobody says how long it may be. */
const ANSWER_TOKENS = 1024;
/** A turn whose reader can wait calls tools no longer than this. */
export const LONGEST_TURN_MS = 10 * 60_000;

export type TurnOptions = TurnRequest & {
  readonly dialect: Dialect;
  /** Whether it writes messages; such a turn claims its session. */
  readonly stores: boolean;
  readonly keep: Keep;
  /** Whether an answer stays only where the model itself has ended it. */
  readonly onlyWhole?: boolean;
  /** The session that is made for what stays; `sessionId` is then null. */
  readonly makes?: NewSession;
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
  /** Whether repeats are to be answered for a day; else as long as the events of the run are kept. */
  readonly keepsOutput?: boolean;
  /** Whom the caller asks for; told to the provider, and kept as a hash. */
  readonly endUser?: string;
  /** Ends the wait in line. */
  readonly signal?: AbortSignal;
};

export type TakenTurn = {
  readonly runId: string;
  /** The session it is in or makes; null where it has none, and of a repeat whose run has not made it yet. */
  readonly sessionId: string | null;
  readonly prepared: PreparedTurn | null;
  /** What was recalled for it, best first. */
  readonly docs: readonly DocHit[];
  /** The run in this process; null for a repeat of a request whose run is elsewhere or over. */
  readonly live: LiveRun | null;
};

/**
 * Enters a turn and starts it. It runs on by itself: `follow` gives its events.
 *
 * Everything that can be refused is refused before anything is written: see `prepareTurn`, and "busy" for a session
 * with a running turn, "conflict" for a request key that was used for something else, "rate-limited" for a caller at its
 * limit, "draining" while the server goes.
 */
export async function takeTurn(scope: Scope, options: TurnOptions): Promise<TakenTurn> {
  if (scope.runner.isDraining())
    throw new ChatError("draining", "The server restarts. Try again in a few seconds.", { retryAfterSeconds: 2 });
  const request = { ...options, input: storableJson(options.input) };
  const { sessionId, requestKey } = request;
  const take = () =>
    request.stores && sessionId !== null ? takeStored(scope, { ...request, sessionId }) : takeDetached(scope, request);
  if (requestKey === undefined) return take();
  // Repeats that come at once wait for the first, and find its run.
  return scope.runner.alone(`${scope.accountId} ${request.dialect} ${requestKey}`, async () => {
    try {
      return await take();
    } catch (thrown) {
      const isLimited = thrown instanceof ChatError && thrown.code === "rate-limited";
      if (isLimited && (await isRepeat(scope, request))) return repeated(scope, request);
      throw thrown;
    }
  });
}

/** Asks the limits for a turn that is prepared. */
const admit = (
  scope: Scope,
  { endUser }: TurnOptions,
  { description, settings }: PreparedTurn,
): Promise<Admission> | null =>
  scope.limits?.admit({ tokens: description.size + (settings.maxTokens ?? ANSWER_TOKENS), endUser }) ?? null;

async function takeDetached(scope: Scope, options: TurnOptions): Promise<TakenTurn> {
  const prepared = await prepareTurn(scope, options);
  options.check?.(prepared);
  const admission = await admit(scope, options, prepared);
  const runId = newId();
  const { dialect, onHangUp, stores, requestKey = null, endUser } = options;
  const entered = await insertRun(scope.database, {
    runId,
    accountId: scope.accountId,
    owner: scope.runner.owner,
    dialect,
    agentId: prepared.agent.id,
    onHangUp,
    stores,
    sessionId: options.sessionId,
    settings: prepared.settings,
    requestKey,
    requestHash: requestKey === null ? null : hash(options),
    endUserHash: endUser === undefined ? null : endUserHash(endUser),
    mostAtOnce: scope.limits?.mostAtOnce ?? null,
  }).catch((thrown) => {
    admission?.settle(null);
    throw thrown;
  });
  if (entered === "claimed") return started(scope, runId, options, prepared, admission);
  admission?.settle(null);
  if (entered === "crowded") throw crowded(scope);
  return repeated(scope, options);
}

type StoredOptions = TurnOptions & { readonly sessionId: string };

async function takeStored(scope: Scope, options: StoredOptions): Promise<TakenTurn> {
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
async function claimTurn(scope: Scope, options: StoredOptions, deadline: number): Promise<TakenTurn> {
  let request: TurnOptions = options;
  let admission: Admission | null = null;
  let isTaken = false;
  try {
    for (let changed = 0; ; ) {
      const prepared = await prepareTurn(scope, request);
      request = { ...options, known: undefined };
      options.check?.(prepared);
      admission ??= await admit(scope, options, prepared);
      const runId = newId();
      const claimed = await claimRun(scope.database, await claimOf(scope, runId, options, prepared));
      switch (claimed) {
        case "claimed":
          isTaken = true;
          await join(scope, options, prepared).catch((thrown) => {
            scope.log.warn({ err: thrown, runId }, "An agent did not join its session");
          });
          return started(scope, runId, options, prepared, admission);
        case "repeated":
          return await repeated(scope, options);
        case "crowded":
          throw crowded(scope);
        case "changed":
          if (++changed > CHANGED_TRIES) throw busy();
          break;
        case "busy":
          if (await isRepeat(scope, options)) return await repeated(scope, options);
          if (options.busy === "refuse") throw busy();
          if (Date.now() > deadline) throw queueOver();
          await endOf(scope, prepared.session.runningRunId);
          if (options.signal?.aborted) throw new ChatError("cancelled", "The caller left the line");
          break;
        default:
          claimed satisfies never;
      }
    }
  } finally {
    if (!isTaken) admission?.settle(null);
  }
}

/** An agent that a turn brings to its session stays: on an empty one it replaces the others. */
async function join(scope: Scope, { agentId }: StoredOptions, { session, agent }: PreparedTurn): Promise<void> {
  if (agentId === undefined || session.agentIds.includes(agent.id)) return;
  await addParticipants(scope.database, session.id, { agentIds: [agent.id], userIds: [] });
  if (session.nextPosition === 0) await keepOneAgent(scope.database, session.id, agent.id);
}

async function claimOf(scope: Scope, runId: string, options: StoredOptions, prepared: PreparedTurn): Promise<Claim> {
  return {
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
    requestHash: options.requestKey === undefined ? null : hash(options),
    mostAtOnce: scope.limits?.mostAtOnce ?? null,
    session: { id: prepared.session.id, ...prepared.tip },
    fork: await fork(scope, prepared),
    bindIndexIds: options.bindIndexIds,
    // A turn whose question stays whatever happens names its session at once.
    title: options.keep === "all" ? questionTitle(prepared.input) : null,
  };
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

const crowded = (scope: Scope) =>
  new ChatError("rate-limited", `${scope.limits?.mostAtOnce} turns run at once already, as many as may`, {
    retryAfterSeconds: 2,
  });

async function fork(scope: Scope, { session, forkPosition }: PreparedTurn) {
  if (forkPosition === null) return null;
  const plan = await planFork(scope.database, scope.accountId, session.id, newId(), forkPosition);
  if (!plan) throw notFound("session", session.id);
  return plan;
}

/** What a request is about, without the ids and times that we deal. */
function hash(options: TurnOptions): string {
  const content = options.input.map(({ role, name, parts }) => ({ role, name, parts }));
  const { sessionId, stores, parentId = null, agentId = null, settings, tools, toolChoice, metadata = null } = options;
  const about = [sessionId, stores, parentId, agentId, settings, content, tools, toolChoice, metadata];
  return createHash("sha256").update(JSON.stringify(about)).digest("hex");
}

/** Whether the turn that keeps the session busy is this request's own. */
const isRepeat = async (scope: Scope, { dialect, requestKey }: TurnOptions): Promise<boolean> =>
  requestKey !== undefined && (await findRunByKey(scope.database, scope.accountId, dialect, requestKey)) !== null;

async function repeated(scope: Scope, options: TurnOptions): Promise<TakenTurn> {
  const { database, accountId, runner } = scope;
  const known = await findRunByKey(database, accountId, options.dialect, options.requestKey ?? "");
  if (!known || known.requestHash !== hash(options)) {
    const field = options.keepsOutput ? "Idempotency-Key" : "message_id";
    throw new ChatError("conflict", `This ${field} was used for a different request`, { field });
  }
  const live = runner.find(known.id) ?? null;
  const docs = live?.docs ?? (await findOutput(database, accountId, known.id))?.docs ?? [];
  return { runId: known.id, sessionId: known.sessionId ?? live?.sessionId ?? null, prepared: null, docs, live };
}

/** What of an end user is kept: enough to know one again, too little to know who it is. */
const endUserHash = (endUser: string): string => createHash("sha256").update(endUser).digest("hex");

function started(
  scope: Scope,
  runId: string,
  options: TurnOptions,
  prepared: PreparedTurn,
  admission: Admission | null,
): TakenTurn {
  const { session, settings, tools, description, input, docs } = prepared;
  const { stores, onHangUp, makes, endUser } = options;
  const sessionId = makes?.id ?? options.sessionId;
  const live = liveRun({ id: runId, accountId: scope.accountId, sessionId, docs, stores, onHangUp }, []);
  scope.runner.add(live);
  const turn = runTurn({
    runId,
    prompt: description.messages,
    request: { model: settings.model, settings, apiKey: scope.providerKey, endUser },
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
  const onEnded = (last: LastEvent | null) => {
    admission?.settle(last === null ? 0 : totalTokens(last.usage));
    scope.onTurnEnded?.(options.dialect, last === null ? "left" : statusOf(last));
  };
  const how = recording(scope, session, { ...options, input, model: settings.model });
  void record(scope, live, turn, { ...how, onEnded });
  return { runId, sessionId, prepared, docs, live };
}

const statusOf = (last: LastEvent): string => (last.type === "turn-end" ? "completed" : last.status);

const totalTokens = (usage: TurnUsage): number => (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);

/**
 * How a turn is recorded, at its first start and after a take-over alike.
 *
 * `session` is the session as it was before the turn; null where the turn has none, or it is gone.
 */
export function recording(
  scope: Scope,
  session: Session | null,
  {
    keep,
    input,
    stores,
    model,
    onlyWhole = false,
    makes = null,
    keepsOutput = false,
  }: Pick<TurnOptions, "keep" | "input" | "stores" | "onlyWhole" | "keepsOutput"> & {
    readonly model: string;
    readonly makes?: NewSession | null;
  },
): Recording {
  const question = questionOf(input);
  return {
    keep,
    onlyWhole,
    makes,
    keepsOutput,
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
