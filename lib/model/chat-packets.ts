import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import { ChatError } from "../domain/errors.ts";
import type { Pace } from "./frame-pace.ts";
import { ANSWER_LIMIT_BYTES, tooLongAnswer } from "./limited-text.ts";
import { closedConnection, endedEarly } from "./provider-error.ts";
import type { Watch } from "./waits.ts";

const DRAIN_MS = 1000;
/** Behind its reason to end an answer is waited on no longer than this: some servers leave their connection open. */
const ENDING_MS = 1500;

/** An answer that comes in, and its text unpacked. */
export type Incoming = { readonly response: IncomingMessage; readonly body: Readable };

/** What has been read of an answer, as far as it matters to when it ends. */
export type Reading = {
  /** Whether it has said that it is over. */
  readonly isDone: () => boolean;
  /** Whether it has given its reason to end. */
  readonly isEnding: () => boolean;
};

/** Says how long the rest of an answer that has given its reason is still waited for. */
export function endingClock({ isEnding }: Reading): {
  /** Something was read, and may have said something. */
  readonly noted: (hasSaid: boolean) => void;
  /** Milliseconds; null: as long as it takes. */
  readonly leftMs: () => number | null;
} {
  let until: number | null = null;
  return {
    noted(hasSaid) {
      if (isEnding() && (until === null || hasSaid)) until = performance.now() + ENDING_MS;
    },
    leftMs: () => (until === null ? null : Math.max(0, until - performance.now())),
  };
}

/** Lets the end of an answer come in, so that its connection serves the next call; it has a second for that. */
function leaveOpen({ response, body }: Incoming): void {
  const timer = setTimeout(() => response.destroy(), DRAIN_MS);
  timer.unref();
  response.once("close", () => clearTimeout(timer));
  body.resume();
}

/** What has come of a response and was not taken. */
function inbox({ response, body }: Incoming, { signal, heard }: Watch) {
  let waiting: string[] = [];
  let failure: unknown = null;
  let isCut = false;
  let isOver = false;
  let size = 0;
  let arrived = Promise.withResolvers<void>();
  const settle = (thrown: unknown) => {
    failure ??= thrown;
    isOver = true;
    arrived.resolve();
  };
  const cut = (thrown: ChatError) => {
    isCut ||= !isOver && !signal.aborted;
    settle(signal.aborted ? signal.reason : thrown);
  };
  body.on("data", (text: string) => {
    heard();
    size += text.length;
    if (size > ANSWER_LIMIT_BYTES) {
      settle(tooLongAnswer(ANSWER_LIMIT_BYTES));
      response.destroy();
      return;
    }
    waiting.push(text);
    arrived.resolve();
  });
  body.on("end", () => settle(null));
  body.on("error", (thrown) => cut(closedConnection(thrown)));
  response.on("close", () => {
    if (!response.complete) cut(endedEarly());
  });
  return {
    isEmpty: () => waiting.length === 0,
    isOver: () => isOver,
    /** Whether the connection went away by itself. */
    isCut: () => isCut,
    failure: () => failure,
    take(): string {
      const text = waiting.join("");
      waiting = [];
      return text;
    },
    /** Waits for more, `ms` at the most; null: as long as it takes. */
    async more(ms: number | null): Promise<void> {
      arrived = Promise.withResolvers();
      const timer = ms === null ? undefined : setTimeout(arrived.resolve, ms);
      await arrived.promise;
      clearTimeout(timer);
    },
  };
}

/**
 * The texts of a response as they come in, those of a held time joined. Leaving early closes the connection, and so
 * does an answer that has given its reason and says nothing more. A connection that goes away behind the reason is no
 * failure.
 *
 * A held connection is not read: a token that came alone would cost a read of its own, which is more than all the rest
 * of its way.
 */
export async function* packets(
  incoming: Incoming,
  watching: Watch,
  {
    reader,
    pace,
    ending,
  }: { readonly reader: Reading; readonly pace: Pace; readonly ending: Pick<ReturnType<typeof endingClock>, "leftMs"> },
): AsyncGenerator<string, void> {
  const { response } = incoming;
  const { socket } = response;
  const box = inbox(incoming, watching);
  try {
    while (!box.isEmpty() || !box.isOver()) {
      const holdMs = box.isOver() ? 0 : pace.holdMs();
      if (holdMs > 0) {
        socket.pause();
        await sleep(holdMs);
        socket.resume();
        // The event loop reads what waits before it comes to this.
        await immediate();
      }
      if (box.isEmpty() && !box.isOver()) {
        const leftMs = ending.leftMs();
        if (leftMs === 0) break;
        await box.more(leftMs === null ? null : leftMs + 1);
      }
      const text = box.take();
      if (text !== "") yield text;
    }
    const failure = box.failure();
    if (failure && !(box.isCut() && reader.isEnding())) {
      throw failure instanceof ChatError ? failure : closedConnection(failure);
    }
  } finally {
    if (reader.isDone()) leaveOpen(incoming);
    else response.destroy();
  }
}
