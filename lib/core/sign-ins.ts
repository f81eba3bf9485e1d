import * as db from "../db/sign-ins.ts";
import { notFound } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import { checkPerson } from "./accounts.ts";
import type { Scope } from "./scope.ts";

/** A browser that is signed in; `isThis`: the one that asks. */
export type SignIn = db.SignIn & { readonly isThis: boolean };

/** The browsers that are signed in to the account, the latest first. Throws "forbidden" for a guest and with a key. */
export async function listSignIns(scope: Scope): Promise<SignIn[]> {
  await checkPerson(scope);
  const found = await db.listSignIns(scope.database, scope.accountId);
  return found.map((one) => ({ ...one, isThis: one.id === scope.signInId }));
}

/** Signs one browser of the account out. Throws as `listSignIns` does, and "not-found". */
export async function endSignIn(scope: Scope, id: string): Promise<void> {
  await checkPerson(scope);
  const isGone = isId(id) && (await db.deleteSignIn(scope.database, scope.accountId, id.toLowerCase()));
  if (!isGone) throw notFound("sign-in", id);
}
