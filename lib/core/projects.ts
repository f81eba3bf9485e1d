import * as db from "../db/agents.ts";
import { notFound } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { Scope } from "./scope.ts";

/** The project of a canonical name, or for null the account's default one. Throws "not-found". */
export async function projectNamed(scope: Scope, canonicalName: string | null): Promise<string> {
  if (canonicalName === null) return db.ensureDefaultProject(scope.database, scope.accountId, newId());
  const project = await db.findProject(scope.database, scope.accountId, { canonicalName });
  if (!project) throw notFound("project");
  return project.id;
}

/** The id of a project of the account, as it is stored. Throws "not-found". */
export async function checkProject(scope: Scope, id: string): Promise<string> {
  const project = await db.findProject(scope.database, scope.accountId, { id });
  if (!project) throw notFound("project");
  return project.id;
}
