import type { NewSession } from "../../db/new-session.ts";
import { ChatError } from "../../domain/errors.ts";
import type { LastEvent } from "../../domain/events.ts";
import type { NewMessage } from "../../domain/message.ts";
import type { Session } from "../../domain/session.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import type { Admission } from "../admitted.ts";
import type { Scope } from "../scope.ts";
import { fallbackTitle, improveTitle } from "../titles.ts";
import { callWithFiles } from "./call-model.ts";
import { type LiveRun, liveRun } from "./live-run.ts";
import type { PreparedTurn } from "./prepare.ts";
import { topicOf } from "./question.ts";
import { type Recording, record } from "./record.ts";
import { runTurn } from "./run-turn.ts";
import type { TurnCall } from "./turn-call.ts";

/** A turn that is ready to run. */
export type ReadyRun = {
  /** Runs and records it, once it is entered: from here on it goes by itself. */
  readonly start: () => LiveRun;
  /** Gives it up: a model call that has begun early is ended. */
  readonly giveUp: () => void;
};

/**
 * Makes a turn ready.
 *
 * With `callsEarly` its first model call begins at once, while the turn is still being entered, since both take their
 * time. Nobody hears of it before `start`. The prompt is out when this resolves: to put a claim together takes longer
 * than to send one.
 */
export async function readyRun(
  scope: Scope,
  runId: string,
  call: TurnCall,
  prepared: PreparedTurn,
  { admission, callsEarly }: { readonly admission: Admission; readonly callsEarly: boolean },
): Promise<ReadyRun> {
  const { session, settings, tools, description, input, docs } = prepared;
  const { policy, makes = null, endUser } = call;
  const sessionId = makes?.id ?? call.sessionId;
  const { accountId, now, newId, log } = scope;
  const { stores, onHangUp } = policy;
  const live = liveRun({ id: runId, accountId, sessionId, docs, stores, onHangUp }, []);
  const turn = runTurn({
    runId,
    prompt: description.messages,
    request: {
      model: settings.model,
      settings,
      apiKey: scope.providerKey,
      endUser,
      mayCut: description.recipe.overflow === "truncate",
    },
    tools,
    toolChoice: call.toolChoice,
    ...policy,
    callModel: callWithFiles(scope, admission, description.recipe.dropped > 0),
    signal: live.signal,
    newId,
    now,
    log,
    resume: null,
  });
  const running = callsEarly ? begunEarly(turn) : turn;
  if (callsEarly) await promisesKept();
  const kept = { policy, input, makes, model: settings.model };
  // What begins with another question now is named as if it were new.
  const before: Session = prepared.renames ? { ...session, titleSource: "none" } : session;
  return {
    start() {
      scope.runner.add(live);
      scope.host.keepAwake(record(scope, live, running, recording(scope, call.dialect, before, kept, admission)));
      return live;
    },
    giveUp: () => live.abort("hang-up", new ChatError("cancelled", "The turn was not entered")),
  };
}

/** Waits for what needs no turn of the event loop, such as sending a prompt. */
const promisesKept = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** Pulls the first two batches of a turn at once: its start, and what the model says first. */
function begunEarly(turn: ReturnType<typeof runTurn>): ReturnType<typeof runTurn> {
  const first = [turn.next(), turn.next()];
  return (async function* () {
    for (const pulled of first) {
      const { done, value } = await pulled;
      if (done) return;
      yield value;
    }
    yield* turn;
  })();
}

export type KeptByPolicy = Recording["policy"] & Pick<TurnPolicy, "stores">;

/**
 * How a turn is recorded, at its first start and after a take-over alike.
 *
 * `session` is the session as it was before the turn; null where the turn has none, or it is gone.
 */
export function recording(
  scope: Scope,
  dialect: string,
  session: Session | null,
  kept: {
    readonly policy: KeptByPolicy;
    readonly input: readonly NewMessage[];
    readonly makes: NewSession | null;
    readonly model: string;
  },
  admission: Admission,
): Recording {
  const { policy, input } = kept;
  return {
    ...kept,
    fallbackTitle: questionTitle(input),
    onCommitted() {
      // A key that came with the request is for its turn alone.
      if (!policy.stores || session === null || scope.providerKey !== undefined) return;
      const isFirst = session.titleSource === "none";
      scope.host.keepAwake(improveTitle(scope, session, isFirst ? topicOf(input) : null));
    },
    onEnded(last, isLeft) {
      // Who goes on with a turn that was left settles it.
      if (!isLeft) admission.settle();
      scope.onTurnEnded?.(dialect, isLeft || last === null ? "left" : statusOf(last));
    },
  };
}

const statusOf = (last: LastEvent): string => (last.type === "turn-end" ? "completed" : last.status);

/** The title of a session until it has a better one: the first words of what it was asked. */
export function questionTitle(input: readonly NewMessage[]): string | null {
  const topic = topicOf(input);
  return topic && fallbackTitle(topic.text);
}
