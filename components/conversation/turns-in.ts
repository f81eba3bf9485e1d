import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import type { ForkView } from "@/lib/dialects/web/fork.ts";
import { type Block, emptyTurn, foldEvent, goesOnWith, type TurnState } from "./turn-state";

/** Another version of a turn: its branch, its question, and where that stands. */
export type Version = { readonly branchId: string; readonly questionId: string; readonly place: string };

/**
 * A turn's place among its versions; `previous` and `next` are null where there is none, and where nobody knows yet.
 */
export type Versions = {
  readonly shown: number;
  readonly count: number;
  readonly previous: Version | null;
  readonly next: Version | null;
};

export type Direction = "previous" | "next";

/** Whether there is one beside the version that is shown, also where nobody has read yet which. */
export const hasVersion = (versions: Versions | null, direction: Direction): boolean =>
  versions !== null && (direction === "previous" ? versions.shown > 1 : versions.shown < versions.count);

/**
 * A question and its answer. An untouched turn stays the same object, so that it need not be drawn again. What a turn
 * knows beside its events is a field here, which `turnsIn` fills. `versions` is null where it is the only one.
 */
export type Turn = TurnState & { readonly key: string; readonly versions: Versions | null };

/**
 * The turns that events tell of. The one that runs is the last, also where nothing was said in it yet; `goesOn` is that
 * as it was before its calls were answered, null where none of its calls was.
 */
export function turnsIn(events: readonly SessionEvent[], runningId: string | null, forks: readonly ForkView[] = []) {
  const told: TurnState[] = [];
  let goesOn: TurnState | null = null;
  for (const event of events) {
    const open = told.at(-1);
    const isOfOpen = open !== undefined && (open.stop === null || goesOnWith(open, event));
    if (isOfOpen && open.stop !== null) goesOn = open;
    if (event.type === "user_input" || !isOfOpen) {
      told.push(foldEvent(emptyTurn, event));
      goesOn = null;
    } else told[told.length - 1] = foldEvent(open, event);
  }
  const last = told.at(-1);
  const isThere = last !== undefined && (last.runId ?? runningId) === runningId;
  if (runningId !== null && !isThere) {
    told.push({ ...emptyTurn, runId: runningId });
    goesOn = null;
  }
  const keys = new Set<string>();
  const forked = new Map(forks.map((fork) => [fork.message_id, versionsOf(fork)]));
  const turns: readonly Turn[] = told.map((turn) => ({
    ...turn,
    key: newKey(turn, keys),
    versions: forked.get(turn.question?.id ?? null) ?? null,
  }));
  // It may have told its end a moment before that is stored.
  return { turns, goesOn, isOver: isThere && last.stop !== null };
}

function versionsOf({ position, shown, count, alternatives }: ForkView): Versions {
  const version = (number: number): Version | null => {
    const found = alternatives.find((one) => one.number === number);
    if (!found || found.message_id === null) return null;
    return { branchId: found.branch_id, questionId: found.message_id, place: `${found.branch_id}.${position}` };
  };
  return { shown, count, previous: version(shown - 1), next: version(shown + 1) };
}

const isSameVersions = (a: Versions | null, b: Versions | null): boolean =>
  a === b ||
  (a?.shown === b?.shown &&
    a?.count === b?.count &&
    a?.previous?.branchId === b?.previous?.branchId &&
    a?.next?.branchId === b?.next?.branchId);

/** Whether a turn is that of a question, whose id it may not have been asked under. */
export const isOf = ({ key, question }: Turn, questionId: string): boolean =>
  key === questionId || question?.id === questionId;

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
    isSameVersions(shown.versions, stored.versions) &&
    shown.lastMessageId === stored.lastMessageId &&
    shown.question?.text === stored.question?.text &&
    shown.stop?.status === stored.stop?.status &&
    shown.stop?.is_error === stored.stop?.is_error &&
    shown.stop?.pending_call_ids?.length === stored.stop?.pending_call_ids?.length &&
    shown.notices.length === stored.notices.length &&
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
