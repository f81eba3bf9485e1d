import { readStretch, type StretchMessage } from "../db/stretch.ts";
import { messageText } from "../domain/message.ts";
import type { Session } from "../domain/session.ts";
import { promptLine } from "./render/line.ts";
import { promptTokens } from "./render/tokens.ts";
import type { Scope } from "./scope.ts";

/** So long a conversation is summarised in one go. */
const TRANSCRIPT_CHARACTERS = 60_000;
const MESSAGE_CHARACTERS = 2000;
/** The most messages that are looked at, should they say next to nothing. */
const MOST_MESSAGES = 2000;
const STRETCH = 64;

type Read = Pick<Scope, "database" | "accountId">;
type Place = Pick<Session, "id" | "activeBranchId" | "nextPosition">;

/** The oldest turns of a line in words. */
export type OldTurns = {
  /** One line a message, oldest first. */
  readonly lines: readonly string[];
  /** The last message that they hold. */
  readonly last: Pick<StretchMessage, "position" | "branchId">;
  readonly count: number;
  /** About what they take in a prompt. */
  readonly tokens: number;
};

/**
 * Where the latest turns of a line begin that have together about `kept` tokens, or the last turn where it alone has
 * more: a position after `start`. Null where nothing lies before them.
 *
 * Reads backwards, no more than these turns and a stretch.
 */
export async function latestTurns(
  { database, accountId }: Read,
  session: Place,
  start: number,
  kept: number,
): Promise<number | null> {
  let cut: number | null = null;
  let tokens = 0;
  let turn: StretchMessage[] = [];
  const first = Math.max(start, session.nextPosition - MOST_MESSAGES);
  for (let to = session.nextPosition; to > first; to -= STRETCH) {
    const stretch = await readStretch(database, accountId, session, Math.max(first, to - STRETCH), to);
    for (const message of stretch.reverse()) {
      turn.push(message);
      if (message.role !== "user") continue;
      tokens += sizeOf(turn.reverse());
      turn = [];
      if (tokens > kept) return cut ?? (message.position > start ? message.position : null);
      cut = message.position;
    }
    // A turn that is being read may be long already.
    if (cut !== null && tokens + sizeOf(turn.toReversed()) > kept) return cut;
  }
  return first > start ? cut : null;
}

const sizeOf = (messages: readonly StretchMessage[]): number => promptTokens(promptLine(messages, [], true).past);

/**
 * What was said from `start` to before `end`, up to a turn's end, so that it is about 60,000 characters long at most.
 *
 * Null where there is no message.
 */
export async function oldestTurns(
  { database, accountId }: Read,
  session: Place,
  start: number,
  end: number,
): Promise<OldTurns | null> {
  const lines: string[] = [];
  let last: StretchMessage | null = null;
  let [characters, count, tokens] = [0, 0, 0];
  const result = (): OldTurns | null =>
    last && { lines, last: { position: last.position, branchId: last.branchId }, count, tokens };
  for (let from = start; from < end && count < MOST_MESSAGES; from += STRETCH) {
    const stretch = await readStretch(database, accountId, session, from, Math.min(end, from + STRETCH));
    for (const message of stretch) {
      if (message.role === "user" && characters >= TRANSCRIPT_CHARACTERS) return result();
      // A turn that is longer than all may be is told from its beginning.
      const line = characters < 2 * TRANSCRIPT_CHARACTERS ? spoken(message) : null;
      if (line !== null) lines.push(line);
      characters += line?.length ?? 0;
      tokens += sizeOf([message]);
      count++;
      last = message;
    }
  }
  return result();
}

/** The end of what was said on a line, about 60,000 characters at most; "" where there are no words. */
export async function latestTranscript({ database, accountId }: Read, session: Place): Promise<string> {
  const lines: string[] = [];
  let characters = 0;
  const first = Math.max(0, session.nextPosition - MOST_MESSAGES);
  for (let to = session.nextPosition; to > first && characters < TRANSCRIPT_CHARACTERS; to -= STRETCH) {
    const stretch = await readStretch(database, accountId, session, Math.max(first, to - STRETCH), to);
    for (const message of stretch.reverse()) {
      const line = characters < TRANSCRIPT_CHARACTERS ? spoken(message) : null;
      if (line !== null) lines.push(line);
      characters += line?.length ?? 0;
    }
  }
  return lines.reverse().join("\n");
}

/** A message as a line of a transcript; null for what a tool says and for one without words. */
function spoken({ role, parts }: StretchMessage): string | null {
  const text = messageText(parts)
    .slice(0, 2 * MESSAGE_CHARACTERS)
    .replace(/\s+/gu, " ")
    .trim();
  return text === "" || role === "tool" ? null : `${role}: ${text.slice(0, MESSAGE_CHARACTERS).toWellFormed()}`;
}
