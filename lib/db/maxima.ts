import type { Countable } from "../domain/maxima.ts";
import type { Database } from "./database.ts";
import { countThings } from "./sql/maxima.ts";

/**
 * How many things of a kind an account has, `most` where they are more, and who it is; null: there is no such account.
 */
export async function countOf(
  database: Database,
  accountId: string,
  kind: Countable,
  most: number,
): Promise<{ readonly kind: "guest" | "person"; readonly there: number } | null> {
  const [counted] = await countThings(database, { accountId, kind, most });
  return counted ?? null;
}
