import type { ModelSettings } from "./model.ts";
import type { StoredTool } from "./tool.ts";

/** How an agent is reached through the dialects of assistants and bots. */
export type AgentDoors = {
  /** Its name for bot clients, in the whole deployment its own. */
  readonly slug: string | null;
  /** Whether anybody may ask it as a bot, on its owner's account. */
  readonly isPublic: boolean;
  /** Whether a caller of the assistants dialect may add system messages. */
  readonly allowCallerSystem: boolean;
  /** Seconds without a write after which an assistant's session is gone for its callers; null: never. */
  readonly sessionTtlSeconds: number | null;
};

/** How docs are recalled for an agent where a session says nothing. */
export type AgentRecall = {
  /** So many pieces; null: as many as for others. */
  readonly indexTopN: number | null;
  /** The least cosine of a piece that is found by its meaning; null: that of others. */
  readonly indexSimilarityCutoff: number | null;
};

export type Agent = AgentDoors &
  AgentRecall & {
    readonly id: string;
    readonly projectId: string;
    readonly project: string;
    readonly name: string;
    readonly canonicalName: string;
    readonly about: string;
    readonly instructions: readonly string[];
    /** Empty: the server's default model. */
    readonly model: string;
    readonly settings: ModelSettings;
    /**
     * What a caller gave beside the settings, in the words of its dialect: kept to be given back, of no meaning to us.
     * Null: nothing was given; empty: settings were, though nothing is set.
     */
    readonly extraSettings: Readonly<Record<string, unknown>> | null;
    readonly systemTemplate: string;
    readonly isDefault: boolean;
    readonly metadata: Readonly<Record<string, unknown>> | null;
    readonly tools: readonly StoredTool[];
    /** The indexes that are recalled for it, in their order. */
    readonly indexIds: readonly string[];
    readonly hasDocs: boolean;
    readonly createdAt: Date;
    readonly updatedAt: Date;
  };

/** What groups an account's agents, users and indexes. */
export type Project = {
  readonly id: string;
  readonly canonicalName: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export type User = {
  readonly id: string;
  readonly projectId: string;
  readonly project: string;
  readonly name: string;
  readonly about: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly hasDocs: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};
