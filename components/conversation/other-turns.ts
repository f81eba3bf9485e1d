import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import type { Beyond, ConversationState, Elsewhere } from "./conversation-state";
import { type Turn, turnsIn } from "./turns-in";

// How a conversation comes to show more turns than its last ones.

type List = { readonly turns: readonly Turn[]; readonly older: Beyond | null };

/** The turns that are looked at. */
export const shownIn = (state: ConversationState): List & { readonly newer: Beyond | null } =>
  state.elsewhere ?? { turns: state.turns, older: state.older, newer: null };

export const beyond = (place: string | null): Beyond | null => (place === null ? null : { place, reading: "no" });

export function withReading(
  state: ConversationState,
  side: "older" | "newer",
  reading: Beyond["reading"],
): ConversationState {
  const { elsewhere, older } = state;
  if (side === "newer")
    return elsewhere ? { ...state, elsewhere: { ...elsewhere, newer: { ...elsewhere.newer, reading } } } : state;
  if (!elsewhere) return older ? { ...state, older: { ...older, reading } } : state;
  return elsewhere.older ? { ...state, elsewhere: { ...elsewhere, older: { ...elsewhere.older, reading } } } : state;
}

export function withOlder(state: ConversationState, window: SessionWindow): ConversationState {
  const { elsewhere } = state;
  return elsewhere
    ? { ...state, elsewhere: { ...elsewhere, ...before(elsewhere, window) } }
    : { ...state, ...before(state, window) };
}

/** A list with older turns before its own. */
function before({ turns }: List, window: SessionWindow): List {
  const older = turnsIn(window.events, null, window.forks).turns;
  const [first, ...rest] = turns;
  const last = older.at(-1);
  // A turn of very many messages may be told in two windows.
  const isOneTurn = last && first && last.stop === null && first.question === null && last.runId === first.runId;
  const joined = isOneTurn ? { ...first, question: last.question, blocks: [...last.blocks, ...first.blocks] } : null;
  const all = joined ? [...older.slice(0, -1), joined, ...rest] : [...older, ...turns];
  return { turns: once(all), older: beyond(window.before) };
}

export function withElsewhere(state: ConversationState, window: SessionWindow): ConversationState {
  const list = { turns: turnsIn(window.events, null, window.forks).turns, older: beyond(window.before) };
  return met(state, list, beyond(window.after));
}

export function withNewer(state: ConversationState, window: SessionWindow): ConversationState {
  const { elsewhere } = state;
  if (!elsewhere) return state;
  const turns = once([...elsewhere.turns, ...turnsIn(window.events, null, window.forks).turns]);
  return met(state, { turns, older: elsewhere.older }, beyond(window.after));
}

/** Looks at turns of the middle; where they reach those at the end, all are one list again. */
function met(state: ConversationState, { turns, older }: List, newer: Elsewhere["newer"] | null): ConversationState {
  const at = turns.findIndex(({ key }) => key === state.turns[0]?.key);
  if (at >= 0) return { ...state, turns: [...turns.slice(0, at), ...state.turns], older, elsewhere: null };
  // Nothing follows them: the last turns are among them, and have changed since they were read.
  return newer ? { ...state, elsewhere: { turns, older, newer } } : { ...state, elsewhere: null };
}

function once(turns: readonly Turn[]): readonly Turn[] {
  const known = new Set<string>();
  return turns.filter(({ key }) => !known.has(key) && known.add(key));
}
