import type { ContextRun } from "../../db/context.ts";
import { readEvents } from "../../db/run-events.ts";
import type { TurnEvent } from "../../domain/events.ts";
import { foldEvents } from "../../domain/fold.ts";
import type { Message, NewMessage } from "../../domain/message.ts";
import type { PromptMessage } from "../../domain/model.ts";
import type { PromptTrace } from "../../domain/prompt-trace.ts";
import { fit } from "../render/fit.ts";
import { promptLine } from "../render/line.ts";
import { messageTokens, promptTokens } from "../render/tokens.ts";
import type { Scope } from "../scope.ts";
import { readPast } from "../turn/past.ts";

/** A message as the model saw it, or would have seen it with more room. */
export type SeenMessage = {
  readonly message: PromptMessage;
  /** Where it stands in its line. */
  readonly position: number;
  readonly tokens: number;
  /** Whether there was no room for it. */
  readonly isDropped: boolean;
};

export type SeenMessages = {
  /** Before the new ones, as far as they were looked at. */
  readonly past: readonly SeenMessage[];
  readonly new: readonly SeenMessage[];
  /** What the turn itself had said and called when the model was asked last. */
  readonly steps: readonly SeenMessage[];
  /** So many stored messages before `past` were not looked at: there was no room for them in any case. */
  readonly unread: number;
  /** Tokens of the messages at each call of the model, in order. */
  readonly calls: readonly number[];
};

/**
 * The messages of a turn's prompts, drawn again from what is stored by what turns are made by: `readPast`, `promptLine`
 * and `fit`. Of a turn that runs, as far as it has come.
 */
export async function seenMessages(
  scope: Scope,
  sessionId: string,
  found: ContextRun & { readonly trace: PromptTrace },
): Promise<SeenMessages> {
  const { trace, branchId } = found;
  const { from, upto, overflow, budget } = trace;
  const recallTools = found.policy?.recallTools ?? true;
  const most = overflow === "truncate" ? budget : null;
  const line = upto <= from ? [] : await readPast(scope, { sessionId, branchId, from, upto }, most, recallTools);
  const turn = await turnOf(scope, found);
  const { past, fresh } = promptLine(line, turn.input, recallTools);
  const head = (trace.system?.tokens ?? 0) + (trace.summary?.tokens ?? 0);
  // It did fit, so what was new had its room.
  const room = budget === null ? null : Math.max(budget - head, promptTokens(fresh));
  const kept = new Set(fit({ system: [], past, fresh }, room, "truncate").messages);
  // What the turn said stands behind its input, as it did when the model was asked again.
  const whole = promptLine(line, [...turn.input, ...turn.answers], recallTools);

  const positionOf = (origin: number) => line[origin]?.position ?? upto + origin - line.length;
  const seen = (message: PromptMessage, origin: number, isDropped: boolean): SeenMessage => {
    return { message, position: positionOf(origin), tokens: messageTokens(message), isDropped };
  };
  const asked = whole.fresh.map((message, n) => seen(message, whole.origins[past.length + n] ?? 0, false));
  const firstAnswer = upto + turn.input.length;
  const isAnswer = ({ message, position }: SeenMessage) => message.role === "assistant" && position >= firstAnswer;
  // Each answer is what came of a call: it was asked with what stands before it.
  const ends = asked.flatMap((one, n) => (isAnswer(one) ? [n] : []));
  if (turn.steps > ends.length) ends.push(asked.length);
  const sent = asked.slice(0, ends.at(-1) ?? asked.length);
  const before = past.map((message, n) => {
    return seen(message, whole.origins[n] ?? n, !kept.has(message));
  });
  const pastTokens = promptTokens(past.filter((message) => kept.has(message)));
  return {
    past: before,
    new: sent.filter(({ position }) => position < firstAnswer),
    steps: sent.filter(({ position }) => position >= firstAnswer),
    unread: Math.max(0, upto - from - line.length),
    calls: ends.map((end) => pastTokens + asked.slice(0, end).reduce((sum, { tokens }) => sum + tokens, 0)),
  };
}

type Stored = Pick<NewMessage | Message, "role" | "name" | "parts">;

/** What a turn was asked, what it has said, and how many calls of the model it has begun. */
async function turnOf(
  scope: Scope,
  { run, input, messages, trace }: ContextRun & { readonly trace: PromptTrace },
): Promise<{ readonly input: readonly Stored[]; readonly answers: readonly Stored[]; readonly steps: number }> {
  if (run.status !== "running") {
    const [asked, answers] = [messages.slice(0, trace.newMessages), messages.slice(trace.newMessages)];
    return { input: asked, answers, steps: run.steps };
  }
  // What this process has not written yet is newer than what is read.
  const events: readonly TurnEvent[] =
    scope.runner.find(run.id)?.events ?? (await readEvents(scope.database, run.id, 0)).map(({ event }) => event);
  const answers = foldEvents(events).map(({ role, parts }) => ({ role, name: null, parts: [...parts] }));
  return { input, answers, steps: events.filter(({ type }) => type === "step-start").length };
}
