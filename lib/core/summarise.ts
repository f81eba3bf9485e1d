import { endJob, insertSessionJob } from "../db/jobs.ts";
import { readLine } from "../db/messages.ts";
import { insertSummary } from "../db/sessions.ts";
import { ChatError, toChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { type Message, messageText } from "../domain/message.ts";
import type { Session } from "../domain/session.ts";
import { cleanTitle, withoutReasoning } from "./clean-title.ts";
import { promptLine } from "./render/line.ts";
import { promptTokens } from "./render/tokens.ts";
import type { Scope } from "./scope.ts";
import { completeText } from "./titles.ts";
import type { PreparedTurn } from "./turn/prepare.ts";

const TRANSCRIPT_CHARACTERS = 60_000;
const MESSAGE_CHARACTERS = 2000;
/** A prompt this full has its oldest turns summarised: the Julep contract, 4.7. */
const FULL = 0.75;
/** So much of the budget is left to the latest turns. */
const KEPT = 0.4;

/** What one model call makes of a conversation. Throws "model-failed" where it says nothing, and what the call throws. */
export async function summaryOf(
  scope: Scope,
  instruction: string,
  line: readonly Message[],
  before: string | null,
): Promise<string> {
  const spoken = line.flatMap((message) => {
    const text = messageText(message.parts);
    const isLeftOut = text === "" || message.role === "tool";
    return isLeftOut ? [] : [`${message.role}: ${text.replace(/\s+/gu, " ").slice(0, MESSAGE_CHARACTERS)}`];
  });
  const transcript = [...(before === null ? [] : [`summary of what came before: ${before}`]), ...spoken]
    .join("\n")
    .slice(-TRANSCRIPT_CHARACTERS);
  const answer = await completeText(scope, {
    purpose: "summary",
    messages: [
      { role: "system", text: instruction },
      { role: "user", parts: [{ type: "text", text: transcript }] },
    ],
    maxTokens: 400,
    apiKey: scope.providerKey,
  });
  const text = withoutReasoning(answer).trim() || cleanTitle(transcript);
  if (!text) throw new ChatError("model-failed", "The model gave no summary");
  return text;
}

const REPLACEMENT_INSTRUCTION =
  "Summarise the conversation below for the assistant that goes on with it: facts, names, numbers, decisions, what the " +
  "person wants and what is open. In the language of the conversation, at most 200 words. Answer with the summary alone.";

/**
 * Has the oldest turns of a session summarised in the background, where its prompt is nearly full. Later prompts hold the
 * summary instead of these turns; the history keeps them.
 *
 * Gives the id of the job, or null where there is nothing to do or it is being done.
 */
export async function makeRoom(
  scope: Scope,
  { session, budget, description }: Pick<PreparedTurn, "session" | "budget" | "description">,
): Promise<string | null> {
  if (session.contextOverflow !== "adaptive" || budget === null || description.size < FULL * budget) return null;
  const start = (session.replacement?.uptoPosition ?? -1) + 1;
  const line = await readLine(scope.database, scope.accountId, session.id, start);
  const old = oldTurns(line, KEPT * budget);
  const last = old.at(-1);
  if (!last) return null;
  const id = newId();
  const job = { id, accountId: scope.accountId, sessionId: session.id, kind: "summarise" };
  if (!(await insertSessionJob(scope.database, job))) return null;
  void summarise(scope, session, old, last, id);
  return id;
}

async function summarise(scope: Scope, session: Session, old: readonly Message[], last: Message, jobId: string) {
  try {
    const text = await summaryOf(scope, REPLACEMENT_INSTRUCTION, old, session.replacement?.text ?? null);
    await insertSummary(scope.database, {
      id: newId(),
      sessionId: session.id,
      branchId: last.branchId,
      uptoPosition: last.position,
      text,
      replaces: true,
    });
    await endJob(scope.database, jobId, "succeeded", `${old.length} messages are summarised`);
  } catch (thrown) {
    scope.log.warn({ err: thrown, sessionId: session.id }, "The oldest turns of a session could not be summarised");
    await endJob(scope.database, jobId, "failed", toChatError(thrown).message).catch((failed) => {
      scope.log.error({ err: failed, jobId }, "The end of a job could not be noted");
    });
  }
}

/** The oldest messages of a line, up to a turn's end, so that what stays has about `kept` tokens or is the last turn. */
function oldTurns(line: readonly Message[], kept: number): readonly Message[] {
  const starts = line.flatMap((message, n) => (message.role === "user" && n > 0 ? [n] : []));
  const cut = starts.find((n) => promptTokens(promptLine(line.slice(n), [], true).past) <= kept) ?? starts.at(-1) ?? 0;
  return line.slice(0, cut);
}
