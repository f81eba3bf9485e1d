import type { NewMessage } from "../domain/message.ts";
import type { ModelSettings } from "../domain/model.ts";
import type { PromptTrace } from "../domain/prompt-trace.ts";
import type { PromptRecipe, TurnPlan, TurnPolicy } from "../domain/turn-policy.ts";
import type { Database } from "./database.ts";
import { isLarge } from "./large-message.ts";
import {
  claimRunRows,
  findEnteredRun,
  holdAccount,
  insertRunRow,
  listRunningRuns,
  setInputOfRun,
} from "./sql/claims.ts";
import { againOnDeadlock, againOnLoss, type Connection, inTransaction } from "./sql.ts";
import { together } from "./together.ts";
import { violated } from "./violated.ts";

export type NewBranch = {
  readonly id: string;
  readonly parentId: string;
  readonly forkPosition: number;
  readonly path: readonly { readonly branchId: string; readonly from: number; readonly to: number }[];
};

/** A run to be entered, and the state of the session that its prompt was made from. */
export type Claim = {
  readonly runId: string;
  readonly accountId: string;
  readonly owner: string;
  readonly dialect: string;
  readonly agentId: string | null;
  readonly policy: TurnPolicy;
  readonly plan: TurnPlan;
  readonly input: readonly NewMessage[];
  /** The recipe of its prompt, and what of it is kept after its end. */
  readonly context: PromptRecipe & { readonly trace: PromptTrace | null };
  readonly settings: ModelSettings;
  readonly requestKey: string | null;
  readonly requestHash: string | null;
  /** So many runs of the account run at once, and as many of strangers on its behalf; null: as many as they like. */
  readonly mostAtOnce: number | null;
  readonly session: { readonly id: string; readonly branchId: string; readonly nextPosition: number };
  readonly fork: NewBranch | null;
  /** A title for a session that has none, from now on; null leaves that to the commit. */
  readonly title: string | null;
  /** Whether it takes the place of a title that no person has chosen. */
  readonly renames: boolean;
  /** Indexes to bind the session to; null leaves them. Bound indexes are locked in any case. */
  readonly bindIndexIds: readonly string[] | null;
};

export type Claimed = "claimed" | "busy" | "changed" | "repeated" | "crowded";

/**
 * Enters a run as running and so claims its session.
 *
 * "busy": another run of the session is running. "changed": the session is gone, or its line is not the one the prompt
 * was made from. "repeated": the account has used this request key before. "crowded": as many of its runs run as may.
 * In none of these anything is written.
 */
export const claimRun = (database: Database, claim: Claim): Promise<Claimed> =>
  entered(database, claim, async () => {
    const alone = (connection: Connection) => claimAlone(connection, claim);
    if (claim.mostAtOnce !== null) return unlessCrowded(database, claim, alone);
    return claim.input.some(isLarge) ? inTransaction(database, alone) : claimTogether(database, claim);
  });

/**
 * What came of entering a run. Where its answer was lost with the connection, the run's row tells; where there is none,
 * it is entered again.
 */
async function entered<Outcome extends Claimed>(
  database: Database,
  { runId, owner }: Pick<Claim, "runId" | "owner">,
  enter: () => Promise<Outcome>,
): Promise<Outcome | "claimed" | "busy" | "repeated"> {
  try {
    return await againOnLoss(
      () => againOnDeadlock(enter),
      async () => {
        const found = await findEnteredRun(database, { id: runId, owner });
        return found.length > 0 ? ("claimed" as const) : null;
      },
    );
  } catch (thrown) {
    switch (violated(thrown)) {
      case "Run_pkey":
        // The statement whose answer was lost was still on its way when its row was looked for.
        return "claimed";
      case "Run_one_running":
        return "busy";
      case REQUEST_KEY:
        return "repeated";
      default:
        throw thrown;
    }
  }
}

const claimTogether = together((database, claims: readonly Claim[]) => insertClaims(database, claims));

const REQUEST_KEY = "Run_accountId_dialect_requestKey_key";

/** Enters a run unless as many of its account run as may. They are entered one after the other where that matters. */
async function unlessCrowded<Entered>(
  database: Database,
  { accountId, mostAtOnce, plan }: Pick<Claim, "accountId" | "mostAtOnce" | "plan">,
  enter: (connection: Connection) => Promise<Entered>,
): Promise<Entered | "crowded"> {
  if (mostAtOnce === null) return enter(database);
  return inTransaction(database, async (connection) => {
    await holdAccount(connection, { id: accountId });
    const running = await listRunningRuns(connection, {
      accountId,
      isStranger: plan.asker.isStranger,
      limit: mostAtOnce,
    });
    return running.length < mostAtOnce ? enter(connection) : "crowded";
  });
}

/** Enters a run in a transaction, with its large input behind it. */
async function claimAlone(connection: Connection, claim: Claim): Promise<"claimed" | "changed"> {
  const { runId, input } = claim;
  const [claimed = "changed"] = await insertClaims(connection, [claim]);
  if (claimed === "claimed" && input.some(isLarge)) await setInputOfRun(connection, { id: runId, input });
  return claimed;
}

/**
 * Enters runs in one statement, without an input of which a message is large. Says of each whether it has found its
 * session as it was.
 */
async function insertClaims(connection: Connection, claims: readonly Claim[]): Promise<("claimed" | "changed")[]> {
  const inserted = await claimRunRows(connection, { claims: claims.map(toInput) });
  const entered = new Set(inserted.map(({ id }) => id));
  return claims.map(({ runId }) => (entered.has(runId) ? "claimed" : "changed"));
}

const toInput = ({ session, fork, mostAtOnce: _, ...claim }: Claim) => ({
  ...claim,
  input: claim.input.some(isLarge) ? [] : claim.input,
  sessionId: session.id,
  branchId: session.branchId,
  nextPosition: session.nextPosition,
  forkId: fork?.id,
  forkParentId: fork?.parentId,
  forkPosition: fork?.forkPosition,
  forkPath: fork?.path,
});

/** A run that claims no session: it stores nothing, or makes a session of its own at its end. */
export type DetachedRun = Pick<
  Claim,
  | "runId"
  | "accountId"
  | "owner"
  | "dialect"
  | "agentId"
  | "policy"
  | "plan"
  | "settings"
  | "requestKey"
  | "requestHash"
  | "mostAtOnce"
> & {
  /** The session that it looks at. */
  readonly sessionId: string | null;
  /** Whom the caller asks for. */
  readonly endUserHash: string | null;
  /** What is kept of its prompt after its end; null where nothing of the run is shown later. */
  readonly context: { readonly trace: PromptTrace } | null;
};

/** Enters such a run: a row for its usage, and for repeats. As `claimRun` does. */
export async function insertRun(
  database: Database,
  run: DetachedRun,
): Promise<Extract<Claimed, "claimed" | "repeated" | "crowded">> {
  const outcome = await entered(database, run, () =>
    unlessCrowded(database, run, async (connection) => {
      await insertRunRow(connection, { ...run, stores: run.policy.stores });
      return "claimed" as const;
    }),
  );
  // A run that claims no session finds none busy.
  return outcome === "busy" ? "claimed" : outcome;
}
