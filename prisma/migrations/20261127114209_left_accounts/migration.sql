-- AlterTable
ALTER TABLE "Account" ADD COLUMN     "leftAt" TIMESTAMPTZ(3);
