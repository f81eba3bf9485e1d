import { z } from "zod";
import { statement } from "./statement.ts";

// By hand, since every request finds out who asks, and a start makes its owner: Prisma is loaded by neither.

const AccountRow = z.object({
  id: z.string(),
  kind: z.enum(["guest", "person"]),
  email: z.string().nullable(),
  tokenVersion: z.number(),
  isOwner: z.boolean(),
});

/** An account by its id. */
export const findAccountRow = statement({
  name: "find-account",
  text: `select id, kind, email, "tokenVersion", "isOwner" from "Account" where id = $1`,
  parameters: { id: "uuid" },
  row: AccountRow,
});

/** An account by its e-mail address in its one form. */
export const findAccountByEmailRow = statement({
  name: "find-account-by-email",
  text: `select id, kind, email, "tokenVersion", "isOwner", "passwordHash" from "Account" where email = $1`,
  parameters: { email: "text" },
  row: AccountRow.extend({ passwordHash: z.string().nullable() }),
});

/** A new guest. */
export const insertGuestRow = statement({
  name: "insert-guest",
  text: `insert into "Account" (id, kind) values ($1, 'guest')`,
  parameters: { id: "uuid" },
});

/** The owner's account; nothing where there is one. */
export const insertOwnerRow = statement({
  name: "insert-owner",
  text: `insert into "Account" (id, kind, "isOwner") values ($1, 'person', true) on conflict do nothing returning id`,
  parameters: { id: "uuid" },
  row: z.object({ id: z.string() }),
});

/** The owner's account. */
export const findOwnerRow = statement({
  name: "find-owner",
  text: `select id from "Account" where "isOwner"`,
  parameters: {},
  row: z.object({ id: z.string() }),
});

/** A key by its hash, neither revoked nor expired. */
export const findApiKeyRow = statement({
  name: "find-api-key",
  text: `select id, "accountId", "agentId", scopes from "ApiKey"
    where hash = $1 and "revokedAt" is null and ("expiresAt" is null or "expiresAt" > now())`,
  parameters: { hash: "text" },
  row: z.object({
    id: z.string(),
    accountId: z.string(),
    agentId: z.string().nullable(),
    scopes: z.array(z.string()),
  }),
});

/** A key; nothing where its hash is known. */
export const insertApiKeyRow = statement({
  name: "insert-api-key",
  text: `insert into "ApiKey" (id, "accountId", hash, hint, name, scopes, "agentId", "expiresAt")
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (hash) do nothing`,
  parameters: {
    id: "uuid",
    accountId: "uuid",
    hash: "text",
    hint: "text",
    name: "text",
    scopes: "text[]",
    agentId: "uuid?",
    expiresAt: "timestamptz?",
  },
});

/** The key of the settings as the owner's; where its hash is known to the owner, that key is marked as such. */
export const insertSettingKeyRow = statement({
  name: "insert-setting-key",
  text: `insert into "ApiKey" (id, "accountId", hash, hint, name, scopes, "isSetting")
    values ($1, $2, $3, $4, $5, '{}', true)
    on conflict (hash) do update set "isSetting" = true where "ApiKey"."accountId" = excluded."accountId"`,
  parameters: { id: "uuid", accountId: "uuid", hash: "text", hint: "text", name: "text" },
});

/** Takes out every key that settings of before named. One that somebody has revoked stays as it is, and revoked. */
export const deleteOtherSettingKeys = statement({
  name: "delete-other-setting-keys",
  text: `delete from "ApiKey" where "isSetting" and hash <> $1 and "revokedAt" is null`,
  parameters: { hash: "text" },
});

/** The time at which keys were used last. */
export const touchApiKeyRows = statement({
  name: "touch-api-keys",
  text: `update "ApiKey" set "lastUsedAt" = now() where id = any($1)`,
  parameters: { ids: "uuid[]" },
});
