-- AlterTable
ALTER TABLE "Tool" ADD COLUMN     "openToStrangers" BOOLEAN NOT NULL DEFAULT false;

ALTER TABLE "Tool" ADD CONSTRAINT "Tool_openToStrangers_check" CHECK (NOT "openToStrangers" OR "type" <> 'system');
