import type { Database } from "./database.ts";
import { insertOwnerLinkRow, takeOwnerLinkRow } from "./sql/owner-links.ts";

/** Keeps a link, by the hash of its token, for so many hours. */
export async function insertOwnerLink(database: Database, hash: string, hours: number): Promise<void> {
  await insertOwnerLinkRow(database, { hash, hours });
}

/** Uses a link up. Gives whether there was one that still counts, to one caller only. */
export async function takeOwnerLink(database: Database, hash: string): Promise<boolean> {
  return (await takeOwnerLinkRow(database, { hash })).length > 0;
}
