import { z } from "zod";
import { type ApiKey, KEY_SCOPES, type KeyScope } from "../domain/api-key.ts";
import type { Database } from "./database.ts";
import { inTransaction, rows, violated } from "./sql.ts";

export type Account = {
  readonly id: string;
  readonly kind: "guest" | "person";
  readonly email: string | null;
  readonly tokenVersion: number;
  readonly isOwner: boolean;
};

const COLUMNS = `id, kind, email, "tokenVersion", "isOwner"`;

export async function findAccount(database: Database, id: string): Promise<Account | null> {
  const [found] = await rows<Account>(database, `select ${COLUMNS} from "Account" where id = $1`, [id]);
  return found ?? null;
}

/** An account by its e-mail address, whatever its case, with the hash of its password. */
export async function findAccountByEmail(
  database: Database,
  email: string,
): Promise<(Account & { readonly passwordHash: string | null }) | null> {
  const [found] = await rows<Account & { passwordHash: string | null }>(
    database,
    `select ${COLUMNS}, "passwordHash" from "Account" where lower(email) = lower($1)`,
    [email],
  );
  return found ?? null;
}

export async function insertGuest(database: Database, id: string): Promise<Account> {
  await rows(database, `insert into "Account" (id, kind) values ($1, 'guest')`, [id]);
  return { id, kind: "guest", email: null, tokenVersion: 0, isOwner: false };
}

/**
 * The account that the first start made: made now when there is none, and then new. Safe when several instances start at
 * once: for one of them it is new.
 */
export async function ensureOwner(
  database: Database,
  id: string,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const made = await rows(
    database,
    `insert into "Account" (id, kind, "isOwner") values ($1, 'person', true) on conflict do nothing returning id`,
    [id],
  );
  const [owner] = await rows<{ id: string }>(database, `select id from "Account" where "isOwner"`, []);
  return { id: owner?.id ?? id, isNew: made.length > 0 };
}

/**
 * Gives an account without an address an e-mail and a password, makes it a person and ends every cookie of it. Gives the
 * number that new cookies are made with; null when the address is taken.
 */
export async function setCredentials(
  database: Database,
  id: string,
  email: string,
  passwordHash: string,
): Promise<number | null> {
  try {
    const [set] = await rows<{ tokenVersion: number }>(
      database,
      `update "Account" set kind = 'person', email = $2, "passwordHash" = $3, "tokenVersion" = "tokenVersion" + 1
       where id = $1 and email is null returning "tokenVersion"`,
      [id, email, passwordHash],
    );
    return set?.tokenVersion ?? null;
  } catch (thrown) {
    if (violated(thrown) === "Account_email_key") return null;
    throw thrown;
  }
}

/** The hash of an account's password, or null where it has none. */
export async function findPasswordHash(database: Database, id: string): Promise<string | null> {
  const sql = `select "passwordHash" from "Account" where id = $1`;
  const [found] = await rows<{ passwordHash: string | null }>(database, sql, [id]);
  return found?.passwordHash ?? null;
}

/**
 * Ends every cookie of an account, and gives it a new password where one is given. Gives the number that new cookies are
 * made with.
 */
export async function endCookies(database: Database, id: string, passwordHash: string | null): Promise<number> {
  const [account] = await rows<{ tokenVersion: number }>(
    database,
    `update "Account" set "tokenVersion" = "tokenVersion" + 1, "passwordHash" = coalesce($2, "passwordHash")
     where id = $1 returning "tokenVersion"`,
    [id, passwordHash],
  );
  return account?.tokenVersion ?? 0;
}

/**
 * Moves everything of a guest to another account and deletes the guest, in one transaction. Gives whether there was one:
 * of a person nothing moves.
 *
 * The guest's sessions end up in the other account's default project, with its default agent where they had the guest's.
 */
export async function mergeGuest(
  database: Database,
  guestId: string,
  into: { readonly accountId: string; readonly projectId: string; readonly agentId: string },
): Promise<boolean> {
  return inTransaction(database, async (connection) => {
    const run = (sql: string, ...values: unknown[]) => rows(connection, sql, values);
    const guest = await run(`select id from "Account" where id = $1 and kind = 'guest' for update`, guestId);
    if (guest.length === 0) return false;
    await run(
      `insert into "SessionAgent" ("sessionId", "agentId", position)
       select x."sessionId", $2, x.position from "SessionAgent" x join "Agent" a on a.id = x."agentId"
       where a."accountId" = $1 and a."isDefault" on conflict do nothing`,
      guestId,
      into.agentId,
    );
    for (const [table, which] of [
      ["Session", ""],
      ["Index", ""],
      ["User", ""],
      ["Agent", `and not "isDefault"`],
    ]) {
      const sql = `update "${table}" set "accountId" = $2, "projectId" = $3 where "accountId" = $1 ${which}`;
      await run(sql, guestId, into.accountId, into.projectId);
    }
    for (const table of ["Run", "Doc", "Job"]) {
      await run(`update "${table}" set "accountId" = $2 where "accountId" = $1`, guestId, into.accountId);
    }
    await run(
      `update "File" f set "accountId" = $2 where "accountId" = $1
       and not exists (select 1 from "File" o where o."accountId" = $2 and o.hash = f.hash)`,
      guestId,
      into.accountId,
    );
    await run(`delete from "Account" where id = $1`, guestId);
    return true;
  });
}

const Grant = z.object({ scopes: z.array(z.enum(KEY_SCOPES)), agentId: z.string().nullable() });
const HeldKey = Grant.extend({ id: z.string(), accountId: z.string() });
export type HeldKey = z.output<typeof HeldKey>;

/** A key by the hash of its text: neither revoked nor expired. */
export async function findApiKey(database: Database, hash: string): Promise<HeldKey | null> {
  const [found] = await rows(
    database,
    `select id, "accountId", "agentId", scopes from "ApiKey"
     where hash = $1 and "revokedAt" is null and ("expiresAt" is null or "expiresAt" > now())`,
    [hash],
  );
  return found ? HeldKey.parse(found) : null;
}

const KeyRow = Grant.extend({
  id: z.string(),
  name: z.string(),
  hint: z.string(),
  expiresAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  createdAt: z.date(),
});

/** The keys of an account that are not revoked, the latest first; those that have expired are among them. */
export async function listApiKeys(database: Database, accountId: string): Promise<ApiKey[]> {
  const found = await rows(
    database,
    `select id, name, hint, scopes, "agentId", "expiresAt", "lastUsedAt", "createdAt" from "ApiKey"
     where "accountId" = $1 and "revokedAt" is null order by "createdAt" desc, id desc`,
    [accountId],
  );
  return found.map((row) => KeyRow.parse(row));
}

/** Revokes a key of the account. Gives whether there was one. */
export async function revokeApiKey(database: Database, accountId: string, id: string): Promise<boolean> {
  const revoked = await rows(
    database,
    `update "ApiKey" set "revokedAt" = now() where id = $1 and "accountId" = $2 and "revokedAt" is null returning id`,
    [id, accountId],
  );
  return revoked.length > 0;
}

/** Notes that keys were used just now. */
export async function touchApiKeys(database: Database, ids: readonly string[]): Promise<void> {
  await rows(database, `update "ApiKey" set "lastUsedAt" = now() where id = any($1::uuid[])`, [ids]);
}

/** Enters a key of the account under its hash. Nothing changes when the hash is known. */
export async function insertApiKey(
  database: Database,
  key: {
    readonly id: string;
    readonly accountId: string;
    readonly hash: string;
    readonly hint: string;
    readonly name: string;
    readonly scopes?: readonly KeyScope[];
    readonly agentId?: string | null;
    readonly expiresAt?: Date | null;
  },
): Promise<void> {
  await rows(
    database,
    `insert into "ApiKey" (id, "accountId", hash, hint, name, scopes, "agentId", "expiresAt")
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (hash) do nothing`,
    [key.id, key.accountId, key.hash, key.hint, key.name, key.scopes ?? [], key.agentId ?? null, key.expiresAt ?? null],
  );
}
