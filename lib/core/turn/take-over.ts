import { ZodError } from "zod";
import { giveLeaseBack, type TakenRun, takeExpiredRun, takeExpiredRuns } from "../../db/leases.ts";
import { dropEvents, readEvents } from "../../db/run-events.ts";
import { findSession } from "../../db/sessions.ts";
import { ChatError } from "../../domain/errors.ts";
import { isLast, type TurnEvent } from "../../domain/events.ts";
import type { PromptMessage } from "../../domain/model.ts";
import type { Session } from "../../domain/session.ts";
import type { Asker } from "../../domain/turn-policy.ts";
import { callTokens, readmit } from "../admission.ts";
import type { Admission } from "../admitted.ts";
import { sourcesOfResult } from "../knowledge/retrieved.ts";
import { type SourceNumbers, sourceNumbers } from "../knowledge/source-numbers.ts";
import { assemble } from "../render/describe.ts";
import { approximateTokens, promptTokens } from "../render/tokens.ts";
import { type Ports, portsOf, type Scope } from "../scope.ts";
import { runTopic } from "../signals.ts";
import { callWithFiles } from "./call-model.ts";
import { recalledOfRuns } from "./history.ts";
import { type LiveRun, liveRun } from "./live-run.ts";
import { readPast } from "./past.ts";
import { record } from "./record.ts";
import { resumeFrom } from "./resume.ts";
import { runTurn } from "./run-turn.ts";
import { type KeptByPolicy, recording } from "./start-run.ts";
import { turnTools } from "./turn-tools.ts";

/** After so many processes a turn is given up: something in it may be what ends them. */
const MAX_ATTEMPTS = 5;
/** With less of a request's time left, a turn is left to the next request. */
const LEAST_MS = 30_000;

/**
 * Goes on with the turns of processes that are gone, and ends those that nobody may go on with. What runs in this
 * process is left alone. Gives how many it has taken; they go on by themselves.
 *
 * "of-other-owners" is for the embedded database, whose lock proves that every other owner is dead.
 */
export async function takeOver(ports: Ports, which: "expired" | "of-other-owners"): Promise<number> {
  const { database, runner, log } = ports;
  const taken = await takeExpiredRuns(database, runner.owner, which, runner.running());
  for (const run of taken) ports.host.keepAwake(goOn(scopeOf(ports, run), run));
  if (taken.length > 0) log.info({ runs: taken.map(({ id }) => id) }, "Goes on with turns that another process left");
  return taken.length;
}

/**
 * As `takeOver`, for one turn of the account that a reader has met, or that is in the way of another. Gives what
 * resolves when it has ended here; null where this process works on it already, or another one does, where it has
 * ended, and where the host leaves too little time for it.
 */
export async function takeOverRun(
  ports: Ports,
  accountId: string,
  runId: string,
): Promise<{ readonly ended: Promise<void> } | null> {
  const { host, database, runner, log, now } = ports;
  const deadline = host.deadline();
  if (runner.isDraining() || runner.find(runId) || (deadline !== null && deadline - now() < LEAST_MS)) return null;
  const run = await takeExpiredRun(database, runner.owner, accountId, runId);
  if (run === null) return null;
  const ended = goOn(scopeOf(ports, run), run);
  host.keepAwake(ended);
  log.info({ runs: [runId] }, "Goes on with a turn that another process left");
  return { ended };
}

/**
 * Settles what was set aside for a turn that its process has left, and that is about to be deleted with its session:
 * nobody can go on with it then. It is this process's from now on.
 */
export async function settleLeft(ports: Ports, accountId: string, runId: string): Promise<void> {
  const { database, runner } = ports;
  if (runner.find(runId)) return;
  const run = await takeExpiredRun(database, runner.owner, accountId, runId);
  if (run === null) return;
  const scope = scopeOf(ports, run);
  admissionOf(scope, run, await pastOf(scope, run), []).settle();
}

/** Who has asked for a turn of which nobody can read that; it is only closed. */
const UNKNOWN: Asker = { via: "key", keyId: null, keyScopes: [], onlyAgentId: null, isStranger: false };

/** The scope in which the turn was asked for. */
function scopeOf(ports: Ports, { accountId, agentId, plan }: TakenRun): Scope {
  const asker = plan?.asker ?? UNKNOWN;
  const { isStranger, ...scope } = asker;
  const stranger = isStranger ? "of an earlier process" : null;
  const limits = ports.limitsOf?.(accountId, asker, agentId);
  // The ports may be those of somebody who met the turn, and is not who asked for it.
  const nobody = { providerKey: undefined, signInId: null, isStillIn: undefined };
  return { ...portsOf(ports, accountId), ...nobody, ...scope, stranger, limits };
}

/** Never throws: what cannot be read now is left to the next look, by this process or another. */
async function goOn(scope: Scope, run: TakenRun): Promise<void> {
  let live: LiveRun | null = null;
  try {
    const past = await pastOf(scope, run);
    const session = run.sessionId === null ? null : await findSession(scope.database, scope.accountId, run.sessionId);
    const { stores, policy } = run;
    const { id, accountId, sessionId } = run;
    live = liveRun({ id, accountId, sessionId, docs: [], stores, onHangUp: policy?.onHangUp ?? "cancel" }, past);
    scope.runner.add(live);
    // Who follows it elsewhere tells this process so.
    scope.signals.notify([runTopic(id)]);
    const why = reasonToEnd(run, past);
    const prompt = await promptOf(scope, run, session).catch((thrown) => {
      // What is only closed needs no prompt.
      if (why === null) throw thrown;
      return null;
    });
    const admission = admissionOf(scope, run, past, prompt ?? []);
    const numbers = await numbersOf(scope, run.id, past);
    const turn = continued(scope, run, { why, session, prompt, numbers }, past, { signal: live.signal, admission });
    const kept = { policy: policy ?? CLOSED, input: run.input ?? [], makes: null, model: run.settings?.model ?? "" };
    await record(scope, live, turn, recording(scope, run.dialect, session, kept, admission));
  } catch (thrown) {
    scope.log.error({ err: thrown, runId: run.id }, "A turn could not be taken over, and will be tried again");
    if (live !== null) {
      await scope.runner.remove(live);
      live.finish("left");
    }
    await giveLeaseBack(scope.database, scope.runner.owner, run.id).catch((failed) => {
      scope.log.warn({ err: failed, runId: run.id }, "The lease of a turn runs out by itself");
    });
  }
}

/**
 * What came in a turn. Events in a form that this version does not know, such as those of a later one, are left to
 * others; where none of them has read it either, they are dropped: the turn would hold its session for ever.
 */
async function pastOf(scope: Scope, run: TakenRun): Promise<readonly TurnEvent[]> {
  try {
    return (await readEvents(scope.database, run.id, 0)).map(({ event }) => event);
  } catch (thrown) {
    if (!(thrown instanceof ZodError) || run.attempts <= MAX_ATTEMPTS) throw thrown;
    scope.log.error({ err: thrown, runId: run.id }, "A turn ends without its events: nobody can read them");
    await dropEvents(scope.database, scope.runner.owner, run.id);
    return [];
  }
}

/**
 * What holds for a turn whose rules nobody can read, such as one of an earlier version: it is kept as far as it came.
 */
const CLOSED: KeptByPolicy = { keep: "all", onlyWhole: false, keepsOutput: false, stores: true };

/** The prompt that the turn began with; null for a turn of which nobody can tell. */
async function promptOf(
  scope: Scope,
  run: TakenRun,
  session: Session | null,
): Promise<readonly PromptMessage[] | null> {
  const { policy, recipe } = run;
  if (!session || !policy || !recipe) return null;
  const line = await readPast(
    scope,
    { sessionId: session.id, branchId: run.branchId, from: recipe.from, upto: session.nextPosition },
    recipe.overflow === "truncate" ? recipe.budget : null,
    policy.recallTools,
  );
  return assemble(recipe, { line, input: run.input ?? [], recallTools: policy.recallTools }).messages;
}

/**
 * Goes on with what was set aside for the turn: for its first step when it began, and for each later one what had been
 * used before it and what it might take.
 */
function admissionOf(
  scope: Scope,
  { agentId, ageMs, plan, settings }: TakenRun,
  past: readonly TurnEvent[],
  prompt: readonly PromptMessage[],
): Admission {
  const { usage, broken, said, steps } = resumeFrom(past, scope);
  const ended = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  // What the step that broke off had said is no part of the prompt that it was asked with.
  const asked = broken ? said.slice(0, -1) : said;
  const later = steps === 0 ? 0 : ended + callTokens([...prompt, ...asked], settings ?? {});
  const atFirst = plan?.reservedTokens ?? 0;
  return readmit(scope, {
    tokens: atFirst === 0 ? 0 : Math.max(atFirst, later),
    used: ended + (broken === null ? 0 : promptTokens([...prompt, ...asked]) + approximateTokens(broken)),
    since: scope.now() - ageMs,
    agentId: agentId ?? undefined,
    endUserHash: plan?.endUserHash ?? undefined,
  });
}

/** What a turn is gone on with, and why it is not. */
type Going = {
  readonly why: ChatError | null;
  readonly session: Session | null;
  readonly prompt: readonly PromptMessage[] | null;
  /** By which it was told of passages so far. */
  readonly numbers: SourceNumbers;
};

async function numbersOf(scope: Scope, runId: string, past: readonly TurnEvent[]): Promise<SourceNumbers> {
  const numbers = sourceNumbers();
  const recalled = (await recalledOfRuns(scope, [runId])).get(runId);
  if (recalled) numbers.keep(recalled.sources, recalled.count);
  numbers.keep(past.flatMap((event) => (event.type === "tool-result" ? sourcesOfResult(event) : [])));
  return numbers;
}

function continued(
  scope: Scope,
  run: TakenRun,
  { why, session, prompt, numbers }: Going,
  past: readonly TurnEvent[],
  { signal, admission }: { readonly signal: AbortSignal; readonly admission: Admission },
): AsyncGenerator<readonly TurnEvent[], void> {
  const { policy, plan, settings } = run;
  if (why) return closed(scope, run, past, why);
  if (!session || !policy || !plan || !prompt || settings?.model === undefined) {
    return closed(scope, run, past, new ChatError("interrupted", "interrupted"));
  }
  return runTurn({
    runId: run.id,
    prompt,
    request: { model: settings.model, settings, mayCut: run.recipe?.overflow === "truncate" },
    tools: turnTools(scope, session, policy, plan.tools, plan.reach ?? { indexIds: plan.indexIds ?? [] }, numbers),
    toolChoice: plan.toolChoice,
    ...policy,
    callModel: callWithFiles(scope, admission),
    signal,
    newId: scope.newId,
    now: scope.now,
    log: scope.log,
    resume: past.length === 0 ? null : resumeFrom(past, scope),
  });
}

/** Why a turn is not gone on with; null: it is. */
function reasonToEnd(run: TakenRun, past: readonly TurnEvent[]): ChatError | null {
  if (run.isStopRequested) return new ChatError("cancelled", "cancelled");
  const isForNobody = run.policy?.onHangUp !== "go-on" || !run.stores;
  const isGivenUp = run.attempts > MAX_ATTEMPTS || past.some(isLast);
  // The provider key of its caller is gone with the process, and nobody else is to pay.
  const isUnpaid = run.plan?.isPaidByCaller ?? false;
  return isForNobody || isGivenUp || isUnpaid ? new ChatError("interrupted", "interrupted") : null;
}

/** A turn that only closes what is open and ends. */
async function* closed(
  { newId, now }: Scope,
  run: TakenRun,
  past: readonly TurnEvent[],
  error: ChatError,
): AsyncGenerator<readonly TurnEvent[], void> {
  const { closing, usage, steps } = resumeFrom(past, { newId, now });
  if (closing.length > 0) yield closing;
  const durationMs = run.ageMs;
  const status = error.code === "cancelled" ? "cancelled" : "interrupted";
  const model = run.settings?.model ?? null;
  yield [{ type: "turn-error", status, code: error.code, message: error.message, usage, durationMs, steps, model }];
}
