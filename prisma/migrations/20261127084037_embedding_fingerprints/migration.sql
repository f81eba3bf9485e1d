-- AlterTable
ALTER TABLE "ChunkEmbedding" ADD COLUMN     "fingerprint" VARBIT(1024);

-- By hand: a column that the database fills, and its index in the place of the one on an expression.
DROP INDEX "DocChunk_search_idx";
ALTER TABLE "DocChunk" ADD COLUMN "search" tsvector GENERATED ALWAYS AS (to_tsvector('simple', "content")) STORED;
CREATE INDEX "DocChunk_search_idx" ON "DocChunk" USING GIN ("search");
-- By hand: finds what was embedded before there were fingerprints.
CREATE INDEX "ChunkEmbedding_no_fingerprint" ON "ChunkEmbedding" ("chunkId") WHERE "fingerprint" IS NULL;
