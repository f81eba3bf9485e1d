import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import type { Question, TurnState } from "./turn-state";
import type { Turn } from "./turns-in";

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
 * Why a question was not taken; `key` is that of its turn. Text is empty, and there are no files, where it stands in
 * the conversation already.
 */
export type Refusal = {
  readonly key: string;
  readonly text: string;
  readonly files: Question["files"];
  readonly why: string;
  readonly status: number;
};

/** Where turns beyond those that were read are asked for, and whether somebody does. */
export type Beyond = { readonly place: string; readonly reading: "no" | "yes" | "failed" };

/** Turns out of the middle of a session, oldest first. Others follow them, which are not the last ones yet. */
export type Elsewhere = { readonly turns: readonly Turn[]; readonly older: Beyond | null; readonly newer: Beyond };

export type ConversationState = {
  /** Null until the first question makes the session. */
  readonly sessionId: string | null;
  /** The last turns of the session, oldest first. */
  readonly turns: readonly Turn[];
  /** Null: there are no older ones. */
  readonly older: Beyond | null;
  /** Other turns, at which the reader looks instead; null: at the last ones. */
  readonly elsewhere: Elsewhere | null;
  readonly run: Run | null;
  /** "lost": the connection broke and is being mended. */
  readonly connection: "open" | "lost";
  readonly refusal: Refusal | null;
  /** The key of the question that the server has taken last, now or before; null: none. */
  readonly taken: string | null;
};

export const emptyConversation: ConversationState = {
  sessionId: null,
  turns: [],
  older: null,
  elsewhere: null,
  run: null,
  connection: "open",
  refusal: null,
  taken: null,
};

/** What can happen to a conversation. */
export type Action =
  /** The session's last turns, as they are stored. */
  | { readonly type: "window"; readonly window: SessionWindow }
  | { readonly type: "reading"; readonly side: "older" | "newer"; readonly reading: "yes" | "failed" }
  /** The turns before those that are shown. */
  | { readonly type: "older"; readonly window: SessionWindow }
  /** The turns after those that are shown elsewhere. */
  | { readonly type: "newer"; readonly window: SessionWindow }
  /** The reader looks at other turns, or at the last ones again. */
  | { readonly type: "elsewhere"; readonly window: SessionWindow | null }
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
