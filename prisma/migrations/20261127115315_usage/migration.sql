-- AlterTable
ALTER TABLE "RateLimit" ALTER COLUMN "points" SET DEFAULT 0,
ALTER COLUMN "points" SET DATA TYPE DOUBLE PRECISION;

-- CreateTable
CREATE TABLE "Usage" (
    "accountId" UUID NOT NULL,
    "day" DATE NOT NULL,
    "kind" TEXT NOT NULL,
    "keyId" TEXT NOT NULL DEFAULT '',
    "agentId" TEXT NOT NULL DEFAULT '',
    "endUserHash" TEXT NOT NULL DEFAULT '',
    "isStranger" BOOLEAN NOT NULL DEFAULT false,
    "calls" INTEGER NOT NULL,
    "inputTokens" BIGINT NOT NULL,
    "outputTokens" BIGINT NOT NULL,

    CONSTRAINT "Usage_pkey" PRIMARY KEY ("accountId","day","kind","keyId","agentId","endUserHash","isStranger")
);

-- CreateIndex
CREATE INDEX "Usage_day_idx" ON "Usage"("day");

-- AddForeignKey
ALTER TABLE "Usage" ADD CONSTRAINT "Usage_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is known of the days before: the turns of each account.
INSERT INTO "Usage" ("accountId", day, kind, calls, "inputTokens", "outputTokens")
SELECT r."accountId", (r."createdAt" at time zone 'UTC')::date, 'turn', greatest(1, sum(r.steps)),
  coalesce(sum((r.usage->>'inputTokens')::bigint), 0), coalesce(sum((r.usage->>'outputTokens')::bigint), 0)
FROM "Run" r WHERE r."endedAt" IS NOT NULL GROUP BY 1, 2;
