import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { emptyTurn, foldEvent, type Question, type TurnState } from "./turn-state";
import { type Turn, turnsIn, unchanged } from "./turns-in";

// What one page shows of a session, as a value. Nothing here waits or asks: that is in conversation-store.ts.

/** The turn that is asked for or runs; it is the last of `turns`. */
export type Run = {
  /** Null until the server has taken the question. */
  readonly id: string | null;
  /** The number of the last event that was read, and what it was: where its stream goes on. */
  readonly after: number;
  readonly at: string | null;
  readonly isStopping: boolean;
  /** The turns that it stands in place of: they come back when it is refused. */
  readonly replaced: readonly Turn[];
  /** The turn that it goes on with, as it was when its calls waited; null: it has a turn of its own. */
  readonly goesOn: TurnState | null;
};

/**
 * Why a question was not taken; `key` is that of its turn, `text` is empty where it stands in the conversation already.
 */
export type Refusal = {
  readonly key: string;
  readonly text: string;
  readonly why: string;
  readonly status: number;
};

export type ConversationState = {
  /** Null until the first question makes the session. */
  readonly sessionId: string | null;
  /** The last turns of the session, oldest first. */
  readonly turns: readonly Turn[];
  /** Where older turns are asked for; null: these are all. */
  readonly older: { readonly before: string; readonly reading: "no" | "yes" | "failed" } | null;
  readonly run: Run | null;
  /** "lost": the connection broke and is being mended. */
  readonly connection: "open" | "lost";
  readonly refusal: Refusal | null;
};

export const emptyConversation: ConversationState = {
  sessionId: null,
  turns: [],
  older: null,
  run: null,
  connection: "open",
  refusal: null,
};

/** What can happen to a conversation. */
export type Action =
  /** The session's last turns, as they are stored. */
  | { readonly type: "window"; readonly window: SessionWindow }
  | { readonly type: "older-reading"; readonly reading: "yes" | "failed" }
  | { readonly type: "older"; readonly window: SessionWindow }
  /** A question, in place of the turn of a key and all after it. */
  | { readonly type: "asked"; readonly question: Question; readonly inPlaceOf: string | null }
  /** The calls that waited, by which the last turn goes on. */
  | { readonly type: "answered" }
  /** The server had taken this question before, and its turn is shown already. */
  | { readonly type: "repeated" }
  | { readonly type: "made"; readonly sessionId: string }
  | { readonly type: "taken"; readonly runId: string | null }
  | { readonly type: "refused"; readonly why: string; readonly status: number }
  | { readonly type: "refusal-read" }
  | { readonly type: "event"; readonly event: SessionEvent; readonly number: number }
  /** The turn that runs, told again from its beginning. */
  | { readonly type: "told-again"; readonly turn: TurnState; readonly number: number; readonly at: string | null }
  | { readonly type: "connection"; readonly connection: "open" | "lost" }
  | { readonly type: "stopping" }
  /** Nobody follows the turn any more; what is stored says how it went. */
  | { readonly type: "left" };

/** The conversation after one more thing has happened. */
export function reduce(state: ConversationState, action: Action): ConversationState {
  switch (action.type) {
    case "window":
      return withWindow(state, action.window);
    case "older-reading":
      return (state.older && { ...state, older: { ...state.older, reading: action.reading } }) || state;
    case "older":
      return withOlder(state, action.window);
    case "asked":
      return withQuestion(state, action.question, action.inPlaceOf);
    case "answered":
      return withAnswers(state);
    case "repeated":
      return { ...state, turns: state.turns.slice(0, -1), run: null, connection: "open" };
    case "made":
      return { ...state, sessionId: action.sessionId };
    case "taken":
      return state.run ? { ...state, run: { ...state.run, id: action.runId, replaced: [] } } : state;
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
  const told = turnsIn(window.events, window.running?.run_id ?? null);
  const fresh = told.turns;
  const running = told.isOver ? null : window.running;
  const shown = new Map(state.turns.map((turn) => [turn.key, turn]));
  // What stands before a message is the same on every branch: what was read of it stays right.
  const at = state.turns.findIndex(({ key }) => key === fresh[0]?.key);
  const isKept = at > 0;
  const turns = fresh.map((turn) => unchanged(shown.get(turn.key), turn));
  return {
    ...state,
    sessionId: window.session.session_id,
    turns: isKept ? [...state.turns.slice(0, at), ...turns] : turns,
    older: isKept ? state.older : olderIn(window),
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

const olderIn = ({ before }: SessionWindow) => (before === null ? null : { before, reading: "no" as const });

function withOlder(state: ConversationState, window: SessionWindow): ConversationState {
  const older = turnsIn(window.events, null).turns;
  const [first, ...rest] = state.turns;
  const last = older.at(-1);
  const isOneTurn = last && first && last.stop === null && first.question === null && last.runId === first.runId;
  const joined = isOneTurn ? { ...first, question: last.question, blocks: [...last.blocks, ...first.blocks] } : null;
  const turns = joined ? [...older.slice(0, -1), joined, ...rest] : [...older, ...state.turns];
  const known = new Set<string>();
  const once = turns.filter(({ key }) => !known.has(key) && known.add(key));
  return { ...state, turns: once, older: olderIn(window) };
}

function withQuestion(state: ConversationState, question: Question, inPlaceOf: string | null): ConversationState {
  const at = inPlaceOf === null ? -1 : state.turns.findIndex(({ key }) => key === inPlaceOf);
  const kept = at === -1 ? state.turns : state.turns.slice(0, at);
  const replaced = at === -1 ? [] : state.turns.slice(at);
  return {
    ...state,
    turns: [...kept, { ...emptyTurn, key: question.id, question }],
    run: { id: null, after: 0, at: null, isStopping: false, replaced, goesOn: null },
    refusal: null,
  };
}

function withAnswers(state: ConversationState): ConversationState {
  const last = state.turns.at(-1);
  if (!last) return state;
  return {
    ...state,
    turns: state.turns.with(-1, { ...last, stop: null }),
    run: { id: null, after: 0, at: null, isStopping: false, replaced: [last], goesOn: last },
    refusal: null,
  };
}

function withRefusal(state: ConversationState, why: string, status: number): ConversationState {
  const { run } = state;
  if (!run) return state;
  const text = run.replaced.length > 0 ? "" : (state.turns.at(-1)?.question?.text ?? "");
  const key = state.turns.at(-1)?.key ?? "";
  const turns = [...state.turns.slice(0, -1), ...run.replaced];
  return { ...state, turns, run: null, connection: "open", refusal: { key, text, why, status } };
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
  const turns = state.turns.with(-1, { ...told, question, key: last.key });
  if (told.stop !== null) return { ...state, turns, run: null, connection: "open" };
  return { ...state, turns, run: { ...state.run, id: state.run.id ?? told.runId, after: number, at } };
}
