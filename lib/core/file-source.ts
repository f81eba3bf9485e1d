import { findFile, findPiece, PIECE_BYTES } from "../db/file-source.ts";
import { notFound } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import type { Scope } from "./scope.ts";

export async function getFile({ database, accountId }: Pick<Scope, "database" | "accountId">, id: string) {
  const found = isId(id) ? await findFile(database, accountId, id) : null;
  if (!found) throw notFound("file", id);
  return found;
}

export async function* readFile(
  { database, accountId }: Pick<Scope, "database" | "accountId">,
  { id, size }: { readonly id: string; readonly size: number },
): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < size; ) {
    const piece = await findPiece(database, accountId, id, Math.floor(at / PIECE_BYTES));
    if (!piece || piece.length === 0) throw notFound("file", id);
    yield piece;
    at += piece.length;
  }
}
