-- AlterTable
ALTER TABLE "Summary" ADD COLUMN     "replaces" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Doc" ADD COLUMN     "embedInstruction" TEXT;

-- CreateTable
CREATE TABLE "ChunkEmbedding" (
    "chunkId" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "vector" BYTEA NOT NULL,

    CONSTRAINT "ChunkEmbedding_pkey" PRIMARY KEY ("chunkId")
);

-- AddForeignKey
ALTER TABLE "ChunkEmbedding" ADD CONSTRAINT "ChunkEmbedding_chunkId_fkey" FOREIGN KEY ("chunkId") REFERENCES "DocChunk"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: what the schema language cannot say.
-- A prompt keeps the system messages of what is dropped from it.
CREATE INDEX "Message_system_idx" ON "Message" ("branchId", "position") WHERE "role" = 'system';
-- One job of a kind at a time in a session.
CREATE UNIQUE INDEX "Job_one_open" ON "Job" ("sessionId", "kind") WHERE "state" IN ('pending', 'in_progress', 'retrying');
