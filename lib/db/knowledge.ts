import type { DocOwners } from "../domain/doc.ts";
import type { Database } from "./database.ts";
import { findDocsByName, type PieceRow, readAroundRows, readPieceRows } from "./sql/knowledge.ts";

export type { PieceRow };

/**
 * Pieces of a doc of the account in their order: so many behind a position, those left out that end before a place in
 * its text. None of one that is being read.
 */
export async function readPieces(
  database: Database,
  accountId: string,
  docId: string,
  place: { readonly after: number; readonly from: number; readonly limit: number },
): Promise<PieceRow[]> {
  return readPieceRows(database, { accountId, docId, ...place });
}

/** A piece of a doc of the account with so many before it and behind it; none where there is no such piece. */
export async function readPiecesAround(
  database: Database,
  accountId: string,
  piece: { readonly docId: string; readonly pieceId: string; readonly around: number },
): Promise<PieceRow[]> {
  return readAroundRows(database, { accountId, ...piece });
}

/** A doc by what it is called. */
export type NamedDoc = { readonly id: string; readonly title: string };

/**
 * Docs of some owners of the account whose name is `name`, or has `part` in it, by name. Capital and small letters are
 * the same as far as the database knows them: with the locale C before PostgreSQL 17 those of ASCII alone.
 */
export async function listDocsByName(
  database: Database,
  accountId: string,
  owners: DocOwners,
  by: { readonly name: string | null; readonly part: string | null },
  page: { readonly offset: number; readonly limit: number },
): Promise<NamedDoc[]> {
  const nobody = { agentIds: [], userIds: [], indexIds: [], sessionIds: [], projectIds: [] };
  return findDocsByName(database, { accountId, ...nobody, ...owners, ...by, ...page });
}
