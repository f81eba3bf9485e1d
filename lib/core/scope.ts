import type { Database } from "../db/database.ts";
import type { CallModel, EmbedTexts, ModelInfo } from "../domain/model.ts";
import type { Outbound } from "../domain/outbound.ts";
import type { Runner } from "./turn/runner.ts";

/** The language models that a turn may use. */
export type Models = {
  readonly call: CallModel;
  /** The model of a turn that names none. */
  readonly defaultModel: string;
  /** The model for titles and summaries. */
  readonly smallModel: string;
  /** Whether answers come from the built-in demo and not from a provider. */
  readonly isDemo: boolean;
  /** What may be asked for, the default first. */
  readonly list: (apiKey?: string) => Promise<readonly ModelInfo[]>;
  /** The embedding model; null where none is set up. */
  readonly embedding: { readonly model: string; readonly embed: EmbedTexts } | null;
};

export type Log = {
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
};

/** What the core works with, whoever asks. */
export type Ports = {
  readonly database: Database;
  readonly models: Models;
  readonly runner: Runner;
  /** Requests to addresses that somebody else chose. */
  readonly outbound: Outbound;
  readonly log: Log;
};

/** Who asks, and what the core works with. Every query carries `accountId`. */
export type Scope = Ports & {
  readonly accountId: string;
  /** How the caller proved who it is. */
  readonly via: "key" | "cookie";
  /** The one agent that the caller's key reaches; null or absent: all of the account. */
  readonly onlyAgentId?: string | null;
  /** A provider key that came with the request. Never stored, never logged. */
  readonly providerKey?: string;
};
