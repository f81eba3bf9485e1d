import { createHash } from "node:crypto";
import type { Database } from "../db/database.ts";
import { newId } from "../domain/ids.ts";

const PIECE = 256 * 1024;

/** Stores a file of an account as uploads are stored, held for an hour as well, and gives its id. */
export async function storedFile(
  { pool }: Database,
  accountId: string,
  name: string,
  bytes: Buffer,
  mediaType = "application/octet-stream",
): Promise<string> {
  const id = newId();
  const hash = createHash("sha256").update(bytes).digest("hex");
  await pool.query(
    `insert into "File" (id, "accountId", hash, name, "mediaType", size, "heldUntil")
     values ($1, $2, $3, $4, $5, $6, now() + interval '1 hour')`,
    [id, accountId, hash, name, mediaType, bytes.length],
  );
  for (let n = 0; n * PIECE < bytes.length; n++) {
    const piece = bytes.subarray(n * PIECE, (n + 1) * PIECE);
    await pool.query(`insert into "FileBytes" ("fileId", n, bytes) values ($1, $2, $3)`, [id, n, piece]);
  }
  return id;
}
