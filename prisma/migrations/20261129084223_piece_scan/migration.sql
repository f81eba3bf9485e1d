-- CreateIndex
CREATE INDEX "DocChunk_docId_id_idx" ON "DocChunk"("docId", "id");

-- A search by vector compares the fingerprints of all pieces in scope. Beside them a row has its vector, ten times as long:
-- so they are read from an index.
CREATE INDEX "ChunkEmbedding_model_chunkId_idx" ON "ChunkEmbedding"("model", "chunkId") INCLUDE ("fingerprint");
