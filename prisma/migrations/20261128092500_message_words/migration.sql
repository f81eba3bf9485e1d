-- AlterTable
ALTER TABLE "Branch" ADD COLUMN     "wordsUpto" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "MessageWords" (
    "branchId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "sessionId" UUID NOT NULL,

    CONSTRAINT "MessageWords_pkey" PRIMARY KEY ("branchId","position")
);

-- AddForeignKey
ALTER TABLE "MessageWords" ADD CONSTRAINT "MessageWords_branchId_fkey" FOREIGN KEY ("branchId") REFERENCES "Branch"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: the words of a message, and in the same index whose they are and of which session, so that a search costs what its
-- account has. They stand beside the rows, which a search for a common word reads by the thousand.
ALTER TABLE "MessageWords" ADD COLUMN "words" tsvector NOT NULL;
ALTER TABLE "MessageWords" SET (toast_tuple_target = 128);
CREATE INDEX "MessageWords_words_idx" ON "MessageWords" USING GIN ("words") WITH (gin_pending_list_limit = 256);

-- The branches that have messages whose words are missing.
CREATE INDEX "Branch_words_missing_idx" ON "Branch" ("sessionId") WHERE "wordsUpto" < "nextPosition";

-- A text without the marks over its letters, and without the vowel points of Arabic and Hebrew. The search folds what is asked
-- for in the same way (lib/core/search/fold.ts).
CREATE FUNCTION "foldedText"(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  select case when octet_length(said) = length(said) then said
    else normalize(regexp_replace(normalize(said, NFD), '[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670]', '', 'g'), NFC) end
$$;
