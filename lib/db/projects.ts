import type { Project } from "../domain/agent.ts";
import type { Database } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { metadataWhere, type OffsetPage, pageOf } from "./page.ts";
import { JsonObject, jsonInput } from "./prisma.ts";

const select = { id: true, canonicalName: true, name: true, metadata: true, createdAt: true, updatedAt: true } as const;

const toProject = ({ metadata, ...row }: Prisma.ProjectGetPayload<{ select: typeof select }>): Project => ({
  ...row,
  metadata: JsonObject.parse(metadata),
});

/** Finds a project of the account by id or by canonical name. */
export const findProject = (
  database: Database,
  accountId: string,
  by: { readonly id: string } | { readonly canonicalName: string },
): Promise<{ readonly id: string } | null> =>
  database.prisma.project.findFirst({ where: { accountId, ...by }, select: { id: true } });

/** Projects by offset. */
export async function listProjects(database: Database, accountId: string, page: OffsetPage): Promise<Project[]> {
  const where = { accountId, ...metadataWhere(page) };
  const found = await database.prisma.project.findMany({ where, ...pageOf(page), select });
  return found.map(toProject);
}

/** Inserts a project and gives it. Throws the violation of "Project_accountId_canonicalName_key" as it is. */
export async function insertProject(
  database: Database,
  accountId: string,
  project: Pick<Project, "id" | "canonicalName" | "name"> & { readonly metadata: unknown },
): Promise<Project> {
  const { id, canonicalName, name, metadata } = project;
  const data = { id, accountId, canonicalName, name, metadata: jsonInput(metadata) };
  return toProject(await database.prisma.project.create({ data, select }));
}
