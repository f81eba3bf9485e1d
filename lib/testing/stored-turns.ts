import { UNSET } from "../core/sessions.ts";
import { insertGuest } from "../db/accounts.ts";
import { ensureDefaultAgent } from "../db/agents.ts";
import { type Claim, type Claimed, claimRun } from "../db/claims.ts";
import type { Commit } from "../db/commit.ts";
import type { Database } from "../db/database.ts";
import { insertSession } from "../db/new-session.ts";
import { llamacloudPolicy } from "../dialects/llamacloud/policy.ts";
import type { TurnEvent } from "../domain/events.ts";
import { newId } from "../domain/ids.ts";
import type { NewMessage } from "../domain/message.ts";
import type { TurnPlan, TurnPolicy } from "../domain/turn-policy.ts";

/** The rules of a turn that goes on without its caller. */
export const GOES_ON: TurnPolicy = { ...llamacloudPolicy, withBuiltinTools: false, maxMs: 60_000 };

export const PLAN: TurnPlan = {
  asker: { via: "key", keyId: null, keyScopes: [], onlyAgentId: null, isStranger: false },
  tools: [],
  toolChoice: "auto",
  isPaidByCaller: false,
  reservedTokens: 0,
};

export type StoredSession = {
  readonly accountId: string;
  readonly agentId: string;
  readonly projectId: string;
  readonly id: string;
  readonly branchId: string;
};

/** An empty session of a new account. */
export async function makeSession(database: Database): Promise<StoredSession> {
  const { id: accountId } = await insertGuest(database, newId());
  const home = await ensureDefaultAgent(database, accountId, { id: newId(), systemTemplate: "" });
  const [id, branchId] = [newId(), newId()];
  await insertSession(database, accountId, {
    ...UNSET,
    id,
    branchId,
    projectId: home.projectId,
    origin: "web",
    agentIds: [home.agentId],
  });
  return { accountId, agentId: home.agentId, projectId: home.projectId, id, branchId };
}

/** A claim of a session as it stands with `nextPosition` messages. */
export const claimOf = (
  session: StoredSession,
  owner: string,
  change: Partial<Claim> & { readonly nextPosition?: number } = {},
): Claim => {
  const { nextPosition = 0, ...rest } = change;
  return {
    runId: newId(),
    accountId: session.accountId,
    owner,
    dialect: "web",
    agentId: session.agentId,
    policy: GOES_ON,
    plan: PLAN,
    input: [],
    context: { system: "", summary: null, from: 0, budget: null, overflow: "truncate", dropped: 0, trace: null },
    settings: { model: "test-model" },
    title: null,
    renames: false,
    requestKey: null,
    requestHash: null,
    mostAtOnce: null,
    session: { id: session.id, branchId: session.branchId, nextPosition },
    fork: null,
    bindIndexIds: null,
    ...rest,
  };
};

/** Claims a new session. */
export async function claimNew(
  database: Database,
  owner: string,
): Promise<{ readonly session: StoredSession; readonly runId: string; readonly claimed: Claimed }> {
  const session = await makeSession(database);
  const claim = claimOf(session, owner);
  return { session, runId: claim.runId, claimed: await claimRun(database, claim) };
}

export const storedMessage = (text: string, role: "user" | "assistant" = "user"): Commit["messages"][number] => ({
  ...newMessage(text, role),
  tokenCount: null,
  tokenizer: null,
});

export const newMessage = (text: string, role: "user" | "assistant" = "user"): NewMessage => ({
  id: newId(),
  role,
  name: null,
  source: role === "user" ? "api_request" : "api_response",
  parts: [{ type: "text", text }],
  model: null,
  createdAt: new Date(),
});

/** The commit of a run that went well; `events` are those that have not been written, `messages` what stays. */
export const commitOf = (
  runId: string,
  owner: string,
  {
    events = [],
    messages = [],
  }: { readonly events?: readonly TurnEvent[]; readonly messages?: Commit["messages"] } = {},
): Commit => ({
  runId,
  owner,
  status: "completed",
  finishReason: "stop",
  limit: null,
  error: null,
  usage: { inputTokens: 1, outputTokens: 1, isEstimated: false },
  durationMs: 1,
  steps: 1,
  messages,
  fallbackTitle: null,
  events: { runId, seqFrom: 1, events },
  makes: null,
  output: null,
  freesKey: false,
});
