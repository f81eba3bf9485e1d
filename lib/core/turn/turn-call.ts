import type { NewSession } from "../../db/new-session.ts";
import type { NewMessage } from "../../domain/message.ts";
import type { ModelSettings, ToolChoice } from "../../domain/model.ts";
import type { SessionWithAgents } from "../../domain/session.ts";
import type { Tool } from "../../domain/tool.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import type { PreparedTurn } from "./prepare.ts";

/** What a turn is to do: the same for sending it and for showing what would be sent. */
export type TurnRequest = {
  /** Null: it has none, or makes one; what is known then stands in for it. */
  readonly sessionId: string | null;
  /** The session and its agents as the caller has just read them. */
  readonly known?: SessionWithAgents;
  /** The message after which the new ones come; null: before all. Absent: at the end of the active line. */
  readonly parentId?: string | null;
  readonly agentId?: string;
  readonly input: readonly NewMessage[];
  /** Tools of this request alone, besides the agent's. */
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly settings: ModelSettings;
  /** What templates know as `metadata`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** A turn that somebody asks for: what it is to do, by which rules, and what belongs to this one call. */
export type TurnCall = TurnRequest & {
  /** The name of the dialect that was spoken. */
  readonly dialect: string;
  readonly policy: TurnPolicy;
  /** The session that is made for what stays; `sessionId` is then null. */
  readonly makes?: NewSession;
  /** Indexes to bind the session to with this turn; absent leaves its own. */
  readonly bindIndexIds?: readonly string[];
  /** Throws to refuse the turn before anything is written. */
  readonly check?: (prepared: PreparedTurn) => void;
  /** Names the request: a second one of the same caller under the same key gets the same run. */
  readonly requestKey?: string;
  /** Whom the caller asks for; told to the provider, and kept as a hash. */
  readonly endUser?: string;
  /** Ends the wait in line. */
  readonly signal?: AbortSignal;
  /** What another turn of the same input was prepared as. */
  readonly prepared?: PreparedTurn;
};
