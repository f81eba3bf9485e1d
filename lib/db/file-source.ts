import type { Database } from "./database.ts";

export const PIECE_BYTES = 256 * 1024;

export async function findFile({ prisma }: Database, accountId: string, id: string) {
  return prisma.file.findFirst({ where: { id, accountId } });
}

export async function findPiece({ prisma }: Database, accountId: string, fileId: string, n: number) {
  const found = await prisma.fileBytes.findFirst({
    where: { fileId, n, file: { accountId } },
    select: { bytes: true },
  });
  return found?.bytes ?? null;
}
