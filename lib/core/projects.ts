import { findDefaults } from "../db/agents.ts";
import type { OffsetPage } from "../db/page.ts";
import * as db from "../db/projects.ts";
import { violated } from "../db/violated.ts";
import type { Project } from "../domain/agent.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { madeName } from "./made-name.ts";
import { within } from "./maxima.ts";
import type { Scope } from "./scope.ts";

/** The project of a canonical name, or for null the account's default one. Throws "not-found". */
export async function projectNamed(
  scope: Pick<Scope, "database" | "accountId">,
  canonicalName: string | null,
): Promise<string> {
  if (canonicalName === null) return defaultProject(scope);
  const project = await db.findProject(scope.database, scope.accountId, { canonicalName });
  if (!project) throw notFound("project");
  return project.id;
}

/** The account's default project, which it has from its first moment. Throws "not-found" where the account is gone. */
export async function defaultProject({ database, accountId }: Pick<Scope, "database" | "accountId">): Promise<string> {
  const found = await findDefaults(database, accountId);
  if (!found) throw notFound("project");
  return found.projectId;
}

/** The id of a project of the account, as it is stored. Throws "not-found". */
export async function checkProject(scope: Scope, id: string): Promise<string> {
  const project = await db.findProject(scope.database, scope.accountId, { id });
  if (!project) throw notFound("project");
  return project.id;
}

/** The account's projects; there is always the default one. */
export const listProjects = (scope: Scope, page: OffsetPage): Promise<Project[]> =>
  db.listProjects(scope.database, scope.accountId, page);

/**
 * Makes a project; without a canonical name one is made from its name. Throws "conflict" for one that is taken, and for
 * the number of projects as `takePlace`.
 */
export async function createProject(
  scope: Scope,
  input: { readonly canonicalName: string | null; readonly name: string; readonly metadata: unknown },
): Promise<Project> {
  const canonicalName = input.canonicalName ?? madeName(input.name, "project");
  try {
    const project = { ...input, id: newId(), canonicalName };
    return await within(scope, "projects", () => db.insertProject(scope.database, scope.accountId, project));
  } catch (thrown) {
    if (violated(thrown) !== "Project_accountId_canonicalName_key") throw thrown;
    throw new ChatError("conflict", "Another project has this canonical name", {
      noun: "project",
      field: "canonicalName",
    });
  }
}
