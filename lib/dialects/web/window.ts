import type { OutlineEntry, Window } from "../../core/turn/history.ts";
import type { Fork } from "../../domain/branch.ts";
import { digitsValue } from "../../domain/exact-numbers.ts";
import type { SessionEvent, SessionSummary } from "../llamacloud/answers.ts";
import { encodeEvents, eventEncoder } from "../llamacloud/index.ts";
import { encodeFork, type ForkView } from "./fork.ts";

/**
 * Some turns of a session, oldest first, as their events with ids: what its page begins with, and how it goes on
 * upwards.
 */
export type SessionWindow = {
  readonly session: SessionSummary;
  /** Those of the turn that runs are the last; of its open block one event tells what was said so far. */
  readonly events: readonly SessionEvent[];
  /** Where the turns before these are asked for; null: there are none. */
  readonly before: string | null;
  /** Where the turns after these are asked for; null: the last turns are among these. */
  readonly after: string | null;
  /** The turn that runs, and where its stream goes on: after the event of this number, which is `at`. */
  readonly running: { readonly run_id: string; readonly after: number; readonly at: string | null } | null;
  /** Where others go another way, by the message that these have there. */
  readonly forks: readonly ForkView[];
};

/** So many turns a page begins with. */
export const TURNS_IN_WINDOW = 40;

/** Big whole numbers are told as their digits, since this is for a browser. */
export function encodeWindow(
  session: SessionSummary,
  window: Window & { readonly newerFrom?: number | null },
  forks: readonly Fork[],
): SessionWindow {
  const { line, runs, next, olderBefore, branchId, recalled, gone } = window;
  const running = window.running && runningSoFar(window.running);
  // What it has said is told by its own events, which tell of an open block too.
  const asked = window.running && { ...window.running, messages: [] };
  const events = digitsValue(encodeEvents({ line, runs, next, recalled, gone, running: asked }, true));
  return {
    session,
    events: running ? [...events, ...running.events] : events,
    before: placeAt(branchId, olderBefore),
    after: placeAt(branchId, window.newerFrom ?? null),
    running: running?.place ?? null,
    forks: forks.map(encodeFork),
  };
}

type WindowPlace = { readonly branchId: string; readonly position: number };

const placeAt = (branchId: string, position: number | null): string | null =>
  position === null ? null : `${branchId}.${position}`;

/** The questions of a session in their order: all of them, page by page. */
export type Outline = {
  readonly items: readonly { readonly id: string; readonly text: string; readonly place: string }[];
  /** Where the next page is asked for; null: this is the last. */
  readonly next: string | null;
};

/** `place` of a question is where the turns from it on are asked for. */
export function encodeOutline(items: readonly OutlineEntry[], next: OutlineEntry | null): Outline {
  const placeOf = ({ branchId, position }: OutlineEntry) => `${branchId}.${position}`;
  return {
    items: items.map((item) => ({ id: item.id, text: item.text ?? "", place: placeOf(item) })),
    next: next && placeOf(next),
  };
}

/** The place that `encodeWindow` has given; null for what is none. */
export function decodeWindowPlace(text: string): WindowPlace | null {
  const [, branchId, position] = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.(\d{1,9})$/u.exec(text) ?? [];
  return branchId === undefined ? null : { branchId, position: Number(position) };
}

function runningSoFar({ runId, events }: NonNullable<Window["running"]>) {
  const encode = eventEncoder({ runId, withIds: true, skippedIndexIds: [], agent: null });
  const told: SessionEvent[] = [];
  let place = { run_id: runId, after: 0, at: null as string | null }; // null until there is an event
  for (const [n, event] of digitsValue(events).entries()) {
    for (const one of encode(event)) {
      addTold(told, one);
      place = { run_id: runId, after: n + 1, at: `${one.type}:${one.event_id}` };
    }
  }
  return { events: told, place };
}

/**
 * Adds an event to those that tell the same more briefly: pieces of one block as one piece, and a whole block for them.
 */
function addTold(told: SessionEvent[], event: SessionEvent): void {
  const last = told.at(-1);
  const piece = last?.event_id === event.event_id ? last : undefined;
  if (piece?.type === "text_delta" && (event.type === "text_delta" || event.type === "text")) {
    const content = event.type === "text" ? event.content : piece.content + event.content;
    told[told.length - 1] = { ...event, content };
  } else if (piece?.type === "thinking_delta" && (event.type === "thinking_delta" || event.type === "thinking")) {
    const content = event.type === "thinking" ? event.content : piece.content + event.content;
    told[told.length - 1] = { ...event, content };
  } else if (piece?.type === "tool_call_delta" && event.type === "tool_call_delta") {
    told[told.length - 1] = { ...event, delta: piece.delta + event.delta };
  } else if (piece?.type === "tool_call_delta" && event.type === "tool_call") told[told.length - 1] = event;
  else told.push(event);
}
