-- What only a running turn needs goes with its end: it holds texts of agents, docs and users that may be deleted meanwhile.
UPDATE "Run" SET "context" = NULL, "settings" = json_build_object('model', "settings"->>'model')
WHERE "status" <> 'running' AND ("context" IS NOT NULL OR "settings" IS NOT NULL);

-- The name of a request may say something: its hash is enough to know it again.
UPDATE "Run" SET "requestKey" = encode(sha256(convert_to("requestKey", 'UTF8')), 'hex') WHERE "requestKey" IS NOT NULL;

-- A key that is revoked is no key; its row kept its name.
DELETE FROM "ApiKey" WHERE "revokedAt" IS NOT NULL;

-- Lines of histories that were deleted, with what turns that ran meanwhile have written to them.
DELETE FROM "Branch" b USING "Session" s
WHERE s."id" = b."sessionId" AND b."id" <> s."activeBranchId" AND b."parentId" IS NULL
  AND NOT EXISTS (SELECT 1 FROM "Branch" c WHERE c."parentId" = b."id");
