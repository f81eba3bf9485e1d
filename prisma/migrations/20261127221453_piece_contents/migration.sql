-- By hand: finds pieces of the same text, whose embeddings can be copied.
CREATE INDEX "DocChunk_content_idx" ON "DocChunk" (md5("content"));
