import type { NewSession } from "../../db/new-session.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import type { Admission } from "../admitted.ts";
import type { PreparedTurn } from "./prepare.ts";
import type { TurnRequest } from "./turn-request.ts";

/** A turn that somebody asks for: what it is to do, by which rules, and what belongs to this one call. */
export type TurnCall = TurnRequest & {
  /** The name of the dialect that was spoken. */
  readonly dialect: string;
  readonly policy: TurnPolicy;
  /** The session that is made for what stays; `sessionId` is then null. */
  readonly makes?: NewSession;
  /** Indexes to bind the session to with this turn; absent leaves its own. */
  readonly bindIndexIds?: readonly string[];
  /** The indexes that were asked for, in any order: of them a repeat is known again. Absent: `indexIds`. */
  readonly askedIndexIds?: readonly string[];
  /** Finds out what the turn is about, asked once it is known to be no repeat. Throws to refuse it. */
  readonly resolve?: () => Promise<Pick<TurnCall, "indexIds" | "bindIndexIds">>;
  /** Throws to refuse the turn before anything is written. */
  readonly check?: (prepared: PreparedTurn) => void;
  /** Names the request: a second one of the same caller under the same key gets the same run. */
  readonly requestKey?: string;
  /** What its caller calls that name. */
  readonly requestKeyField?: string;
  /** Whom the caller asks for; told to the provider, and kept as a hash. */
  readonly endUser?: string;
  /** Ends the wait in line. */
  readonly signal?: AbortSignal;
  /** What another turn of the same input was prepared as. */
  readonly prepared?: PreparedTurn;
  /** Asks for leave for the turns that are taken with it, before it asks for its own. Throws "rate-limited". */
  readonly admitOthers?: (prepared: PreparedTurn) => Promise<void>;
  /** Leave that was given before; undefined: the turn asks for its own. */
  readonly admitted?: () => Admission | undefined;
};
