import { findFirstQuestion } from "../db/first-question.ts";
import { findPosition } from "../db/messages.ts";
import { setTitle } from "../db/sessions.ts";
import { toChatError } from "../domain/errors.ts";
import type { Session } from "../domain/session.ts";
import { cutWords } from "../domain/text.ts";
import type { Asking } from "./admission.ts";
import { cleanTitle } from "./clean-title.ts";
import { completeText } from "./complete-text.ts";
import type { Ports, Scope } from "./scope.ts";
import type { Topic } from "./turn/question.ts";

const INSTRUCTION =
  "Write a title for a conversation that begins with the message below. At most 8 words, in the language of the " +
  "message, no quotation marks, no full stop. Answer with the title alone.";

/** The title of a session until a model has found a better one: the first words of its question. */
export function fallbackTitle(question: string): string | null {
  const words = cutWords(question, 60, "...");
  return words === "" ? null : words;
}

/**
 * A title made by the small model, or null when it fails, takes too long, is cut off or says nothing usable, and where
 * the account is at its limit. `isAsked`: see `Completion`.
 *
 * What models wrap around a title is taken off: reasoning, quotes, Markdown, labels, line breaks, a final stop.
 */
export async function modelTitle(
  scope: Asking & Pick<Ports, "models" | "log">,
  question: string,
  { isAsked, apiKey }: { readonly isAsked: boolean; readonly apiKey?: string },
): Promise<string | null> {
  try {
    const text = await completeText(scope, {
      purpose: "title",
      messages: [
        { role: "system", text: INSTRUCTION },
        { role: "user", parts: [{ type: "text", text: question.slice(0, 4000).toWellFormed() }] },
      ],
      maxTokens: 200,
      apiKey,
      isAsked,
    });
    return cleanTitle(text);
  } catch (thrown) {
    // At a limit there would be a line for each turn.
    const level = toChatError(thrown).code === "rate-limited" ? "debug" : "warn";
    scope.log[level]({ err: thrown }, "No title from the model");
    return null;
  }
}

/**
 * Gives a session whose title is only its first words a better one, in the background.
 *
 * `session` is the session as it was before the turn, and `first` the first thing it was asked, where that is known.
 * A title of a model or a person stays. A failure is logged and tried again after the next turn, and so is a title for
 * which too many others wait. What is asked in another way meanwhile gets its title with that turn.
 */
export async function improveTitle(scope: Scope, session: Session, first: Topic | null): Promise<void> {
  if (session.titleSource !== "fallback" && session.titleSource !== "none") return;
  await scope.lanes.add(async () => {
    await quiet(scope.runner);
    await titleFor(scope, session, first);
  });
}

const BUSY_TURNS = 16;
const LOOK_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/** Waits while many turns run, as people read them and not the title; but not for long. */
async function quiet(runner: Scope["runner"]): Promise<void> {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  while (runner.count() > BUSY_TURNS && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref());
  }
}

async function titleFor(scope: Scope, session: Session, first: Topic | null): Promise<void> {
  const { database, accountId } = scope;
  const { id, activeBranchId } = session;
  const firstQuestion = () => findFirstQuestion(database, accountId, id);
  try {
    const asked = first?.text ?? (await firstQuestion());
    if (asked === null) return;
    const title = await modelTitle(scope, asked, { isAsked: false, apiKey: scope.providerKey });
    if (title === null) return;
    const isShown = first
      ? (await findPosition(database, accountId, id, first.messageId)) !== null
      : (await firstQuestion()) === asked;
    if (!isShown) return;
    // Where its history was deleted meanwhile, the title would say what was in it.
    await setTitle(database, accountId, id, title, "model", false, activeBranchId);
  } catch (thrown) {
    scope.log.warn({ err: thrown, sessionId: id }, "A session keeps its first words as its title");
  }
}
