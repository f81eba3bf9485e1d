-- AlterTable
ALTER TABLE "Doc" ADD COLUMN     "characters" INTEGER,
ADD COLUMN     "pages" INTEGER,
ADD COLUMN     "projectId" UUID,
ADD COLUMN     "reason" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "DocChunk" ADD COLUMN     "headings" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "tokens" INTEGER;

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "attempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "cancelRequestedAt" TIMESTAMPTZ(3),
ADD COLUMN     "dueAt" TIMESTAMPTZ(3),
ADD COLUMN     "input" JSONB;

-- CreateIndex
CREATE UNIQUE INDEX "Doc_projectId_title_contentHash_key" ON "Doc"("projectId", "title", "contentHash");

-- AddForeignKey
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: what the schema language cannot say.
-- Contracts: 0.1.0
-- The check is made wider, and code of before never needed it.
ALTER TABLE "Doc" DROP CONSTRAINT "Doc_one_owner_check";
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_one_owner_check"
  CHECK (num_nonnulls("agentId", "userId", "indexId", "sessionId", "projectId") = 1);
-- Jobs that any process may take.
CREATE INDEX "Job_open_idx" ON "Job" ("createdAt") WHERE "input" IS NOT NULL AND "state" IN ('pending', 'in_progress', 'retrying');
