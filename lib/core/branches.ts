import * as db from "../db/branches.ts";
import type { Fork } from "../domain/branch.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import type { Session } from "../domain/session.ts";
import type { Scope } from "./scope.ts";
import { getSession } from "./sessions.ts";
import type { Window } from "./turn/history.ts";

const MOST = { mostForks: 100, mostBeside: 10 };

export type Branches = {
  /** The branch whose line is shown. */
  readonly activeBranchId: string;
  /** By their positions. */
  readonly forks: readonly Fork[];
};

/**
 * Where other lines of a session pass its active line with another message, at positions from `from` to before `upto`:
 * a question that was edited, and one that was answered again.
 *
 * At most the latest 100 such positions, and of each the ten alternatives before and behind the one that is shown.
 * Throws "not-found", and as `checkReachesAccount`.
 */
export async function listBranches(
  scope: Scope,
  sessionId: string,
  { from = 0, upto = 2_147_483_647 }: { readonly from?: number; readonly upto?: number } = {},
): Promise<Branches> {
  const { id, activeBranchId } = await getSession(scope, sessionId);
  const forks = await db.listForks(scope.database, scope.accountId, id, { from, upto, ...MOST });
  return { activeBranchId, forks };
}

/**
 * The forks of a session beside the messages of a window of its active line, and beside the turn that runs behind them.
 */
export async function forksBeside(
  scope: Scope,
  { id, hasBranches }: Session,
  { line, running }: Pick<Window, "line" | "running">,
): Promise<readonly Fork[]> {
  if (!hasBranches) return [];
  const from = line[0]?.position ?? 0;
  const end = (line.at(-1)?.position ?? -1) + 1;
  const upto = running === null ? end : end + 1;
  return db.listForks(scope.database, scope.accountId, id, { from, upto, ...MOST });
}

/**
 * Shows the line of a branch: from now on every dialect reads and extends it. Moves the session nowhere.
 *
 * Throws "not-found" for the session, and for a branch that is not one of it, and "busy" while a turn runs in it.
 */
export async function activateBranch(scope: Scope, sessionId: string, branchId: string): Promise<void> {
  const session = await getSession(scope, sessionId);
  const found = isId(branchId) ? await db.activateBranch(scope.database, scope.accountId, session.id, branchId) : null;
  if (found === null) throw notFound("branch", branchId);
  if (found === "busy") throw new ChatError("busy", "Session already has a running turn", { noun: "session" });
}
