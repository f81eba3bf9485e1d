import { createHash } from "node:crypto";
import { type Claim, claimRun, insertRun } from "../../db/claims.ts";
import { planFork } from "../../db/messages.ts";
import { findRunningRun } from "../../db/runs.ts";
import { addParticipants, keepOneAgent } from "../../db/sessions.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import { storableJson } from "../../domain/text.ts";
import type { TurnPlan } from "../../domain/turn-policy.ts";
import { admit, callTokens } from "../admission.ts";
import type { Admission } from "../admitted.ts";
import { takePlace } from "../maxima.ts";
import { askerOf, type Scope } from "../scope.ts";
import { makeRoom } from "../summarise.ts";
import { atMost } from "./background.ts";
import { imageKeeper } from "./keep-images.ts";
import { type PreparedTurn, prepareTurn } from "./prepare.ts";
import { findRepeated, getRepeated, type NamedCall, withName } from "./request-key.ts";
import type { InLine } from "./session-line.ts";
import { questionTitle, type ReadyRun, readyRun } from "./start-run.ts";
import { takeOverRun } from "./take-over.ts";
import type { TakenTurn } from "./taken-turn.ts";
import { traceOf } from "./trace.ts";
import type { TurnCall } from "./turn-call.ts";
import { draining, whenFree } from "./wait-in-line.ts";

const QUEUE_MS = 60_000;
/** So often the line of a session may have changed under a caller that does not wait. */
const CHANGED_TRIES = 8;
/** A turn that is only closed, because its process has left it, takes no longer. */
const CLOSING_MS = 2000;

/**
 * Enters a turn and starts it. It runs on by itself: `follow` gives its events.
 *
 * Everything that can be refused is refused before anything is written: see `prepareTurn`, and "busy" for a session
 * with a running turn, "conflict" for a request key that was used for something else, "rate-limited" for a caller at
 * its limit, "draining" while the server goes.
 */
export async function takeTurn(scope: Scope, asked: TurnCall): Promise<TakenTurn> {
  if (scope.runner.isDraining()) throw draining();
  const call = withName(scope, { ...asked, input: storableJson(asked.input) });
  const { sessionId, policy, named } = call;
  const take = async () => {
    const whole = { ...call, ...(await call.resolve?.()) };
    return policy.stores && sessionId !== null
      ? takeStored(scope, { ...whole, sessionId })
      : takeDetached(scope, whole);
  };
  if (named === null) return take();
  // Repeats that come at once wait for the first, and find its run.
  return scope.runner.alone(`${scope.accountId} ${call.dialect} ${named.key}`, async () => {
    return (await findRepeated(scope, call)) ?? take();
  });
}

/**
 * Enters several turns of one input, or none: none begins before all may, and where one is refused all the same, those
 * before it are ended. What the first is prepared as holds for all. Throws as `takeTurn` does.
 */
export async function takeAll(scope: Scope, calls: readonly TurnCall[]): Promise<TakenTurn[]> {
  const most = scope.limits?.mostAtOnce ?? null;
  if (most !== null && calls.length > most) throw crowded(scope);
  const taken: TakenTurn[] = [];
  const places: Admission[] = [];
  const admitOthers = async (prepared: PreparedTurn) => {
    for (const other of calls.slice(1)) places.push(await admitTurn(scope, other, prepared));
  };
  const admitted = () => places.shift();
  try {
    for (const [n, call] of calls.entries()) {
      const prepared = taken.find((turn) => turn.prepared !== null)?.prepared ?? undefined;
      const together = n === 0 ? { admitOthers } : { admitted };
      taken.push(await takeTurn(scope, { ...call, ...together, prepared }));
    }
  } catch (thrown) {
    for (const { live } of taken) live?.abort("hang-up", new ChatError("cancelled", "Another choice was refused"));
    throw thrown;
  } finally {
    // Of a choice that was refused, or is a repeat.
    for (const place of places) place.withdraw();
  }
  return taken;
}

const firstCallTokens = ({ description, settings }: PreparedTurn): number => callTokens(description.messages, settings);

/** Asks the limits for a turn that is prepared, behind those that are taken with it. */
async function admitTurn(scope: Scope, call: TurnCall, prepared: PreparedTurn): Promise<Admission> {
  const given = call.admitted?.();
  if (given) return given;
  await call.admitOthers?.(prepared);
  return admit(scope, {
    isTurn: true,
    tokens: firstCallTokens(prepared),
    agentId: prepared.agent.id,
    endUserHash: endUserHash(call) ?? undefined,
  });
}

/** What of a turn is stored with its run, besides policy, input, settings and recipe. */
const planOf = (scope: Scope, call: TurnCall, prepared: PreparedTurn): TurnPlan => ({
  asker: askerOf(scope),
  tools: prepared.offered,
  indexIds: prepared.reach.indexIds,
  reach: prepared.reach,
  toolChoice: call.toolChoice,
  isPaidByCaller: scope.providerKey !== undefined,
  reservedTokens: scope.limits ? firstCallTokens(prepared) : 0,
  endUserHash: endUserHash(call),
});

/** Whether the model may be asked while a turn is entered: it is no repeat, and no number of turns can refuse it. */
const mayCallEarly = (scope: Scope, { requestKey }: TurnCall): boolean =>
  requestKey === undefined && !scope.limits?.mostAtOnce;

/** A turn that claims no session: it stores nothing, or makes a session of its own at its end. */
async function takeDetached(scope: Scope, call: NamedCall): Promise<TakenTurn> {
  const release = call.makes ? await takePlace(scope, "sessions") : () => {};
  try {
    const taken = await enterDetached(scope, call);
    // Until its session is there, or is not going to be.
    void taken.live?.ended.then(release);
    if (!taken.live) release();
    return taken;
  } catch (thrown) {
    release();
    throw thrown;
  }
}

async function enterDetached(scope: Scope, call: NamedCall): Promise<TakenTurn> {
  const plain = call.prepared ?? (await prepareTurn(scope, call.policy, call));
  call.check?.(plain);
  const admission = await admitTurn(scope, call, plain);
  const images = imageKeeper(scope);
  let ready: ReadyRun | null = null;
  let isTaken = false;
  try {
    const input = call.policy.stores ? await images.keep(plain.input) : plain.input;
    const prepared = { ...plain, input };
    const runId = scope.newId();
    ready = await readyRun(scope, runId, call, prepared, { admission, callsEarly: mayCallEarly(scope, call) });
    const entered = await insertRun(scope.database, {
      runId,
      accountId: scope.accountId,
      owner: scope.runner.owner,
      dialect: call.dialect,
      agentId: prepared.agent.id,
      policy: call.policy,
      plan: planOf(scope, call, prepared),
      sessionId: call.sessionId,
      settings: prepared.settings,
      requestKey: call.named?.key ?? null,
      requestHash: call.named?.hash ?? null,
      endUserHash: endUserHash(call),
      context: call.policy.stores ? { trace: traceOf(prepared) } : null,
      mostAtOnce: scope.limits?.mostAtOnce ?? null,
    });
    if (entered === "crowded") throw crowded(scope);
    if (entered !== "claimed") return await getRepeated(scope, call);
    isTaken = true;
    return begun(scope, runId, call, prepared, ready);
  } finally {
    if (!isTaken) {
      ready?.giveUp();
      admission.withdraw();
      await images.giveUp();
    }
  }
}

/** Starts a turn that is entered. */
async function begun(
  scope: Scope,
  runId: string,
  call: TurnCall,
  prepared: PreparedTurn,
  ready: ReadyRun,
): Promise<TakenTurn> {
  const live = ready.start();
  const jobId = call.policy.stores && call.sessionId !== null ? await makeRoom(scope, prepared) : null;
  const jobIds = jobId === null ? [] : [jobId];
  return { runId, sessionId: live.sessionId, prepared, docs: prepared.docs, jobIds, live };
}

type StoredCall = NamedCall & { readonly sessionId: string };

async function takeStored(scope: Scope, call: StoredCall): Promise<TakenTurn> {
  const { runner, accountId } = scope;
  if (call.policy.busy === "refuse") {
    if (runner.isAwaited(call.sessionId)) throw busy();
    return claimTurn(scope, call, null);
  }
  const standing = runner.lineUp(accountId, call.sessionId);
  try {
    return await claimTurn(scope, call, { standing, deadline: scope.now() + QUEUE_MS });
  } finally {
    standing.leave();
  }
}

type Waits = { readonly standing: InLine; readonly deadline: number };

/** Claims the session, for a caller that `waits` as soon as it is its turn. */
async function claimTurn(scope: Scope, call: StoredCall, waits: Waits | null): Promise<TakenTurn> {
  let { known } = call;
  let admission: Admission | null = null;
  let ready: ReadyRun | null = null;
  let isTaken = false;
  const images = imageKeeper(scope);
  try {
    for (let changed = 0; ; known = undefined) {
      // Nothing is prepared for a session that is busy still.
      if (waits) known = await whenFree(scope, { ...waits, sessionId: call.sessionId, signal: call.signal });
      const plain = await prepareTurn(scope, call.policy, { ...call, known });
      // In another process somebody waits, who came first.
      if (!waits && plain.session.isAwaited) throw busy();
      call.check?.(plain);
      admission ??= await admitTurn(scope, call, plain);
      const prepared = { ...plain, input: await images.keep(plain.input) };
      const runId = scope.newId();
      const leave = scope.runner.enter(call.sessionId);
      // Where another may be first, or this is a repeat, no model is asked before the claim holds.
      const isFree = !waits && !prepared.session.runningRunId && leave !== null;
      const callsEarly = isFree && mayCallEarly(scope, call);
      ready = await readyRun(scope, runId, call, prepared, { admission, callsEarly });
      const claimed = await claimOf(scope, runId, call, prepared)
        .then((claim) => claimRun(scope.database, claim))
        .finally(() => leave?.());
      switch (claimed) {
        case "claimed":
          isTaken = true;
          await join(scope, call, prepared).catch((thrown) => {
            scope.log.warn({ err: thrown, runId }, "An agent did not join its session");
          });
          return begun(scope, runId, call, prepared, ready);
        case "repeated":
          return await getRepeated(scope, call);
        case "crowded":
          throw crowded(scope);
        case "changed":
          if (!waits && ++changed > CHANGED_TRIES) throw busy();
          break;
        case "busy": {
          const repeated = await findRepeated(scope, call);
          if (repeated) return repeated;
          if (!waits && !((await isMadeFree(scope, call.sessionId)) && ++changed <= CHANGED_TRIES)) throw busy();
          break;
        }
        default:
          claimed satisfies never;
      }
      ready.giveUp();
    }
  } finally {
    if (!isTaken) {
      ready?.giveUp();
      admission?.withdraw();
      await images.giveUp();
    }
  }
}

/**
 * Whether a session is free now that what its process has left was looked after; what can go on does so, and it is not.
 */
async function isMadeFree(scope: Scope, sessionId: string): Promise<boolean> {
  const { database, accountId } = scope;
  const running = await findRunningRun(database, accountId, sessionId);
  const taken = running === null ? null : await takeOverRun(scope, accountId, running);
  if (taken === null) return false;
  await atMost(CLOSING_MS, taken.ended);
  return (await findRunningRun(database, accountId, sessionId)) === null;
}

/** An agent that a turn brings to its session stays: on an empty one it replaces the others. */
async function join(scope: Scope, { agentId }: StoredCall, { session, agent }: PreparedTurn): Promise<void> {
  if (agentId === undefined || session.agentIds.includes(agent.id)) return;
  await addParticipants(scope.database, session.id, { agentIds: [agent.id], userIds: [] });
  if (session.nextPosition === 0) await keepOneAgent(scope.database, session.id, agent.id);
}

async function claimOf(scope: Scope, runId: string, call: StoredCall, prepared: PreparedTurn): Promise<Claim> {
  return {
    runId,
    accountId: scope.accountId,
    owner: scope.runner.owner,
    dialect: call.dialect,
    agentId: prepared.agent.id,
    policy: call.policy,
    plan: planOf(scope, call, prepared),
    input: prepared.input,
    context: { ...prepared.description.recipe, trace: traceOf(prepared) },
    settings: prepared.settings,
    requestKey: call.named?.key ?? null,
    requestHash: call.named?.hash ?? null,
    mostAtOnce: scope.limits?.mostAtOnce ?? null,
    session: { id: prepared.session.id, ...prepared.tip },
    fork: await fork(scope, prepared),
    bindIndexIds: call.bindIndexIds ?? null,
    // A turn whose question stays whatever happens names its session at once.
    title: call.policy.keep === "all" ? questionTitle(prepared.input) : null,
    renames: prepared.renames,
  };
}

async function fork(scope: Scope, { session, forkPosition }: PreparedTurn) {
  if (forkPosition === null) return null;
  const plan = await planFork(scope.database, scope.accountId, session.id, scope.newId(), forkPosition);
  if (!plan) throw notFound("session", session.id);
  return plan;
}

/** What of an end user is kept: enough to know one again, too little to know who it is. */
const endUserHash = ({ endUser }: TurnCall): string | null =>
  endUser === undefined ? null : createHash("sha256").update(endUser).digest("hex");

const busy = () => new ChatError("busy", "Session already has a running turn", { noun: "session" });

const crowded = (scope: Scope) =>
  new ChatError("rate-limited", `${scope.limits?.mostAtOnce} turns run at once already, as many as may`, {
    retryAfterSeconds: 2,
  });
