import type { DocOwners } from "../domain/doc.ts";
import type { Database } from "./database.ts";
import { ownerOf } from "./docs.ts";
import { gathering, MOST_GATHERED, MOST_OF_EACH, ownedBy, termsIn } from "./gather.ts";
import { inTime } from "./in-time.ts";
import {
  countPieceRows,
  findChunkRows,
  findMeetingRows,
  listUnembeddedDocRows,
  listWordRows,
  nearestChunkRows,
  readVectorRows,
  searchFewWordRows,
  searchTermRows,
  searchWordRows,
} from "./sql/doc-search.ts";
import type { Connection } from "./sql.ts";
import { wordShares } from "./word-shares.ts";

/** Which docs a search looks into: all conditions hold, the owners are the account's. */
export type DocScope = {
  readonly accountId: string;
  readonly owners: DocOwners;
  /** Of these alone. Absent: of all that the owners have. */
  readonly docIds?: readonly string[];
  /** Must be contained in the metadata of a doc. */
  readonly metadataFilter: Readonly<Record<string, unknown>>;
};

/** The parameters of the condition that a doc is in scope. */
export const scopeValues = ({ accountId, owners, docIds, metadataFilter }: DocScope) => {
  const nobody = { agentIds: [], userIds: [], indexIds: [], sessionIds: [], projectIds: [] };
  return { ...nobody, ...owners, accountId, metadataFilter, docIds: docIds ?? null };
};

export type ScoredChunk = { readonly id: string; readonly score: number };

/** A scope of fewer pieces is read piece by piece. */
const FEW = 400;

/** How many pieces are in scope, or `most` where there are more. */
export async function countPieces(database: Connection, scope: DocScope, most: number): Promise<number> {
  const [counted] = await countPieceRows(database, { ...scopeValues(scope), most });
  return counted?.pieces ?? 0;
}

/**
 * Pieces that have any of the terms, a word also in its other forms, best first, with a score of 0 to 1.
 *
 * `language` is a text search configuration: its stop words are left out and its stems are looked for. In a scope of
 * many pieces no more than 800 are compared, chosen by the terms that few pieces have. `isPartial`: no term is so rare
 * that all pieces with it were compared. Null: it took too long and was ended.
 */
export async function searchWords(
  database: Database,
  scope: DocScope,
  language: string,
  terms: { readonly words: readonly string[]; readonly exact: readonly string[] },
  limit: number,
): Promise<{ readonly found: readonly ScoredChunk[]; readonly isPartial: boolean } | null> {
  const within = scopeValues(scope);
  return inTime(database, async (connection) => {
    const asked = { ...within, language, words: terms.words, most: FEW };
    const [known] = await searchTermRows(connection, asked);
    const queries = [...(known?.queries ?? []).filter((query) => query !== ""), ...terms.exact];
    if (!known || known.pieces === 0 || queries.length === 0) return { found: [], isPartial: false };
    if (known.pieces < FEW) {
      const few = { ...within, terms: queries, shares: queries.map(() => 0), pieces: null, limit };
      return { found: await searchFewWordRows(connection, few), isPartial: false };
    }
    const shares = await wordShares(database, connection, known.bytes);
    const told = termsIn(queries, shares);
    const { conditions, hasRare } = gathering(told, Object.values(scope.owners).flat(), shares);
    const found = await searchWordRows(connection, {
      ...within,
      terms: queries,
      shares: told.map(({ share }) => share),
      pieces: shares.pieces > 0 ? shares.pieces : null,
      limit,
      conditions,
      each: MOST_OF_EACH,
      most: MOST_GATHERED,
    });
    const [first] = found;
    const isCut = hasRare ? (first?.first ?? 0) >= MOST_OF_EACH : (first?.gathered ?? 0) >= MOST_GATHERED;
    return { found, isPartial: isCut };
  });
}

/** So many pieces are looked at in one go, and so many words of theirs told. */
const WORDS_OF = 500;
const WORDS_AT_ONCE = 50_000;
const LATEST_DOC = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** A place among the pieces in scope: the latest docs come first. */
export type PiecePlace = { readonly docId: string; readonly position: number };

/**
 * The words of the next pieces in scope, each once, and the place behind them, where to go on; `from` null: from the
 * beginning. Undefined: there are no more. Null: it took too long and was ended.
 *
 * Among the words are pairs of characters of what is written without spaces, and owners behind an @.
 */
export async function listWords(
  database: Database,
  scope: DocScope,
  from: PiecePlace | null,
): Promise<(PiecePlace & { readonly words: readonly string[] }) | undefined | null> {
  const place = from ?? { docId: LATEST_DOC, position: -1 };
  const values = { ...scopeValues(scope), ...place, limit: WORDS_OF, words: WORDS_AT_ONCE };
  const found = await inTime(database, (connection) => listWordRows(connection, values));
  return found === null ? null : found[0];
}

/**
 * At most `limit` pieces in scope that have any of some words, those with the first ones first, each with the place of
 * the word in the list. Null: it took too long and was ended.
 */
export async function findWithWords(
  database: Database,
  scope: DocScope,
  words: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string, number> | null> {
  const conditions = words.map((word) => ownedBy(Object.values(scope.owners).flat(), word));
  const values = { ...scopeValues(scope), conditions, limit };
  const found = await inTime(database, (connection) => findMeetingRows(connection, values));
  // A piece may have several: the first counts.
  return found && new Map(found.toReversed().map(({ id, n }) => [id, n - 1]));
}

/** Of so many docs is looked whether they are embedded. */
const LATEST = 200;

/**
 * Of the latest 200 docs in scope those whose last piece `model` has not embedded: pieces are embedded in their order.
 */
export async function listUnembeddedDocs(database: Database, scope: DocScope, model: string): Promise<string[]> {
  const values = { ...scopeValues(scope), model, latest: LATEST };
  const found = await inTime(database, (connection) => listUnembeddedDocRows(connection, values));
  return (found ?? []).map(({ id }) => id);
}

/**
 * The `limit` pieces in scope that `model` has embedded and whose fingerprints are most alike to one, nearest first. A
 * piece that has no fingerprint yet counts as alike. Null: it took too long and was ended.
 */
export async function nearestChunks(
  database: Database,
  scope: DocScope,
  model: string,
  print: string,
  limit: number,
): Promise<string[] | null> {
  const values = { ...scopeValues(scope), model, print, limit };
  const found = await inTime(database, (connection) => nearestChunkRows(connection, values));
  return found?.map(({ id }) => id) ?? null;
}

/** The vectors of pieces of an account, of length 1, in no order. */
export async function readVectors(
  database: Database,
  accountId: string,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly vector: Float32Array }[]> {
  return readVectorRows(database, { accountId, ids });
}

/** Pieces by their ids, in no order, each with its doc. */
export async function findChunks(database: Database, accountId: string, ids: readonly string[]) {
  const found = await findChunkRows(database, { accountId, ids });
  return found.map(({ agentId, userId, indexId, sessionId, projectId, ...chunk }) => ({
    ...chunk,
    owner: ownerOf({ agentId, userId, indexId, sessionId, projectId }),
  }));
}
