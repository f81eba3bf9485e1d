import { findAccount } from "../db/accounts.ts";
import * as db from "../db/usage.ts";
import type { DayUsage } from "../domain/usage.ts";
import type { Scope } from "./scope.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** So many of each kind are told of. */
const MOST_SHARES = 20;

/** What the account's calls of models came to on each of the last so many days, today last, by UTC. */
export async function dailyUsage(scope: Scope, days: number, now: number): Promise<DayUsage[]> {
  const known = new Map((await db.listUsage(scope.database, scope.accountId, days)).map((usage) => [usage.day, usage]));
  return Array.from({ length: days }, (_, n) => {
    const day = new Date(now - (days - 1 - n) * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, turns: 0, errors: 0, inputTokens: 0, outputTokens: 0 };
  });
}

/** A part of what was used. `id` is of what the part is about; `name` what people call that, null where it is gone. */
export type NamedShare = {
  readonly id: string;
  readonly name: string | null;
  readonly calls: number;
  readonly tokens: number;
};

/** How tokens part, the most first in each list, 20 at most. */
export type NamedShares = {
  /** By what the calls were for: turn, title, summary, embedding. */
  readonly kinds: readonly NamedShare[];
  readonly keys: readonly NamedShare[];
  /** By the public bot that strangers asked. */
  readonly bots: readonly NamedShare[];
  /** By a hash of whom a client named. */
  readonly endUsers: readonly NamedShare[];
  /** By account of the whole server; null for all but its owner. */
  readonly accounts: readonly NamedShare[] | null;
};

/** Who used the tokens of the account on the last so many days, by UTC, and for the server's owner which account. */
export async function usageShares(scope: Scope, days: number): Promise<NamedShares> {
  const { database, accountId } = scope;
  const [shares, account] = await Promise.all([
    db.listShares(database, accountId, days, MOST_SHARES),
    findAccount(database, accountId),
  ]);
  const accounts = account?.isOwner ? await db.listSharesOfAccounts(database, days, MOST_SHARES) : null;
  const ids = [...shares.keys, ...shares.bots].map(({ name }) => name);
  const names = await db.spenderNames(database, accountId, ids);
  const called = ({ name, calls, tokens }: db.Share, as: string | null): NamedShare => ({
    id: name,
    name: as,
    calls,
    tokens,
  });
  return {
    kinds: shares.kinds.map((share) => called(share, share.name)),
    keys: shares.keys.map((share) => called(share, names.get(share.name) ?? null)),
    bots: shares.bots.map((share) => called(share, names.get(share.name) ?? null)),
    endUsers: shares.endUsers.map((share) => called(share, share.name.slice(0, 8))),
    accounts: accounts?.map((share) => called(share, nameOf(share, accountId))) ?? null,
  };
}

/** What an account is called: by its e-mail address, else by what it is and the end of its id. */
function nameOf(
  { name: id, email, kind }: { readonly name: string; readonly email: string | null; readonly kind: string },
  ownerId: string,
): string {
  if (email !== null) return email;
  if (id === ownerId) return "Owner of this server";
  return `${kind === "guest" ? "Guest" : "Account"} ${id.slice(-6)}`;
}
