import type { OffsetPage } from "../db/page.ts";
import * as db from "../db/users.ts";
import { violated } from "../db/violated.ts";
import type { User } from "../domain/agent.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import { isIdTaken, merged } from "./agents.ts";
import { within } from "./maxima.ts";
import { projectNamed } from "./projects.ts";
import { checkReachesAccount } from "./reach.ts";
import type { Scope } from "./scope.ts";

/** A user as a caller describes it. */
export type UserInput = Omit<db.UserFields, "projectId"> & {
  /** The canonical name of a project; null: the default one. */
  readonly project: string | null;
};

/** A user of the account. Throws "not-found", for an id that cannot be one too, and as `checkReachesAccount`. */
export async function getUser(scope: Scope, id: string): Promise<User> {
  const user = await findUser(scope, id);
  if (!user) throw notFound("user", id);
  return user;
}

async function findUser(scope: Scope, id: string): Promise<User | null> {
  checkReachesAccount(scope);
  const [user] = isId(id) ? await db.findUsers(scope.database, scope.accountId, [id]) : [];
  return user ?? null;
}

export async function listUsers(scope: Scope, page: OffsetPage): Promise<User[]> {
  checkReachesAccount(scope);
  return db.listUsers(scope.database, scope.accountId, page);
}

/**
 * Makes a user. Throws "not-found" for the project, "conflict" for an id that another account holds, and for the number
 * of users as `takePlace`.
 */
export async function createUser(scope: Scope, input: UserInput, id: string = newId()): Promise<User> {
  checkReachesAccount(scope);
  const { project, ...fields } = input;
  const projectId = await projectNamed(scope, project);
  try {
    await within(scope, "users", () => db.insertUser(scope.database, scope.accountId, id, { ...fields, projectId }));
  } catch (thrown) {
    if (violated(thrown) !== "User_pkey") throw thrown;
    throw new ChatError("conflict", "A user cannot be made under this id", { field: "id" });
  }
  return getUser(scope, id);
}

/** Sets all of a user. Throws "not-found" for the user and the project. */
export const replaceUser = (scope: Scope, id: string, input: UserInput): Promise<User> => write(scope, id, () => input);

/** Makes a user under an id, or sets all of the one that has it. Throws as `createUser` does. */
export async function saveUser(scope: Scope, id: string, input: UserInput): Promise<User> {
  if (await findUser(scope, id)) return replaceUser(scope, id, input);
  try {
    return await createUser(scope, input, id);
  } catch (thrown) {
    // Another request of the account may have been faster.
    if (isIdTaken(thrown) && (await findUser(scope, id))) return replaceUser(scope, id, input);
    throw thrown;
  }
}

/**
 * Changes what is given of a user; `metadata` is merged at its top level. Of two changes that come at once none is
 * lost. Throws as `replaceUser` does.
 */
export const patchUser = (scope: Scope, id: string, change: Partial<UserInput>): Promise<User> =>
  write(scope, id, ({ metadata }) =>
    "metadata" in change ? { ...change, metadata: merged(metadata, change.metadata) } : change,
  );

async function write(
  scope: Scope,
  id: string,
  change: (now: Pick<User, "metadata">) => Partial<UserInput>,
): Promise<User> {
  const user = await getUser(scope, id);
  const { project: named } = change(user);
  const projectId = named === undefined ? undefined : await projectNamed(scope, named);
  const isSet = await db.changeUser(scope.database, scope.accountId, user.id, (now) => {
    const { project, ...fields } = change(now);
    return { ...fields, projectId };
  });
  if (!isSet) throw notFound("user", id);
  return getUser(scope, id);
}

/** Deletes a user with its docs, and takes it out of its sessions. Throws "not-found". */
export async function deleteUser(scope: Scope, id: string): Promise<void> {
  checkReachesAccount(scope);
  const isGone = isId(id) && (await db.deleteUser(scope.database, scope.accountId, id));
  if (!isGone) throw notFound("user", id);
}
