import * as db from "../db/usage.ts";
import type { DayUsage } from "../domain/usage.ts";
import type { Scope } from "./scope.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What the account's turns came to on each of the last so many days, today last, by UTC. */
export async function dailyUsage(scope: Scope, days: number, now: number): Promise<DayUsage[]> {
  const known = new Map((await db.listUsage(scope.database, scope.accountId, days)).map((usage) => [usage.day, usage]));
  return Array.from({ length: days }, (_, n) => {
    const day = new Date(now - (days - 1 - n) * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, turns: 0, errors: 0, inputTokens: 0, outputTokens: 0 };
  });
}
