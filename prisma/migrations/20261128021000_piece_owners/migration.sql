-- By hand: a piece is found by its words and, in the same index, by whose it is, so that a search costs what its owners have
-- and not what everybody has.
-- Contracts: 0.1.0
-- The column and its index keep their names, and answer what code of before asks of them.

DROP INDEX "DocChunk_search_idx";
ALTER TABLE "DocChunk" DROP COLUMN "search";
ALTER TABLE "DocChunk" ADD COLUMN "ownerId" UUID;

UPDATE "DocChunk" c SET "ownerId" = coalesce(d."agentId", d."userId", d."indexId", d."sessionId", d."projectId")
FROM "Doc" d WHERE d."id" = c."docId";

-- Whoever inserts a piece need not know of it. A doc keeps its owner for life.
CREATE FUNCTION "setPieceOwner"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."ownerId" := (SELECT coalesce(d."agentId", d."userId", d."indexId", d."sessionId", d."projectId")
    FROM "Doc" d WHERE d."id" = NEW."docId");
  RETURN NEW;
END
$$;
CREATE TRIGGER "DocChunk_owner" BEFORE INSERT ON "DocChunk"
  FOR EACH ROW EXECUTE FUNCTION "setPieceOwner"();

-- No word begins with "@": "searchVector" makes it a space.
ALTER TABLE "DocChunk" ADD COLUMN "search" tsvector GENERATED ALWAYS AS (
  case when "ownerId" is null then "searchVector"("content", "headings")
    else "searchVector"("content", "headings") || array_to_tsvector(array['@' || "ownerId"::text]) end) STORED;
-- What is not sorted into the index yet is read as a whole by each condition of a search, until somebody vacuums; in the
-- embedded database nobody does. So little waits.
CREATE INDEX "DocChunk_search_idx" ON "DocChunk" USING GIN ("search") WITH (gin_pending_list_limit = 256);
