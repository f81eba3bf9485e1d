import type { DayUsage } from "../domain/usage.ts";
import type { Database } from "./database.ts";
import { listUsageRows } from "./sql/usage.ts";

/** The days of an account on which turns ended, of the last so many, oldest first. */
export const listUsage = (database: Database, accountId: string, days: number): Promise<DayUsage[]> =>
  listUsageRows(database, { accountId, days });
