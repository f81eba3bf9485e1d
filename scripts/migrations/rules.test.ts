import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import releases from "../../prisma/releases.json" with { type: "json" };
import { breachesOf } from "./rules.ts";

const RELEASES = ["0.1.0"];
const rules = (sql: string) => breachesOf(sql, RELEASES).map(({ rule }) => rule);

const REFUSED: readonly (readonly [string, string])[] = [
  ['DROP TABLE "Message";', "drop"],
  ['alter table "Message" drop column "parts"', "drop"],
  ['ALTER TABLE "Message" DROP "parts", ADD COLUMN "x" INT', "drop"],
  ['DROP INDEX "Account_email_key"', "drop"],
  ['ALTER TABLE "Run" DROP CONSTRAINT "Run_check"', "drop"],
  ['ALTER TABLE "Run" ALTER COLUMN "steps" DROP DEFAULT', "drop"],
  ["drop function note_session", "drop"],
  ["DO $$ BEGIN DROP TABLE x; END $$", "drop"],
  ["DO $body$ BEGIN EXECUTE 'drop table x'; END $body$", "drop"],
  ['ALTER TABLE "Run" RENAME TO "Turn"', "rename"],
  ['ALTER TABLE "Run" RENAME COLUMN "steps" TO "calls"', "rename"],
  ["ALTER TYPE kind RENAME VALUE 'a' TO 'b'", "rename"],
  ['ALTER TABLE "Run" SET SCHEMA other', "rename"],
  ['ALTER TABLE "Run" ALTER COLUMN "steps" SET DATA TYPE BIGINT', "type change"],
  ['alter table only public."Run" alter "steps" type bigint using "steps"::bigint', "type change"],
  ['ALTER TABLE "Run" ADD COLUMN "cost" INTEGER NOT NULL', "not null without default"],
  ['ALTER TABLE "Run" ADD COLUMN "a" INT, ADD COLUMN "b" DECIMAL(10, 2) NOT NULL', "not null without default"],
  ['ALTER TABLE "Run" ADD "cost" INTEGER NOT NULL CHECK ("cost" > 0)', "not null without default"],
  ['ALTER TABLE "Run" ALTER COLUMN "error" SET NOT NULL', "not null without default"],
  ['CREATE UNIQUE INDEX "x" ON "Run"("sessionId")', "new constraint"],
  ['ALTER TABLE "Run" ADD CONSTRAINT "x" CHECK ("steps" > 0)', "new constraint"],
  ['ALTER TABLE "Run" ADD UNIQUE ("sessionId")', "new constraint"],
  ['ALTER TABLE "Run" ADD CONSTRAINT "x" FOREIGN KEY ("userId") REFERENCES "User"("id")', "new constraint"],
  ['DELETE FROM "Run" WHERE true', "rows deleted"],
  ['TRUNCATE "Run"', "rows deleted"],
  ['CREATE INDEX CONCURRENTLY "x" ON "Run"("steps")', "no transaction"],
  ["COMMIT", "no transaction"],
];

test.each(REFUSED)("%s is refused", (sql, rule) => {
  expect(rules(sql)).toContain(rule);
});

const TAKEN: readonly string[] = [
  'CREATE TABLE "New" ("id" UUID NOT NULL, CONSTRAINT "New_pkey" PRIMARY KEY ("id")); CREATE UNIQUE INDEX "x" ON "New"("id");',
  'CREATE TABLE "New" ("id" UUID NOT NULL); ALTER TABLE "New" ADD CONSTRAINT "x" FOREIGN KEY ("id") REFERENCES "Run"("id");',
  'ALTER TABLE "Run" ADD COLUMN "cost" INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE "Run" ADD COLUMN "cost" INTEGER',
  `ALTER TABLE "Run" ADD COLUMN "words" TSVECTOR GENERATED ALWAYS AS (to_tsvector('a')) STORED NOT NULL`,
  'ALTER TABLE "Run" ADD COLUMN "userId" UUID; ALTER TABLE "Run" ADD CONSTRAINT "x" FOREIGN KEY ("userId") REFERENCES "User"("id");',
  'ALTER TABLE "Run" ADD COLUMN "key" TEXT; CREATE UNIQUE INDEX "x" ON "Run"("accountId", "key");',
  'ALTER TABLE "Run" ALTER COLUMN "error" DROP NOT NULL',
  'CREATE INDEX "x" ON "Run"("steps")',
  `-- DROP TABLE "Run"\nUPDATE "Run" SET "error" = 'drop table x; rename' /* ALTER TABLE /* x */ RENAME */ WHERE "drop" = 1`,
  `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS E'BEGIN DELETE FROM "x" WHERE y = \\'z\\'\\x3B END'`,
  "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ DELETE FROM x; $$",
];

test.each(TAKEN)("%s is taken", (sql) => {
  expect(rules(sql)).toEqual([]);
});

describe("a migration that contracts", () => {
  const DROP = 'ALTER TABLE "Run" DROP COLUMN "steps";';

  test("may drop what a release that it names does without", () => {
    expect(rules(`-- Contracts: 0.1.0\n${DROP}`)).toEqual([]);
  });

  test("must name one that there was, in a line of its own", () => {
    expect(rules(`-- Contracts: 9.9.9\n${DROP}`)).toEqual(["unknown release"]);
    expect(rules(`-- See Contracts: 0.1.0\n${DROP}`)).toEqual(["drop"]);
    expect(rules(`-- Contracts:\n${DROP}`)).toEqual(["drop"]);
  });

  test("does not leave its transaction", () => {
    expect(rules("-- Contracts: 0.1.0\nCOMMIT;")).toEqual(["no transaction"]);
  });
});

test("each shipped migration only adds, or contracts; those of before there were rules are named", () => {
  const folder = join(import.meta.dirname, "../../prisma/migrations");
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  const known = releases.releases.map(({ name }) => name);
  const broken = names
    .filter((name) => !releases.exempt.includes(name))
    .flatMap((name) =>
      breachesOf(readFileSync(join(folder, name, "migration.sql"), "utf8"), known).map(
        ({ rule, statement, instead }) => `${name}: ${rule}: ${statement.slice(0, 120)}. ${instead}`,
      ),
    );
  expect(broken).toEqual([]);
  // A name that is gone would exempt the next of that name.
  expect(releases.exempt.filter((name) => !names.includes(name))).toEqual([]);
});
