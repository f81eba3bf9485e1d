import { type TakenRun, takeExpiredRuns } from "../../db/leases.ts";
import { readEvents } from "../../db/run-events.ts";
import { findSession } from "../../db/sessions.ts";
import { ChatError, toChatError } from "../../domain/errors.ts";
import { isLast, type TurnEvent } from "../../domain/events.ts";
import { newId } from "../../domain/ids.ts";
import type { Ports, Scope } from "../scope.ts";
import { liveRun } from "./live-run.ts";
import { prepareTurn } from "./prepare.ts";
import { record } from "./record.ts";
import { resumeFrom } from "./resume.ts";
import { runTurn, type TurnPorts } from "./run-turn.ts";
import { LONGEST_TURN_MS, recording } from "./take-turn.ts";

/** After so many processes a turn is given up: something in it may be what ends them. */
const MAX_ATTEMPTS = 5;

/**
 * Goes on with the turns of processes that are gone, and ends those that nobody may go on with.
 *
 * "of-other-owners" is for the embedded database, whose lock proves that every other owner is dead.
 */
export async function takeOver(ports: Ports, which: "expired" | "of-other-owners"): Promise<number> {
  const taken = await takeExpiredRuns(ports.database, ports.runner.owner, which, ports.runner.running());
  for (const run of taken) {
    // A turn is taken over on behalf of its account; how the caller signed in no longer matters.
    void goOn({ ...ports, accountId: run.accountId, via: "key" }, run).catch((thrown) => {
      ports.log.error({ err: thrown, runId: run.id }, "A turn could not be taken over");
    });
  }
  return taken.length;
}

async function goOn(scope: Scope, run: TakenRun): Promise<void> {
  const stored = await readEvents(scope.database, run.id, 0);
  const past = stored.map(({ event }) => event);
  const live = liveRun({ ...run, accountId: scope.accountId, docs: [] }, past);
  scope.runner.add(live);
  const turn = await continued(scope, run, past, live.signal).catch((thrown) => closed(run, past, toChatError(thrown)));
  scope.log.info({ runId: run.id, attempt: run.attempts }, "Goes on with a turn that another process left");
  const session = run.sessionId === null ? null : await findSession(scope.database, scope.accountId, run.sessionId);
  await record(scope, live, turn, recording(scope, session, { ...run, model: run.settings?.model ?? "" }));
}

async function continued(scope: Scope, run: TakenRun, past: readonly TurnEvent[], signal: AbortSignal) {
  const why = reasonToEnd(run, past);
  if (why) return closed(run, past, why);
  const llamacloud = run.dialect === "llamacloud" || run.dialect === "web";
  const prepared = await prepareTurn(scope, {
    sessionId: run.sessionId,
    agentId: run.agentId ?? undefined,
    agentRule: "any",
    input: run.input,
    tools: [],
    toolChoice: "auto",
    settings: run.settings ?? {},
    recall: true,
    recallTools: true,
    // What was stored with the run is rendered.
    rendersInput: false,
    overflow: "truncate",
    withBuiltinTools: llamacloud,
    withCallerTools: "none",
  });
  const ports: TurnPorts = {
    runId: run.id,
    prompt: prepared.description.messages,
    request: { model: prepared.settings.model, settings: prepared.settings },
    tools: prepared.tools,
    toolChoice: "auto",
    maxSteps: 8,
    atLimit: "answer",
    maxMs: LONGEST_TURN_MS,
    callModel: scope.models.call,
    signal,
    newId,
    now: Date.now,
    log: scope.log,
    resume: past.length === 0 ? null : resumeFrom(past, { newId, now: Date.now }),
  };
  return runTurn(ports);
}

function reasonToEnd(run: TakenRun, past: readonly TurnEvent[]): ChatError | null {
  if (run.isStopRequested) return new ChatError("cancelled", "cancelled");
  if (run.onHangUp === "cancel" || !run.stores || run.sessionId === null)
    return new ChatError("interrupted", "interrupted");
  if (run.attempts > MAX_ATTEMPTS || past.some(isLast)) return new ChatError("interrupted", "interrupted");
  return null;
}

/** A turn that only closes what is open and ends. */
async function* closed(
  run: TakenRun,
  past: readonly TurnEvent[],
  error: ChatError,
): AsyncGenerator<readonly TurnEvent[], void> {
  const { closing, usage, steps } = resumeFrom(past, { newId, now: Date.now });
  if (closing.length > 0) yield closing;
  const durationMs = Date.now() - run.createdAt.getTime();
  const status = error.code === "cancelled" ? "cancelled" : "interrupted";
  yield [
    { type: "turn-error", status, code: error.code, message: error.message, usage, durationMs, steps, model: null },
  ];
}
