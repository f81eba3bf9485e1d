import type { RecallOptions } from "../domain/recall-options.ts";
import { insertSessionRow } from "./sql/new-session.ts";
import type { Connection } from "./sql.ts";

/** What can be set of a session at any time. */
export type SessionSettings = {
  readonly situation: string | null;
  readonly systemTemplate: string | null;
  readonly renderTemplates: boolean;
  readonly tokenBudget: number | null;
  readonly contextOverflow: string | null;
  readonly autoRunTools: boolean;
  readonly forwardToolCalls: boolean;
  readonly recallOptions: RecallOptions | null;
  readonly metadata: unknown;
};

export type NewSession = SessionSettings & {
  readonly id: string;
  readonly branchId: string;
  readonly projectId: string;
  readonly origin: string;
  readonly sharedAccess: string;
  readonly agentIds: readonly string[];
  readonly userIds: readonly string[];
  readonly indexIds: readonly string[];
};

/** Inserts a session with its first, empty branch. The participants must be the account's own. */
export async function insertSession(database: Connection, accountId: string, session: NewSession): Promise<void> {
  await insertSessionRow(database, { ...session, accountId });
}
