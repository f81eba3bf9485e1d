import type { Final } from "./finals.ts";
import type { Act, Fault, Ledger, Question } from "./ledger.ts";
import { type SeenTurn, tagOf } from "./seen.ts";
import { answerTo, bare, questionOf, shortened } from "./texts.ts";

// What is stored in the end, held against what clients were told.

/** Everything that is wrong in what is stored. */
export function auditStored(ledger: Ledger, finals: ReadonlyMap<string, Final | null>): Fault[] {
  const faults: Fault[] = [];
  const places = new Map<string, string>();
  for (const [sessionId, final] of finals) {
    const fault = (what: string) => faults.push({ what, sessionId });
    if (final === null) {
      if (!ledger.deletes.some((act) => act.sessionId === sessionId))
        fault("The session is gone, and nobody deleted it");
      continue;
    }
    if (ledger.deletes.some((act) => act.sessionId === sessionId && act.isDone)) fault("A deleted session is there");
    if (final.line !== final.history) {
      fault(`The dialects differ: ${shortened(final.line, 400)} and in Julep ${shortened(final.history, 400)}`);
    }
    for (const turn of final.turns) {
      const tag = tagOf(turn);
      const place = places.get(tag);
      if (place !== undefined) fault(`${tag} is stored twice${place === sessionId ? "" : `, also in ${place}`}`);
      places.set(tag, sessionId);
      for (const what of turnFaults(ledger, sessionId, turn)) fault(what);
    }
    for (const what of orderFaults(ledger, final)) fault(what);
  }
  for (const question of ledger.questions) {
    const final = question.sessionId === null ? undefined : finals.get(question.sessionId);
    if (final) for (const what of questionFaults(question, final)) faults.push({ what, sessionId: final.id });
    for (const what of endingFaults(ledger, question)) faults.push({ what, sessionId: question.sessionId });
  }
  return faults;
}

const isPartOf = (answer: string, tag: string): boolean => bare(answerTo(tag)).startsWith(bare(answer));
const isWhole = (answer: string, tag: string): boolean => bare(answerTo(tag)) === bare(answer);

/** Whether somebody stopped, or deleted, a session while a question may have run in it. */
const wasTold = (acts: readonly Act[], sessionId: string | null, question: Question | undefined): boolean =>
  acts.some(
    (act) =>
      act.sessionId === sessionId &&
      act.endedAt >= (question?.sentAt ?? 0) &&
      // What was lost may have run on.
      (question === undefined || question.ending.kind === "lost" || act.sentAt <= question.endedAt),
  );

function* turnFaults(ledger: Ledger, sessionId: string, turn: SeenTurn): Generator<string> {
  const tag = tagOf(turn);
  const { questions, answer, stop, runId } = turn;
  const question = ledger.questions.find((one) => one.tag === tag);
  const way = ledger.ways.get(tag);
  if (way === undefined) return yield `Nobody asked ${questions.join(" / ")} (run ${runId})`;
  if (question?.sessionId && question.sessionId !== sessionId) yield `${tag} was asked in ${question.sessionId}`;
  if (questions.length !== 1 || questions[0] !== questionOf(tag)) yield `${tag} is stored as ${questions.join(" / ")}`;
  if (!isPartOf(answer, tag)) yield `${tag} has another answer: ${shortened(answer, 1500)}`;
  if (stop === null) return yield `${tag} has no stop, though nothing runs`;
  const isTold = wasTold(ledger.stops, sessionId, question);
  switch (stop.status) {
    case "completed":
      if (!isWhole(answer, tag)) yield `${tag} (${way}) is completed, but not whole: ${shortened(answer)}`;
      return;
    case "cancelled":
      if (!isTold) yield `${tag} (${way}) is cancelled, and nobody stopped it`;
      return;
    case "interrupted":
      // The others end with the process that answers their callers. Where all was said, a model has nothing to add.
      if (way === "llamacloud" && !isWhole(answer, tag))
        yield `${tag} was to go on, and is interrupted: ${shortened(answer)}`;
      return;
    default:
      yield `${tag} (${way}) is ${stop.status}: ${stop.error}`;
  }
}

/** What was acknowledged before another was sent stands before it. */
function* orderFaults(ledger: Ledger, final: Final): Generator<string> {
  const tags = final.turns.map(tagOf);
  const own = ledger.questions.filter(({ tag }) => tags.includes(tag));
  for (const earlier of own) {
    if (earlier.ending.kind !== "acknowledged") continue;
    for (const later of own) {
      const isLater = earlier.endedAt < later.sentAt;
      if (isLater && tags.indexOf(earlier.tag) > tags.indexOf(later.tag)) {
        yield `${earlier.tag} was acknowledged before ${later.tag} was sent, and stands behind it`;
      }
    }
  }
}

/** What a client was told of its question, held against the session. */
function* questionFaults({ tag, way, ending, isEntered, tries }: Question, final: Final): Generator<string> {
  const turn = final.turns.find((one) => tagOf(one) === tag);
  switch (ending.kind) {
    case "acknowledged":
    case "ended":
      if (!turn) yield `${tag} (${way}) was answered (${ending.kind}), and is lost`;
      else if (bare(turn.answer) !== bare(ending.text)) {
        yield `${tag} (${way}): told ${shortened(ending.text, 300)} and stored ${shortened(turn.answer, 300)}`;
      }
      return;
    case "refused":
      if (turn && tries === 1) yield `${tag} (${way}) was refused with ${ending.status}, and is stored`;
      return;
    case "failed":
    case "lost":
      if (!turn && isEntered && way === "llamacloud") yield `${tag} was entered, and is lost`;
      return;
    default:
      ending satisfies never;
  }
}

/** Whether a question may end as it did for its client. */
function* endingFaults(ledger: Ledger, question: Question): Generator<string> {
  const { tag, way, ending, sessionId, tries } = question;
  const isStopped = wasTold(ledger.stops, sessionId, question);
  const isDeleted = wasTold(ledger.deletes, sessionId, question);
  switch (ending.kind) {
    case "acknowledged":
      if (isWhole(ending.text, tag) || (isStopped && isPartOf(ending.text, tag) && !way.startsWith("assistants")))
        return;
      yield `${tag} (${way}) got a wrong answer: ${shortened(ending.text, 1500)}`;
      return;
    case "ended":
      if (ending.status === "cancelled" ? isStopped || isDeleted : isWhole(ending.text, tag)) return;
      if (isDeleted && /not.found/iu.test(ending.status)) return;
      yield `${tag} (${way}) ended as ${ending.status}`;
      return;
    case "refused":
      if (ending.status === 409 || ending.status === 429) return;
      if (ending.status === 404 && ledger.deletes.some((act) => act.sessionId === sessionId)) return;
      yield `${tag} (${way}) was refused with ${ending.status}`;
      return;
    case "failed":
      // A repeat hears what became of the first, whose process may have been killed.
      if (tries > 1 && /interrupted/u.test(ending.why)) return;
      if (isStopped && /cancelled/u.test(ending.why)) return;
      if (isDeleted && !ending.why.startsWith("5") && /not.found/iu.test(ending.why)) return;
      yield `${tag} (${way}) failed: ${ending.why}`;
      return;
    case "lost":
      return;
    default:
      ending satisfies never;
  }
}
