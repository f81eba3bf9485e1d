import type { SessionSummary } from "@/lib/dialects/llamacloud/answers.ts";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import type { WindowWhere } from "../api";
import type { AttachedFile } from "./attachments/attachment";
import type { Schedule } from "./notifier";
import type { ReaderPorts, TurnStream } from "./turn-reader";

/**
 * What a question is sent with, besides its text. What else the server's turns take, such as files, is a field here and
 * is sent as it is.
 */
export type SentWith = { readonly agent_id?: string; readonly model?: string };

/** A question with its files. Absent: none, and where it stands in place of another one those of that one. */
export type Asked = SentWith & { readonly files?: readonly AttachedFile[] };

/** What a call has given that waited for the person. */
export type CallResult = { readonly call_id: string; readonly output: unknown; readonly is_error: boolean };

/** What a turn begins with: a question, or the results of all calls that wait. */
type Input =
  | { readonly prompt: string; readonly attachments?: readonly string[]; readonly tool_results?: undefined }
  | { readonly prompt?: undefined; readonly attachments?: undefined; readonly tool_results: readonly CallResult[] };

/** A turn as it is asked for. */
export type AskedTurn = SentWith &
  Input & {
    /** Also the key of the turn: a repeat of it is harmless. */
    readonly message_id: string;
    /** The message in whose place the question comes. Absent: it follows the last. */
    readonly instead_of_id?: string;
  };

/** What a conversation asks of the world. Each throws a Problem, with status 0 where nothing came back. */
export type ConversationPorts = ReaderPorts & {
  readonly createSession: (signal: AbortSignal) => Promise<SessionSummary>;
  readonly ask: (sessionId: string, turn: AskedTurn, signal: AbortSignal) => Promise<TurnStream>;
  /** Whether a turn was there to be stopped. */
  readonly stop: (sessionId: string) => Promise<boolean>;
  /** The turns before a place or from one on, or so many of the last; null: the last. */
  readonly readWindow: (sessionId: string, where: WindowWhere | null) => Promise<SessionWindow>;
  /** Makes the line of a branch the one that is shown. */
  readonly showBranch: (sessionId: string, branchId: string) => Promise<unknown>;
  readonly newId: () => string;
  readonly frame: Schedule;
  /** Resolves when what draws an answer is there: a page that is just opened waits for it. */
  readonly ready: () => Promise<unknown>;
  readonly told: PageTold;
};

/** What the rest of the page is told. */
export type PageTold = {
  /** The first question has made its session, while the conversation is on screen. */
  readonly made: (session: SessionSummary, question: string) => void;
  /** A session was made before the first question, while the conversation is on screen. */
  readonly opened: (sessionId: string) => void;
  /**
   * The server has taken a question of a session; its draft may go, also where the page is left. `files`: their ids.
   */
  readonly accepted: (text: string, sessionId: string, files: readonly string[]) => void;
  /** A turn runs, or none does any more. */
  readonly running: (sessionId: string, runId: string | null) => void;
  readonly summary: (session: SessionSummary) => void;
  readonly stopUnheard: () => void;
};
