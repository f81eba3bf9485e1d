import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { type Action, type ConversationState, emptyConversation } from "./conversation-state";
import { beyond, shownIn, withElsewhere, withNewer, withOlder, withReading } from "./other-turns";
import { emptyTurn, foldEvent, type Question, type TurnState } from "./turn-state";
import { type Turn, turnsIn, unchanged } from "./turns-in";

/** The conversation after one more thing has happened. */
export function reduce(state: ConversationState, action: Action): ConversationState {
  switch (action.type) {
    case "window":
      return withWindow(state, action.window);
    case "reading":
      return withReading(state, action.side, action.reading);
    case "older":
      return withOlder(state, action.window);
    case "newer":
      return withNewer(state, action.window);
    case "elsewhere":
      return action.window ? withElsewhere(state, action.window) : { ...state, elsewhere: null };
    case "asked":
      return withQuestion(state, action.question, action.inPlaceOf);
    case "answered":
      return withAnswers(state);
    case "repeated":
      return { ...withTaken(state), turns: state.turns.slice(0, -1), run: null, connection: "open" };
    case "made":
      return { ...state, sessionId: action.sessionId };
    case "taken":
      return state.run ? { ...withTaken(state), run: { ...state.run, id: action.runId, replaced: [] } } : state;
    case "refused":
      return withRefusal(state, action.why, action.status);
    case "refusal-read":
      return { ...state, refusal: null };
    case "event":
      return withEvent(state, action.event, action.number);
    case "told-again":
      return withTurnOfRun(state, action.turn, action.number, action.at);
    case "connection":
      return state.connection === action.connection ? state : { ...state, connection: action.connection };
    case "stopping":
      return state.run ? { ...state, run: { ...state.run, isStopping: true } } : state;
    case "left":
      return { ...state, run: null, connection: "open" };
  }
}

/** The conversation that a page begins with. */
export const conversationOf = (window: SessionWindow | null): ConversationState =>
  window ? withWindow(emptyConversation, window) : emptyConversation;

function withWindow(state: ConversationState, window: SessionWindow): ConversationState {
  const told = turnsIn(window.events, window.running?.run_id ?? null, window.forks);
  const fresh = withKeysOf(state.turns, told.turns);
  const running = told.isOver ? null : window.running;
  const shown = new Map(state.turns.map((turn) => [turn.key, turn]));
  // What stands before a message is the same on every branch: what was read of it stays right.
  const at = state.turns.findIndex(({ key }) => key === fresh[0]?.key);
  const isKept = at > 0;
  const turns = fresh.map((turn) => unchanged(shown.get(turn.key), turn));
  return {
    ...withTakenAfterAll(state, turns),
    sessionId: window.session.session_id,
    turns: isKept ? [...state.turns.slice(0, at), ...turns] : turns,
    older: isKept ? state.older : beyond(window.before),
    run: running && {
      id: running.run_id,
      after: running.after,
      at: running.at,
      isStopping: false,
      replaced: [],
      goesOn: told.goesOn,
    },
    connection: "open",
  };
}

/**
 * A question that nobody heard the server take may be with it all the same: then it has come to be with what is stored.
 */
function withTakenAfterAll(state: ConversationState, stored: readonly Turn[]): ConversationState {
  const { refusal, turns } = state;
  if (refusal?.status !== 0 || (refusal.text === "" && refusal.files.length === 0)) return state;
  const before = new Set(turns.map(({ key }) => key));
  // Its stored id is another one than it was asked under.
  const isIt = ({ key, question }: Turn) =>
    !before.has(key) && question?.text === refusal.text && question.files.length === refusal.files.length;
  return stored.some(isIt) ? { ...state, refusal: null, taken: refusal.key } : state;
}

/** A turn that was asked here keeps the key that it was asked under, so that it is not drawn as another. */
function withKeysOf(shown: readonly Turn[], stored: readonly Turn[]): readonly Turn[] {
  const keys = new Map(shown.map(({ question, key }) => [question?.id, key]));
  return stored.map((turn) => {
    const key = turn.question === null ? undefined : keys.get(turn.question.id);
    return key === undefined || key === turn.key ? turn : { ...turn, key };
  });
}

function withQuestion(state: ConversationState, question: Question, inPlaceOf: string | null): ConversationState {
  // What is asked in the place of a turn follows what stands before that one.
  const { turns, older } = inPlaceOf === null ? state : shownIn(state);
  const at = turns.findIndex(({ key }) => key === inPlaceOf);
  const kept = at === -1 ? turns : turns.slice(0, at);
  const replaced = at === -1 ? [] : turns.slice(at);
  const count = (replaced[0]?.versions?.count ?? 1) + 1;
  const versions = at === -1 ? null : { shown: count, count, previous: null, next: null };
  return {
    ...state,
    older,
    turns: [...kept, { ...emptyTurn, key: question.id, question, versions }],
    elsewhere: null,
    run: { id: null, after: 0, at: null, isStopping: false, replaced, goesOn: null },
    refusal: null,
  };
}

const withTaken = (state: ConversationState): ConversationState => ({
  ...state,
  taken: state.turns.at(-1)?.key ?? null,
});

function withAnswers(state: ConversationState): ConversationState {
  const last = state.turns.at(-1);
  if (!last) return state;
  return {
    ...state,
    turns: state.turns.with(-1, { ...last, stop: null }),
    elsewhere: null,
    run: { id: null, after: 0, at: null, isStopping: false, replaced: [last], goesOn: last },
    refusal: null,
  };
}

function withRefusal(state: ConversationState, why: string, status: number): ConversationState {
  const { run } = state;
  if (!run) return state;
  const asked = run.replaced.length > 0 ? null : state.turns.at(-1)?.question;
  const key = state.turns.at(-1)?.key ?? "";
  const turns = [...state.turns.slice(0, -1), ...run.replaced];
  const refusal = { key, text: asked?.text ?? "", files: asked?.files ?? [], why, status };
  return { ...state, turns, run: null, connection: "open", refusal };
}

function withEvent(state: ConversationState, event: SessionEvent, number: number): ConversationState {
  const last = state.turns.at(-1);
  if (!last || !state.run) return state;
  const isKnown = event.type === "user_input" && state.turns.some(({ question }) => question?.id === event.message_id);
  const turn = isKnown ? { ...last, runId: event.run_id ?? last.runId } : foldEvent(last, event);
  return withTurnOfRun(state, turn, number, placeOf(event));
}

/** What tells an event of a turn from another one of the same number. */
export const placeOf = (event: SessionEvent): string => `${event.type}:${event.event_id}`;

function withTurnOfRun(
  state: ConversationState,
  told: TurnState,
  number: number,
  at: string | null,
): ConversationState {
  const last = state.turns.at(-1);
  if (!last || !state.run) return state;
  const question = told.question ?? last.question;
  const turns = state.turns.with(-1, { ...told, question, key: last.key, versions: last.versions });
  if (told.stop !== null) return { ...state, turns, run: null, connection: "open" };
  return { ...state, turns, run: { ...state.run, id: state.run.id ?? told.runId, after: number, at } };
}
