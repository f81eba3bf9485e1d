import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { isProblem } from "../api";
import type { Action, ConversationState } from "./conversation-state";
import { placeOf } from "./reduce";
import { emptyTurn, foldEvent, type TurnState } from "./turn-state";

/** An event with the number that the server gave it; null where it gave none. */
export type NumberedEvent = { readonly number: number | null; readonly event: SessionEvent };

/** A turn's events as they come; ends when the connection does, well or badly. */
export type TurnStream = { readonly runId: string | null; readonly events: AsyncIterable<NumberedEvent> };

/** Where a turn's stream goes on: after the event of this number, which is `at`. */
export type StreamPlace = { readonly after: number; readonly at: string | null };

export type ReaderPorts = {
  /** The turn that runs in a session, or ran last; null when there is none to follow. Throws a Problem. */
  readonly follow: (sessionId: string, place: StreamPlace, signal: AbortSignal) => Promise<TurnStream | null>;
  /** Waits, but not past the moment the network is back. Throws when `signal` ends it. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

export type Reading = {
  readonly sessionId: string;
  readonly state: () => ConversationState;
  readonly tell: (action: Action) => void;
  /** Ends the reading, not the turn. */
  readonly signal: AbortSignal;
};

const backoffMs = [400, 1000, 2000, 4000, 8000];

/**
 * Tells the events of the turn that runs, to its stop; a broken connection is mended underneath, and nothing is told
 * twice or left out. `first`: its stream, where it is open already. "gone": it can be followed no more, and what is
 * stored knows how it went. "left": `signal` ended it.
 */
export async function readTurn(
  ports: ReaderPorts,
  reading: Reading,
  first: TurnStream | null,
): Promise<"stopped" | "gone" | "left"> {
  const { state, tell, signal } = reading;
  let stream = first ?? (await follow(ports, reading, 0));
  for (;;) {
    if (signal.aborted) return "left";
    const { run } = state();
    if (stream === null || (run?.id && stream.runId !== null && stream.runId !== run.id)) return "gone";
    tell({ type: "connection", connection: "open" });
    try {
      if (await readStream(stream, reading)) return "stopped";
    } catch {
      // The connection broke, or was ended here.
    }
    if (signal.aborted) return "left";
    tell({ type: "connection", connection: "lost" });
    stream = await follow(ports, reading, backoffMs[0] ?? 0);
  }
}

/** Tells what a stream gives; whether that was the end of the turn. */
async function readStream(stream: TurnStream, { state, tell, signal }: Reading): Promise<boolean> {
  let again: TurnState | null = null;
  for await (const { number: given, event } of stream.events) {
    const { run } = state();
    if (signal.aborted || run === null) return run === null;
    const number = given ?? run.after;
    // A number that was told before: the turn has gone another way, and is told from its beginning.
    if (again === null && given !== null && run.after > 0 && given <= run.after) again = run.goesOn ?? emptyTurn;
    if (again === null) tell({ type: "event", event, number });
    else {
      again = foldEvent(again, event);
      if (number < run.after && again.stop === null) continue;
      tell({ type: "told-again", turn: again, number, at: placeOf(event) });
      again = null;
    }
    if (event.type === "stop") return true;
  }
  return false;
}

/** Asks for the turn until the server answers; null when there is none any more. */
async function follow(ports: ReaderPorts, reading: Reading, firstWaitMs: number): Promise<TurnStream | null> {
  const { sessionId, state, signal } = reading;
  for (
    let attempt = 0, ms = firstWaitMs;
    ;
    attempt++, ms = backoffMs[Math.min(attempt, backoffMs.length - 1)] ?? 8000
  ) {
    try {
      if (ms > 0) await ports.wait(ms, signal);
      const { after, at } = state().run ?? { after: 0, at: null };
      return await ports.follow(sessionId, { after, at }, signal);
    } catch (thrown) {
      if (signal.aborted) return null;
      if (isProblem(thrown) && thrown.status >= 400 && thrown.status < 500 && thrown.status !== 429) return null;
      reading.tell({ type: "connection", connection: "lost" });
    }
  }
}
