-- AlterTable
ALTER TABLE "Agent" ADD COLUMN     "indexSimilarityCutoff" DOUBLE PRECISION,
ADD COLUMN     "indexTopN" INTEGER;
