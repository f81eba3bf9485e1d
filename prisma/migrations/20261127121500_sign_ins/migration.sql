-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "isSetting" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "SignIn" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "tokenVersion" INTEGER NOT NULL,
    "browser" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SignIn_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "SignIn_accountId_createdAt_id_idx" ON "SignIn"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "SignIn_expiresAt_idx" ON "SignIn"("expiresAt");

-- Addresses get their one form, as far as SQL can give it. Two that would become one stay as they are.
WITH "normal" AS (
  SELECT "id", lower(CASE WHEN current_setting('server_encoding') = 'UTF8' THEN normalize(trim("email"), NFKC) ELSE trim("email") END) AS "email"
  FROM "Account" WHERE "email" IS NOT NULL
), "alone" AS (SELECT "email" FROM "normal" GROUP BY "email" HAVING count(*) = 1)
UPDATE "Account" a SET "email" = n."email" FROM "normal" n JOIN "alone" o ON o."email" = n."email"
WHERE a."id" = n."id" AND a."email" <> n."email";

-- It was on lower("email").
DROP INDEX "Account_email_key";

-- CreateIndex
CREATE UNIQUE INDEX "Account_email_key" ON "Account"("email");

-- AddForeignKey
ALTER TABLE "SignIn" ADD CONSTRAINT "SignIn_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The keys that starts have made: a start keeps the one that the settings name, and ends the others.
UPDATE "ApiKey" k SET "isSetting" = true FROM "Account" a
WHERE a."id" = k."accountId" AND a."isOwner" AND k."name" = 'First key' AND k."agentId" IS NULL AND k."expiresAt" IS NULL
  AND cardinality(k."scopes") = 0;
