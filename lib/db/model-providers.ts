import { type ModelProvider, PROVIDER_KINDS, type ProviderKind } from "../domain/model-provider.ts";
import type { Database } from "./database.ts";
import { violated } from "./violated.ts";

/** A provider as it is stored: its key sealed, null where it has none. */
export type StoredProvider = ModelProvider & { readonly sealedKey: string | null };

type Input = Pick<StoredProvider, "name" | "kind" | "baseUrl" | "keyHint" | "sealedKey">;

const isKind = (kind: string): kind is ProviderKind => PROVIDER_KINDS.some((known) => known === kind);

/**
 * The providers of an account, the oldest first, at most `most`. One of a kind that a later version made is left out.
 */
export async function listProviders(
  { prisma }: Database,
  accountId: string,
  most: number,
): Promise<readonly StoredProvider[]> {
  const rows = await prisma.modelProvider.findMany({
    where: { accountId },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    omit: { accountId: true },
    take: most,
  });
  return rows.flatMap(({ kind, ...row }) => (isKind(kind) ? [{ ...row, kind }] : []));
}

/** Enters a provider. False where the account has one of its name. */
export async function insertProvider(
  { prisma }: Database,
  accountId: string,
  provider: Input & Pick<StoredProvider, "id">,
): Promise<boolean> {
  try {
    await prisma.modelProvider.create({ data: { ...provider, accountId }, select: { id: true } });
    return true;
  } catch (thrown) {
    if (violated(thrown) === "ModelProvider_accountId_name_key") return false;
    throw thrown;
  }
}

/** Changes a provider. Gives whether there was one; "taken" where the account has another of its name. */
export async function updateProvider(
  { prisma }: Database,
  accountId: string,
  id: string,
  change: Partial<Input>,
): Promise<boolean | "taken"> {
  try {
    const data = { ...change, updatedAt: new Date() };
    const { count } = await prisma.modelProvider.updateMany({ where: { accountId, id }, data });
    return count > 0;
  } catch (thrown) {
    if (violated(thrown) === "ModelProvider_accountId_name_key") return "taken";
    throw thrown;
  }
}

/** Removes a provider with its key. Gives whether there was one. */
export async function deleteProvider({ prisma }: Database, accountId: string, id: string): Promise<boolean> {
  const { count } = await prisma.modelProvider.deleteMany({ where: { accountId, id } });
  return count > 0;
}
