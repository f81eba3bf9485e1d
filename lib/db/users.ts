import { z } from "zod";
import type { User } from "../domain/agent.ts";
import type { Database } from "./database.ts";
import { type OffsetPage, pageSql } from "./page.ts";
import { rows } from "./sql.ts";

const UserRow = z.object({
  id: z.string(),
  projectId: z.string(),
  project: z.string(),
  name: z.string(),
  about: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  hasDocs: z.boolean(),
  createdAt: z.date(),
  updatedAt: z.date(),
});

const SELECT = `select u.id, u."projectId", p."canonicalName" as project, u.name, u.about, u.metadata, u."createdAt",
  u."updatedAt", exists (select 1 from "Doc" d where d."userId" = u.id) as "hasDocs" from "User" u join "Project" p on p.id = u."projectId"`;

/** The users of the account among these ids, in the order of the ids. */
export async function findUsers(database: Database, accountId: string, ids: readonly string[]): Promise<User[]> {
  if (ids.length === 0) return [];
  const found = await rows(
    database,
    `${SELECT} where u."accountId" = $1 and u.id = any($2::uuid[]) order by array_position($2::uuid[], u.id)`,
    [accountId, ids],
  );
  return found.map((row) => UserRow.parse(row));
}

export async function listUsers(database: Database, accountId: string, page: OffsetPage): Promise<User[]> {
  const { sql, values } = pageSql("u", page, [accountId]);
  const found = await rows(database, `${SELECT} where u."accountId" = $1 ${sql}`, values);
  return found.map((row) => UserRow.parse(row));
}

export type UserFields = {
  readonly projectId: string;
  readonly name: string;
  readonly about: string;
  readonly metadata: unknown;
};

const userValues = (accountId: string, id: string, { projectId, name, about, metadata }: UserFields) => [
  id,
  accountId,
  projectId,
  name,
  about,
  metadata === null ? null : JSON.stringify(metadata),
];

/** Inserts a user. Throws the violation of "User_pkey" as it is. */
export async function insertUser(database: Database, accountId: string, id: string, fields: UserFields): Promise<void> {
  await rows(
    database,
    `insert into "User" (id, "accountId", "projectId", name, about, metadata) values ($1, $2, $3, $4, $5, $6)`,
    userValues(accountId, id, fields),
  );
}

/** Sets all fields of a user. Gives whether there is one. */
export async function updateUser(
  database: Database,
  accountId: string,
  id: string,
  fields: UserFields,
): Promise<boolean> {
  const set = await rows(
    database,
    `update "User" set "projectId" = $3, name = $4, about = $5, metadata = $6, "updatedAt" = now()
     where id = $1 and "accountId" = $2 returning id`,
    userValues(accountId, id, fields),
  );
  return set.length > 0;
}

/** Deletes a user of the account with its docs, and takes it out of its sessions. Gives whether there was one. */
export async function deleteUser(database: Database, accountId: string, id: string): Promise<boolean> {
  const gone = await rows(database, `delete from "User" where id = $1 and "accountId" = $2 returning id`, [
    id,
    accountId,
  ]);
  return gone.length > 0;
}
