-- AlterTable
ALTER TABLE "Identity" ADD COLUMN     "label" TEXT NOT NULL DEFAULT '';
