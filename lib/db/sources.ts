import type { Recalled } from "../domain/source.ts";
import type { Database } from "./database.ts";
import { findLivingPieceRows, findRecalledRows, type RecalledRow } from "./sql/sources.ts";

/** What was recalled for runs of the account, by their ids; nothing for those for which nothing was. */
export async function findRecalled(
  database: Database,
  accountId: string,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, Recalled>> {
  return runIds.length === 0 ? new Map() : recalledOf(await findRecalledRows(database, { accountId, runIds }));
}

/** Which of these pieces the account has no more. */
export async function findGonePieces(
  database: Database,
  accountId: string,
  pieceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (pieceIds.length === 0) return new Set();
  const living = await findLivingPieceRows(database, { accountId, pieceIds });
  const gone = new Set(pieceIds);
  for (const { id } of living) gone.delete(id);
  return gone;
}

/** Rows of what was recalled, in order, by their runs. */
export function recalledOf(rows: readonly RecalledRow[]): ReadonlyMap<string, Recalled> {
  const byRun = Map.groupBy(rows, ({ runId }) => runId);
  return new Map(
    [...byRun].map(([runId, all]) => {
      const sources = all.flatMap(({ n, docId, pieceId, title, pageFrom, pageTo, excerpt, isCitable }) =>
        docId === null || pieceId === null
          ? []
          : [{ n, docId, pieceId, title: title ?? "", pageFrom, pageTo, excerpt: excerpt ?? "", isCitable }],
      );
      return [runId, { sources, count: all.length }];
    }),
  );
}
