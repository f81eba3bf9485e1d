import type { DayUsage, Spent } from "../domain/usage.ts";
import type { Database } from "./database.ts";
import {
  addUsageRows,
  forgetUsageRows,
  listAccountShares,
  listBotShares,
  listEndUserShares,
  listKeyShares,
  listKindShares,
  listSpenderNames,
  listTokenRows,
  listTurnRows,
} from "./sql/usage.ts";
import { againOnDeadlock } from "./sql.ts";

/** The days of an account on which turns ended or tokens were used, of the last so many, in no order. */
export async function listUsage(database: Database, accountId: string, days: number): Promise<DayUsage[]> {
  const [turns, tokens] = await Promise.all([
    listTurnRows(database, { accountId, days }),
    listTokenRows(database, { accountId, days }),
  ]);
  const none = { turns: 0, errors: 0, inputTokens: 0, outputTokens: 0 };
  const byDay = new Map<string, DayUsage>();
  for (const row of [...turns, ...tokens]) byDay.set(row.day, { ...none, ...byDay.get(row.day), ...row });
  return [...byDay.values()];
}

/** What several calls of one day and one spender came to. `day`: YYYY-MM-DD. */
export type UsageSum = Spent & { readonly day: string; readonly calls: number };

/** Adds to what is known of usage. What belongs to an account that is gone is passed over. */
export async function addUsage(database: Database, sums: readonly UsageSum[]): Promise<void> {
  await againOnDeadlock(() =>
    addUsageRows(database, {
      accountIds: sums.map((sum) => sum.accountId),
      days: sums.map((sum) => sum.day),
      kinds: sums.map((sum) => sum.kind),
      keyIds: sums.map((sum) => sum.keyId ?? ""),
      agentIds: sums.map((sum) => sum.agentId ?? ""),
      endUserHashes: sums.map((sum) => sum.endUserHash ?? ""),
      areStrangers: sums.map((sum) => sum.isStranger),
      calls: sums.map((sum) => sum.calls),
      inputTokens: sums.map((sum) => sum.inputTokens),
      outputTokens: sums.map((sum) => sum.outputTokens),
    }),
  );
}

/** A part of what was used: whose it is, how many calls, how many tokens. */
export type Share = { readonly name: string; readonly calls: number; readonly tokens: number };

export type Shares = {
  readonly kinds: readonly Share[];
  /** Named by their ids. */
  readonly keys: readonly Share[];
  /** What strangers used with public bots, which are named by their ids. */
  readonly bots: readonly Share[];
  /** Named by their hashes. */
  readonly endUsers: readonly Share[];
};

/** How the tokens of an account part on the last so many days: at most `limit` of each, the most first. */
export async function listShares(database: Database, accountId: string, days: number, limit: number): Promise<Shares> {
  const values = { accountId, days, limit };
  const [kinds, keys, bots, endUsers] = await Promise.all([
    listKindShares(database, values),
    listKeyShares(database, values),
    listBotShares(database, values),
    listEndUserShares(database, values),
  ]);
  return { kinds, keys, bots, endUsers };
}

/**
 * What each account of the server used on the last so many days: at most `limit`, the most first. For its owner alone.
 */
export const listSharesOfAccounts = (database: Database, days: number, limit: number) =>
  listAccountShares(database, { days, limit });

/** The names of keys and agents of an account, by their ids; those that are gone have none. */
export async function spenderNames(
  database: Database,
  accountId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = ids.length === 0 ? [] : await listSpenderNames(database, { accountId, ids });
  return new Map(found.map(({ id, name }) => [id, name]));
}

/** Forgets at most `limit` rows of usage that are older than so many days. */
export async function forgetUsage(database: Database, days: number, limit: number): Promise<void> {
  await forgetUsageRows(database, { days, limit });
}
