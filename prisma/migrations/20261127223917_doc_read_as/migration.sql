-- AlterTable
ALTER TABLE "Doc" ADD COLUMN     "readAs" TEXT;
