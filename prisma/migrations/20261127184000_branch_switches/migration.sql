-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "switches" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Branch" ADD COLUMN     "shownIn" INTEGER NOT NULL DEFAULT 0;

-- By hand: up to now each new branch became the active one.
UPDATE "Branch" b SET "shownIn" = n."shownIn"
FROM (SELECT "id", row_number() OVER (PARTITION BY "sessionId" ORDER BY "createdAt", "id") - 1 AS "shownIn" FROM "Branch") n
WHERE n."id" = b."id" AND n."shownIn" > 0;
UPDATE "Session" s SET "switches" = n."switches"
FROM (SELECT "sessionId", max("shownIn") AS "switches" FROM "Branch" GROUP BY "sessionId") n
WHERE n."sessionId" = s."id" AND n."switches" > 0;
