-- AlterTable
ALTER TABLE "Doc" ADD COLUMN     "emptyPages" INTEGER;
