import type { Database } from "../db/database.ts";
import type { FileLimits } from "../domain/file.ts";
import type { MaximaByKind } from "../domain/maxima.ts";
import type { EmbedTexts, ModelEvent, ModelInfo, ModelRequest } from "../domain/model.ts";
import type { Outbound } from "../domain/outbound.ts";
import type { DrawPage } from "../domain/page-picture.ts";
import type { Session } from "../domain/session.ts";
import type { ServerTool } from "../domain/tool.ts";
import type { Asker } from "../domain/turn-policy.ts";
import type { Spent } from "../domain/usage.ts";
import type { Admission, Reservation, Work } from "./admitted.ts";
import type { Host } from "./host.ts";
import type { JobRunner } from "./job-runner.ts";
import type { Lanes } from "./lanes.ts";
import type { Log } from "./log.ts";
import type { LongWork } from "./long-work.ts";
import type { ProviderPort } from "./provider-port.ts";
import type { Signals } from "./signals.ts";
import type { Runner } from "./turn/runner.ts";

/** The language models that a turn may use. No call of one without an admission. */
export type Models = {
  /** Calls a model as `CallModel` does, and throws "rate-limited" too. */
  readonly call: (admission: Admission, request: ModelRequest) => AsyncIterable<readonly ModelEvent[]>;
  /** The model of a turn that names none. */
  readonly defaultModel: string;
  /** The model for titles and summaries. */
  readonly smallModel: string;
  /** Whether answers come from the built-in demo and not from a provider. */
  readonly isDemo: boolean;
  /** What may be asked for, the default first. */
  readonly list: (apiKey?: string) => Promise<readonly ModelInfo[]>;
  /**
   * Providers that the account has added and that have not told all their models: they have no list, or it could not be
   * read. Their models may be asked for by name. Absent: there are none.
   */
  readonly unlisted?: () => Promise<readonly string[]>;
  /** Whether a model may be asked for; true also where nobody can tell, and the provider is to judge. */
  readonly mayAsk: (model: string, apiKey?: string) => Promise<boolean>;
  /** The embedding model; null where none is set up. It takes any number of texts, and throws "rate-limited" too. */
  readonly embedding: {
    readonly model: string;
    readonly embed: (
      admission: Admission,
      texts: readonly string[],
      options: Parameters<EmbedTexts>[1],
    ) => Promise<readonly (readonly number[])[]>;
  } | null;
};

/** Renders a template with what it may name. Throws "bad-request" for one that fails, "rate-limited". */
export type RenderTemplate = (source: string, variables: Readonly<Record<string, unknown>>) => Promise<string>;

/** What the core works with, whoever asks. */
export type Ports = {
  readonly host: Host;
  readonly database: Database;
  /** The server's own models; in a scope those of its account. */
  readonly models: Models;
  /**
   * The models of an account: the server's own, and those of the providers that it has added. Absent: the server's own.
   */
  readonly modelsOf?: (accountId: string) => Models;
  /** What it takes to add providers. Absent: nobody may. */
  readonly providers?: ProviderPort;
  /** Whether models are offered the server's own tools. Absent: they are. */
  readonly hasBuiltinTools?: boolean;
  /** How much files may come to. Absent: `FILE_LIMITS`. */
  readonly files?: FileLimits;
  /** How many things of each kind an account may have. Absent: `MAXIMA`. */
  readonly maxima?: MaximaByKind;
  readonly runner: Runner;
  /** Wakes those who wait, here and in other processes. */
  readonly signals: Signals;
  /** Where titles and summaries are made. */
  readonly lanes: Lanes;
  /** Where what keeps the processor goes on, in stretches that accounts take turns in. */
  readonly longWork: LongWork;
  /** Renders the templates of an account, one after the other with those of the others. */
  readonly templatesOf: (accountId: string) => RenderTemplate;
  /** Does stored jobs. Absent: nobody does here. */
  readonly jobs?: Pick<JobRunner, "wake" | "cancel">;
  /** Draws pages of documents. Absent: nothing is installed that does. */
  readonly drawPage?: DrawPage;
  /** Requests to addresses that somebody else chose. */
  readonly outbound: Outbound;
  /** Runs a tool. Throws what the model is to be told. */
  readonly runTool: (call: ServerToolCall) => Promise<unknown>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A new UUIDv7. */
  readonly newId: () => string;
  /**
   * What holds somebody to limits who has asked for a turn earlier, or on whose behalf the server works by itself.
   * `botId`: the agent that a stranger asked.
   */
  readonly limitsOf?: (accountId: string, asker: Asker, botId: string | null) => Limits;
  /** Hears of each call of a model, and what it came to. */
  readonly onSpent?: (spent: Spent) => void;
  /** Hears of each guest whose things have moved to an account. */
  readonly onMerged?: (guestId: string, accountId: string) => void;
  /** Hears of each turn that has ended in this process: its dialect, and how it ended. */
  readonly onTurnEnded?: (dialect: string, status: string) => void;
  /** Hears of each look at the list of sessions by a person who has the app open. */
  readonly onAppOpen?: () => void;
};

/** A call of a tool that the server runs, in the turn of a session. */
export type ServerToolCall = {
  readonly scope: Scope;
  readonly session: Session;
  readonly tool: ServerTool;
  readonly input: unknown;
  readonly signal: AbortSignal;
};

/** What a caller is held to. */
export type Limits = {
  /** Counts work that is about to begin. Throws "rate-limited". Asked by `admit` alone. */
  readonly admit: (work: Pick<Work, "isTurn" | "tokens" | "endUserHash">) => Promise<Reservation>;
  /** Goes on with work for which so many tokens are set aside, since a time in ms. */
  readonly resume: (work: Pick<Work, "tokens" | "endUserHash"> & { readonly since: number }) => Reservation;
  /** So many turns of the account run at once; null: as many as it likes. */
  readonly mostAtOnce: number | null;
  /** Counts a file of so many bytes that is about to be stored. Throws "rate-limited". */
  readonly countUpload?: (bytes: number) => Promise<void>;
};

/** Who asks, and what the core works with. Every query carries `accountId`. */
export type Scope = Ports & {
  readonly accountId: string;
  /** How the caller proved who it is. */
  readonly via: "key" | "cookie";
  /** The API key that the caller holds; null or absent: none. */
  readonly keyId?: string | null;
  /** The sign-in of the browser that asks; null or absent: none. */
  readonly signInId?: string | null;
  /**
   * Whether what the caller proved who it is with still counts: asked again by what goes on for long. Absent: nothing
   * was to be proved.
   */
  readonly isStillIn?: () => Promise<boolean>;
  /** What the caller's key is narrowed to; empty or absent: to nothing. */
  readonly keyScopes?: readonly string[];
  /** The one agent that the caller's key reaches; null or absent: all of the account. */
  readonly onlyAgentId?: string | null;
  /**
   * Names a stranger on whose request the account answers: somebody who talks to its public bot. Null or absent: the
   * account itself asks.
   */
  readonly stranger?: string | null;
  /** Absent for what nobody is held to limits for. */
  readonly limits?: Limits;
  /** A provider key that came with the request. Never stored, never logged. */
  readonly providerKey?: string;
};

/** The ports as an account has them. */
export const portsOf = (ports: Ports, accountId: string): Ports & Pick<Scope, "accountId"> => ({
  ...ports,
  models: ports.modelsOf?.(accountId) ?? ports.models,
  accountId,
});

/** Who asks, as it is stored with a turn. */
export const askerOf = ({ via, keyId = null, keyScopes = [], onlyAgentId = null, stranger = null }: Scope): Asker => ({
  via,
  keyId,
  keyScopes,
  onlyAgentId,
  isStranger: stranger !== null,
});
