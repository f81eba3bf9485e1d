import { beginJob, endJob, insertSessionJob } from "../db/jobs.ts";
import { insertSummary } from "../db/sessions.ts";
import { ChatError, toChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { Session } from "../domain/session.ts";
import { completeText } from "./complete-text.ts";
import { approximateTokens } from "./render/tokens.ts";
import type { Scope } from "./scope.ts";
import { latestTurns, oldestTurns } from "./transcript.ts";
import type { PreparedTurn } from "./turn/prepare.ts";

/** A prompt this full has its oldest turns summarised: the Julep contract, 4.7. */
const FULL = 0.75;
/** So much of the budget is left to the latest turns. */
const KEPT = 0.4;
/** More than the 200 words that are asked for: models think before they answer. */
const MAX_TOKENS = 2000;

/**
 * What one model call makes of a transcript. `isAsked`: see `Completion`. Throws "rate-limited", "model-failed" for
 * anything but a whole answer.
 */
export const summaryOf = (
  scope: Scope,
  instruction: string,
  transcript: string,
  { isAsked }: { readonly isAsked: boolean },
): Promise<string> =>
  completeText(scope, {
    purpose: "summary",
    messages: [
      { role: "system", text: instruction },
      { role: "user", parts: [{ type: "text", text: transcript }] },
    ],
    maxTokens: MAX_TOKENS,
    apiKey: scope.providerKey,
    isAsked,
  });

const REPLACEMENT_INSTRUCTION =
  "Summarise the conversation below for the assistant that goes on with it: facts, names, numbers, decisions, what the " +
  "person wants and what is open. In the language of the conversation, at most 200 words. Answer with the summary alone.";

/**
 * Has the oldest turns of a session summarised in the background, where its prompt is nearly full. Later prompts hold
 * the summary instead of these turns; the history keeps them.
 *
 * Gives the id of the job, or null where there is nothing to do, where it is being done, or where it could not be
 * entered. Never throws: a turn does not fail for want of room in the next one.
 */
export async function makeRoom(
  scope: Scope,
  {
    session,
    budget,
    description,
    forkPosition,
  }: Pick<PreparedTurn, "session" | "budget" | "description" | "forkPosition">,
): Promise<string | null> {
  // A line that has just been forked is another one than was read; its next turn makes room.
  if (forkPosition !== null) return null;
  if (session.contextOverflow !== "adaptive" || budget === null || description.size < FULL * budget) return null;
  const asked = description.messages.filter((message) => message.role === "user").length;
  // The new message and one turn before it: nothing is old yet.
  if (description.recipe.dropped === 0 && asked < 3) return null;
  const id = newId();
  try {
    const job = { id, accountId: scope.accountId, sessionId: session.id, kind: "summarise" };
    if (!(await insertSessionJob(scope.database, job))) return null;
  } catch (thrown) {
    scope.log.warn({ err: thrown, sessionId: session.id }, "A job that summarises could not be entered");
    return null;
  }
  scope.host.keepAwake(doJob(scope, session, budget, id));
  return id;
}

/** Does a job in its turn and notes how it ends. Never throws. */
async function doJob(scope: Scope, session: Session, budget: number, jobId: string): Promise<void> {
  const end = (state: "succeeded" | "failed", reason: string) => endJob(scope.database, jobId, state, reason);
  try {
    const isTaken = await scope.lanes.add(async () => {
      // It may have waited so long that another has taken its place.
      if (await beginJob(scope.database, jobId)) await end("succeeded", await summarise(scope, session, budget));
    });
    if (!isTaken) await end("failed", "The server has too much to do");
  } catch (thrown) {
    scope.log.warn({ err: thrown, sessionId: session.id }, "The oldest turns of a session could not be summarised");
    await end("failed", toChatError(thrown).message).catch((failed) => {
      scope.log.error({ err: failed, jobId }, "The end of a job could not be noted");
    });
  }
}

/** Puts a summary in the place of the oldest turns and says what was done. Throws where there is no good summary. */
async function summarise(scope: Scope, session: Session, budget: number): Promise<string> {
  const { replacement } = session;
  const start = (replacement?.uptoPosition ?? -1) + 1;
  const end = await latestTurns(scope, session, start, KEPT * budget);
  const old = end === null ? null : await oldestTurns(scope, session, start, end);
  if (old === null) return "Nothing is old enough to be summarised";
  const before = replacement === null ? [] : [`summary of what came before: ${replacement.text}`];
  const text = await summaryOf(scope, REPLACEMENT_INSTRUCTION, [...before, ...old.lines].join("\n"), {
    isAsked: false,
  });
  if (approximateTokens(text) >= old.tokens + approximateTokens(replacement?.text ?? "")) {
    throw new ChatError("model-failed", "The model's summary is longer than what it would replace");
  }
  await insertSummary(scope.database, {
    id: newId(),
    sessionId: session.id,
    branchId: old.last.branchId,
    uptoPosition: old.last.position,
    text,
    replaces: true,
  });
  return `${old.count} messages are summarised`;
}
