-- By hand: what the schema language cannot say.
-- Every account has its default project from its first moment, so that nothing that reads has to make it.
CREATE FUNCTION "makeDefaultProject"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "Project" ("id", "accountId", "canonicalName", "name", "isDefault")
  VALUES (gen_random_uuid(), NEW."id", 'default', 'Default', true);
  RETURN NULL;
END
$$;
CREATE TRIGGER "Account_default_project" AFTER INSERT ON "Account"
  FOR EACH ROW EXECUTE FUNCTION "makeDefaultProject"();

INSERT INTO "Project" ("id", "accountId", "canonicalName", "name", "isDefault")
SELECT gen_random_uuid(), a."id", 'default', 'Default', true FROM "Account" a
WHERE NOT EXISTS (SELECT 1 FROM "Project" p WHERE p."accountId" = a."id" AND p."isDefault")
ON CONFLICT ("accountId", "canonicalName") DO UPDATE SET "isDefault" = true;
