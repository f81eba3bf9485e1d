-- AlterTable
ALTER TABLE "Account" ADD COLUMN     "deletionsForgottenIn" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "SessionChange" (
    "sessionId" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "changedIn" BIGINT NOT NULL,
    "deletedAt" TIMESTAMPTZ(3),

    CONSTRAINT "SessionChange_pkey" PRIMARY KEY ("sessionId")
);

-- CreateIndex
CREATE INDEX "SessionChange_accountId_changedIn_sessionId_idx" ON "SessionChange"("accountId", "changedIn", "sessionId");

-- AddForeignKey
ALTER TABLE "SessionChange" ADD CONSTRAINT "SessionChange_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Sessions that are there have changed before anybody asks.
INSERT INTO "SessionChange" ("sessionId", "accountId", "changedIn") SELECT "id", "accountId", 0 FROM "Session";

CREATE INDEX "SessionChange_deleted_idx" ON "SessionChange" ("deletedAt") WHERE "deletedAt" IS NOT NULL;
CREATE INDEX "Account_guests_idx" ON "Account" ("createdAt") WHERE "kind" = 'guest';

-- Every writer is heard, whichever statement it uses. A transaction notes a session once.
-- Semicolons in a body are written \x3B, as the engine cuts a script at each of them.
CREATE FUNCTION "note_session"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  INSERT INTO "SessionChange" AS c ("sessionId", "accountId", "changedIn")
  VALUES (NEW."id", NEW."accountId", pg_current_xact_id()::text::bigint)
  ON CONFLICT ("sessionId") DO UPDATE
    SET "accountId" = excluded."accountId", "changedIn" = excluded."changedIn", "deletedAt" = NULL
    WHERE c."changedIn" <> excluded."changedIn" OR c."accountId" <> excluded."accountId" OR c."deletedAt" IS NOT NULL\x3B
  RETURN NULL\x3B
END';
CREATE TRIGGER "Session_noted" AFTER INSERT OR UPDATE ON "Session"
  FOR EACH ROW EXECUTE FUNCTION "note_session"();

-- An update alone: where the account goes too, the row may be gone before its sessions are.
CREATE FUNCTION "note_session_deleted"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  UPDATE "SessionChange" SET "changedIn" = pg_current_xact_id()::text::bigint, "deletedAt" = now()
  WHERE "sessionId" = OLD."id"\x3B
  RETURN NULL\x3B
END';
CREATE TRIGGER "Session_deleted_noted" AFTER DELETE ON "Session"
  FOR EACH ROW EXECUTE FUNCTION "note_session_deleted"();

-- Lists show how the last turn ended, also where nothing of it is kept, and the latest summary. A turn's beginning changes
-- its session itself.
CREATE FUNCTION "note_session_of"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  UPDATE "SessionChange" SET "changedIn" = pg_current_xact_id()::text::bigint
  WHERE "sessionId" = NEW."sessionId" AND "changedIn" <> pg_current_xact_id()::text::bigint\x3B
  RETURN NULL\x3B
END';
CREATE TRIGGER "Run_status_noted" AFTER UPDATE OF "status" ON "Run"
  FOR EACH ROW WHEN (NEW."sessionId" IS NOT NULL AND NEW."stores" AND OLD."status" IS DISTINCT FROM NEW."status")
  EXECUTE FUNCTION "note_session_of"();
CREATE TRIGGER "Summary_noted" AFTER INSERT ON "Summary"
  FOR EACH ROW EXECUTE FUNCTION "note_session_of"();
