import type { Agent } from "./agent.ts";
import type { RecallOptions } from "./recall-options.ts";
import type { Run } from "./run.ts";

/** Ranks of a title's source: a title is replaced only from its own rank or a higher one. */
export type TitleSource = "none" | "fallback" | "model" | "person";

/** A summary that stands for the messages of the active line up to a position. */
export type SessionReplacement = {
  readonly id: string;
  readonly text: string;
  readonly uptoPosition: number;
  readonly createdAt: Date;
};

export type Session = {
  readonly id: string;
  readonly projectId: string;
  readonly isInDefaultProject: boolean;
  readonly origin: string;
  readonly situation: string | null;
  readonly systemTemplate: string | null;
  readonly renderTemplates: boolean;
  readonly tokenBudget: number | null;
  readonly contextOverflow: "truncate" | "adaptive" | null;
  readonly autoRunTools: boolean;
  readonly forwardToolCalls: boolean;
  /** Null: nothing was ever said of it. */
  readonly recallOptions: RecallOptions | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly sharedAccess: string;
  readonly title: string | null;
  readonly titleSource: TitleSource;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly indexesLockedAt: Date | null;
  readonly activeBranchId: string;
  /** Whether it has other lines too. */
  readonly hasBranches: boolean;
  /** The position the next message of the active line gets: the line's length. */
  readonly nextPosition: number;
  readonly agentIds: readonly string[];
  readonly userIds: readonly string[];
  readonly indexIds: readonly string[];
  /** Whether it or its project has docs. Absent: it is not stored yet, and nobody has looked. */
  readonly hasDocs?: boolean;
  /** The last committed run. */
  readonly lastRun: Run | null;
  /** The indexes of that run. Null or absent: nobody knows. */
  readonly lastRunIndexIds?: readonly string[] | null;
  /** The turn that runs now. */
  readonly runningRunId: string | null;
  /** Whether somebody waits for a turn in it. */
  readonly isAwaited: boolean;
  /** The latest summary of the active line; `questions` counts the user messages it covers. */
  readonly summary: { readonly text: string; readonly uptoPosition: number; readonly questions: number } | null;
  /** What prompts hold instead of the beginning of the active line. */
  readonly replacement: SessionReplacement | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** A session with its agents, in their order. */
export type SessionWithAgents = { readonly session: Session; readonly agents: readonly Agent[] };
