-- AlterTable
ALTER TABLE "ChunkEmbedding" ADD COLUMN     "fingerprint" VARBIT(1024);
