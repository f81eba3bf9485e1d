// What the clients did and saw, with times in milliseconds since 1970.

export type Way = "llamacloud" | "julep" | "julep-stream" | "assistants" | "assistants-stream";

/** How a question ended for its client. */
export type Ending =
  /** A whole success response. */
  | { readonly kind: "acknowledged"; readonly text: string }
  /** LlamaCloud's `stop` with an error: what was said until then is kept. */
  | { readonly kind: "ended"; readonly status: string; readonly text: string }
  /** An answer of 4xx. */
  | { readonly kind: "refused"; readonly status: number }
  /** An answer of 5xx, or an error in the stream. */
  | { readonly kind: "failed"; readonly why: string }
  /** No whole answer, and nobody knows what came of it. */
  | { readonly kind: "lost" };

export type Question = {
  readonly tag: string;
  readonly way: Way;
  /** Null: it was to make one, and nobody has heard which. */
  readonly sessionId: string | null;
  readonly sentAt: number;
  readonly endedAt: number;
  /** How often it was sent where a server could hear it. */
  readonly tries: number;
  /** Whether the server has said that the question is in the session. */
  readonly isEntered: boolean;
  readonly ending: Ending;
};

/** A message as a read showed it. */
export type SeenMessage = {
  readonly id: string;
  readonly role: string;
  readonly text: string;
  /** Of a question. */
  readonly tag: string | null;
  /** Whether its turn has ended. */
  readonly isCommitted: boolean;
};

export type SeenStop = {
  readonly runId: string;
  readonly tag: string;
  readonly status: string;
  readonly error: string | null;
};

export type Read = {
  readonly sessionId: string;
  readonly kind: "retrieve" | "history";
  readonly instance: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Null: the session is not there. */
  readonly messages: readonly SeenMessage[] | null;
  readonly stops: readonly SeenStop[];
};

/** Something asked of a session; `isDone`: the server has said that it did. */
export type Act = {
  readonly sessionId: string;
  readonly sentAt: number;
  readonly endedAt: number;
  readonly isDone: boolean;
};

export type Kill = { readonly instance: number; readonly at: number; upAt: number };

export type Ledger = {
  readonly startedAt: number;
  readonly questions: Question[];
  /** The way of each question that was sent, also of those that have not ended. */
  readonly ways: Map<string, Way>;
  readonly reads: Read[];
  readonly stops: Act[];
  readonly deletes: Act[];
  readonly kills: Kill[];
  /** All sessions that were made. */
  readonly sessions: Set<string>;
  /** What is wrong in itself, whatever else happened. */
  readonly faults: Fault[];
  readonly notes: { readonly at: number; readonly sessionId: string | null; readonly text: string }[];
};

export type Fault = { readonly what: string; readonly sessionId: string | null };

export const openLedger = (): Ledger => ({
  startedAt: Date.now(),
  questions: [],
  ways: new Map(),
  reads: [],
  stops: [],
  deletes: [],
  kills: [],
  sessions: new Set(),
  faults: [],
  notes: [],
});

// A connection may break a moment after its server.
const AFTERMATH_MS = 1000;

/** Whether an instance was dead at some time of a stretch. */
export const wasDown = ({ kills }: Pick<Ledger, "kills">, instance: number, from: number, to: number): boolean =>
  kills.some((kill) => kill.instance === instance && kill.at <= to + AFTERMATH_MS && kill.upAt >= from);
