import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { type Block, emptyTurn, foldEvent, type TurnState } from "./turn-state";

/**
 * A question and its answer. An untouched turn stays the same object, so that it need not be drawn again. What a turn knows
 * beside its events, such as its place among branches, is a field here, which `turnsIn` fills.
 */
export type Turn = TurnState & { readonly key: string };

/** The turns that events tell of. The one that runs is the last, also where nothing was said in it yet. */
export function turnsIn(events: readonly SessionEvent[], runningId: string | null) {
  const told: TurnState[] = [];
  for (const event of events) {
    const open = told.at(-1);
    if (event.type === "user_input" || !open || isOver(open)) told.push(foldEvent(emptyTurn, event));
    else told[told.length - 1] = foldEvent({ ...open, stop: null }, event);
  }
  const last = told.at(-1);
  const isThere = last !== undefined && (last.runId ?? runningId) === runningId;
  if (runningId !== null && !isThere) told.push({ ...emptyTurn, runId: runningId });
  const keys = new Set<string>();
  const turns: readonly Turn[] = told.map((turn) => ({ ...turn, key: newKey(turn, keys) }));
  // It may have told its end a moment before that is stored.
  return { turns, isOver: isThere && last.stop !== null };
}

/** A turn whose calls wait for their answers goes on with these, by a run of their own. */
const isOver = ({ stop }: TurnState): boolean => stop !== null && (stop.pending_call_ids ?? []).length === 0;

/** A name that a turn keeps, and that no other of `taken` has. */
function newKey(turn: TurnState, taken: Set<string>): string {
  const name = turn.question?.id ?? `answer:${turn.runId}`;
  let key = name;
  for (let n = 2; taken.has(key); n++) key = `${name}:${n}`;
  taken.add(key);
  return key;
}

/** The turn that is shown, where what is stored says the same. */
export function unchanged(shown: Turn | undefined, stored: Turn): Turn {
  if (!shown) return stored;
  const isSame =
    shown.runId === stored.runId &&
    shown.lastMessageId === stored.lastMessageId &&
    shown.question?.text === stored.question?.text &&
    shown.stop?.status === stored.stop?.status &&
    shown.stop?.is_error === stored.stop?.is_error &&
    shown.blocks.length === stored.blocks.length &&
    shown.blocks.every((block, n) => isSameBlock(block, stored.blocks[n]));
  return isSame ? shown : stored;
}

function isSameBlock(a: Block, b: Block | undefined): boolean {
  if (a.kind === "tool" || b?.kind === "tool") {
    if (a.kind !== "tool" || b?.kind !== "tool" || a.callId !== b.callId) return false;
    return (a.input === null) === (b.input === null) && a.result?.isError === b.result?.isError;
  }
  return a.kind === b?.kind && a.text === b.text && a.done === b.done;
}
