import { findAccount, findPasswordHash } from "../db/accounts.ts";
import { emptyAccount, shutAccount } from "../db/leave-account.ts";
import { ChatError } from "../domain/errors.ts";
import type { Scope } from "./scope.ts";
import { endTurns } from "./sessions.ts";
import { accountDeleted } from "./turn/failure.ts";

/**
 * Deletes the caller's account with all it has: nobody can sign in to it from the first moment on, its running turns
 * end, and what it has is gone when this resolves. Where the process ends meanwhile, another one goes on with it.
 *
 * A guest needs no password, and neither does who has none. Throws "forbidden" for a caller with a key and for the
 * owner of the server, "invalid" for a password that is not the account's.
 */
export async function deleteAccount(
  scope: Scope,
  password: string | null,
  fits: (stored: string | null, password: string) => Promise<boolean>,
): Promise<void> {
  const { database, accountId, via, runner } = scope;
  if (via !== "cookie") throw new ChatError("forbidden", "An account is deleted in the browser, not with an API key");
  const [account, stored] = await Promise.all([
    findAccount(database, accountId),
    findPasswordHash(database, accountId),
  ]);
  if (account?.isOwner) {
    throw new ChatError(
      "forbidden",
      "This account owns the server and stays. Delete its sessions, agents and keys instead.",
    );
  }
  if (stored !== null && !(await fits(stored, password ?? ""))) {
    throw new ChatError("invalid", "This is not your present password", { noun: "account", field: "password" });
  }
  await endTurns(runner.ofAccount(accountId), accountDeleted());
  await shutAccount(database, accountId);
  // Those that began between the look and the lock; those of other instances end when their leases are renewed.
  await endTurns(runner.ofAccount(accountId), accountDeleted());
  await emptyAccount(database, accountId);
}
