import { z } from "zod";
import { statement } from "./statement.ts";

// By hand, since bytes come and go in pieces, and what may be stored depends on what is there.

const HELD = `now() + interval '1 hour'`;

const columns = `id, name, "mediaType", size, hash`;
const FileRow = z.object({
  id: z.string(),
  name: z.string(),
  mediaType: z.string(),
  size: z.number(),
  hash: z.string(),
});
const Id = z.object({ id: z.string() });

/** A file that was stored just now, until when that holds it, and until when it was held before; null: it was not. */
const StoredRow = FileRow.extend({ heldUntil: z.date(), heldBefore: z.date().nullable() });

/**
 * Who stores a file, held until the end of the transaction: two uploads of an account do not pass its limit together.
 */
export const holdUploader = statement({
  name: "hold-uploader",
  text: `select kind from "Account" where id = $1 for no key update`,
  parameters: { accountId: "uuid" },
  row: z.object({ kind: z.string() }),
});

/**
 * Bytes that the files of an account come to, those still to come included, and those of all accounts that are there:
 * what is announced and never sent takes no room of others.
 */
export const sumFiles = statement({
  name: "sum-files",
  text: `select coalesce(sum(size) filter (where "accountId" = $1), 0)::float8 as own,
      (coalesce(sum(size) filter (where hash is not null), 0) + (
        select coalesce(sum(octet_length(b.bytes)), 0) from "File" u join "FileBytes" b on b."fileId" = u.id where u.hash is null
      ))::float8 as all
    from "File"`,
  parameters: { accountId: "uuid" },
  row: z.object({ own: z.number(), all: z.number() }),
});

/** Enters a file whose bytes are still to come: `size` is the most that there may be. */
export const insertFileRow = statement({
  name: "insert-file",
  text: `insert into "File" (id, "accountId", name, "mediaType", size, "heldUntil") values ($1, $2, $3, '', $4, ${HELD})`,
  parameters: { id: "uuid", accountId: "uuid", name: "text", size: "int4" },
});

export const insertPieceRow = statement({
  name: "insert-piece",
  text: `insert into "FileBytes" ("fileId", n, bytes) select id, $3, $4 from "File" where id = $1 and "accountId" = $2
    and hash is null returning n`,
  parameters: { fileId: "uuid", accountId: "uuid", n: "int4", bytes: "bytea" },
  row: z.object({ n: z.number() }),
});

/** Completes a file whose bytes are all there. Nothing where the account has one of equal content. */
export const completeFileRow = statement({
  name: "complete-file",
  text: `update "File" f set hash = $3, size = $4, "mediaType" = $5, name = $6, "heldUntil" = ${HELD}
    where id = $1 and "accountId" = $2 and hash is null
      and not exists (select 1 from "File" o where o."accountId" = $2 and o.hash = $3)
    returning ${columns}, "heldUntil", null::timestamptz as "heldBefore"`,
  parameters: { id: "uuid", accountId: "uuid", hash: "text", size: "int4", mediaType: "text", name: "text" },
  row: StoredRow,
});

/** Holds the file with a content for an hour more; a name that is given is its name from now on. */
export const holdEqualFileRow = statement({
  name: "hold-equal-file",
  text: `with known as materialized (
      select id as "knownId", "heldUntil" as "heldBefore" from "File" where "accountId" = $1 and hash = $2 for update
    )
    update "File" set "heldUntil" = ${HELD}, name = coalesce($3, name), "mediaType" = coalesce($4, "mediaType")
    from known where id = "knownId" returning ${columns}, "heldUntil", "heldBefore"`,
  parameters: { accountId: "uuid", hash: "text", name: "text?", mediaType: "text?" },
  row: StoredRow,
});

/** Holds whole files of an account for an hour more, and gives them. */
export const holdFileRows = statement({
  name: "hold-files",
  text: `update "File" set "heldUntil" = ${HELD} where "accountId" = $1 and id = any($2) and hash is not null
    returning ${columns}`,
  parameters: { accountId: "uuid", ids: "uuid[]" },
  row: FileRow,
});

export const findFileRow = statement({
  name: "find-file",
  text: `select ${columns} from "File" where "accountId" = $1 and id = $2 and hash is not null`,
  parameters: { accountId: "uuid", id: "uuid" },
  row: FileRow,
});

export const findPieceRow = statement({
  name: "find-piece",
  text: `select b.bytes from "FileBytes" b join "File" f on f.id = b."fileId" where f."accountId" = $1 and f.id = $2
    and f.hash is not null and b.n = $3`,
  parameters: { accountId: "uuid", fileId: "uuid", n: "int4" },
  row: z.object({ bytes: z.instanceof(Uint8Array) }),
});

/** Takes a hold back, unless somebody has held the file since. */
export const endHoldRow = statement({
  name: "end-hold",
  text: `update "File" set "heldUntil" = $4 where "accountId" = $1 and id = $2 and "heldUntil" = $3`,
  parameters: { accountId: "uuid", id: "uuid", heldUntil: "timestamptz", heldBefore: "timestamptz?" },
});

/** Ends the hold of a file. */
export const releaseFileRow = statement({
  name: "release-file",
  text: `update "File" set "heldUntil" = null where "accountId" = $1 and id = $2 returning id`,
  parameters: { accountId: "uuid", id: "uuid" },
  row: Id,
});

const UNUSED = `(f."heldUntil" is null or f."heldUntil" < now())
  and not exists (select 1 from "MessageFile" m where m."fileId" = f.id)
  and not exists (select 1 from "Doc" d where d."fileId" = f.id)`;

/** Deletes some files of an account that nothing refers to and nobody holds, with their bytes. */
export const deleteUnusedFileRows = statement({
  name: "delete-unused-files",
  text: `delete from "File" where id in (select f.id from "File" f where f."accountId" = $1 and ${UNUSED}
    order by f.id limit $2 for update skip locked) returning id`,
  parameters: { accountId: "uuid", most: "int8" },
  row: Id,
});

/** The same of all accounts. */
export const sweepUnusedFileRows = statement({
  name: "sweep-unused-files",
  text: `delete from "File" where id in (select f.id from "File" f where ${UNUSED}
    order by f.id limit $1 for update skip locked) returning id`,
  parameters: { most: "int8" },
  row: Id,
});
