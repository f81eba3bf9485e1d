import { countBranches } from "../../db/branches.ts";
import { ChatError } from "../../domain/errors.ts";
import type { Scope } from "../scope.ts";

/** A session has so many branches at the most: an edited question makes one, and so does another answer. */
const MOST_BRANCHES = 500;

/** Throws "conflict" where a session has as many branches as it may. */
export async function checkMayFork({ database, accountId }: Scope, sessionId: string): Promise<void> {
  if ((await countBranches(database, accountId, sessionId, MOST_BRANCHES)) < MOST_BRANCHES) return;
  throw new ChatError(
    "conflict",
    `The session has ${MOST_BRANCHES} branches, as many as it may. Ask at its end, or in a new session.`,
    { noun: "session", field: "branches" },
  );
}
