-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "turnLimit" TEXT;
