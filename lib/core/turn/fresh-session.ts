import type { NewSession } from "../../db/new-session.ts";
import { newId } from "../../domain/ids.ts";
import type { Session } from "../../domain/session.ts";
import { UNSET } from "../sessions.ts";

/** A session of one agent that a turn may make at its end: see `makes` of its options. */
export const sessionToMake = (
  origin: string,
  agentId: string,
  projectId: string,
  contextOverflow: Session["contextOverflow"],
): NewSession => ({
  ...UNSET,
  id: newId(),
  branchId: newId(),
  projectId,
  origin,
  agentIds: [agentId],
  contextOverflow,
});

/** What stands in for a session that is not stored: of a turn without one, or of one that makes it. */
export function unstoredSession(session: NewSession): Session {
  const now = new Date();
  return {
    ...session,
    isInDefaultProject: true,
    contextOverflow: session.contextOverflow === "truncate" ? "truncate" : null,
    recallOptions: null,
    metadata: null,
    title: null,
    titleSource: "none",
    pinned: false,
    archived: false,
    indexesLockedAt: null,
    activeBranchId: session.branchId,
    hasBranches: false,
    nextPosition: 0,
    lastRun: null,
    runningRunId: null,
    isAwaited: false,
    summary: null,
    replacement: null,
    createdAt: now,
    updatedAt: now,
  };
}
