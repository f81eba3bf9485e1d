import type { NewMessage } from "../../domain/message.ts";
import type { ModelSettings, ToolChoice } from "../../domain/model.ts";
import type { SessionWithAgents } from "../../domain/session.ts";
import type { Tool } from "../../domain/tool.ts";

/** What a turn is to do: the same for sending it and for showing what would be sent. */
export type TurnRequest = {
  /** Null: it has none, or makes one; what is known then stands in for it. */
  readonly sessionId: string | null;
  /** The session and its agents as the caller has just read them. */
  readonly known?: SessionWithAgents;
  /** The message after which the new ones come; null: before all. Absent: at the end of the active line. */
  readonly parentId?: string | null;
  /**
   * The message of the active line in whose place the new ones come; it and what follows stay on a line of their own.
   */
  readonly insteadOf?: string;
  readonly agentId?: string;
  /** The account's indexes that this turn is about. Absent: those of its session. */
  readonly indexIds?: readonly string[];
  readonly input: readonly NewMessage[];
  /** Whether the input answers the calls that the line leaves open: all of them, and nothing else. */
  readonly answersCalls?: boolean;
  /** Tools of this request alone, besides the agent's. */
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly settings: ModelSettings;
  /** What templates know as `metadata`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
};
