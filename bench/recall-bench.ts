import { openLongWork } from "../lib/core/long-work.ts";
import { underHeadings } from "../lib/core/recall/embed-pending.ts";
import { fingerprint } from "../lib/core/recall/fingerprint.ts";
import type { RecallScope } from "../lib/core/recall/recall.ts";
import { type Database, openDatabase } from "../lib/db/database.ts";
import { insertEmbeddings } from "../lib/db/embeddings.ts";
import { completeVectors, vectorFault } from "../lib/db/vector-tables.ts";
import { newId } from "../lib/domain/ids.ts";
import { embedHashed, HASHED_NGRAMS } from "../lib/model/hashed-ngrams.ts";

type Piece = { readonly content: string; readonly headings: readonly string[] };

export type RecallBench = {
  /** In which all that is added is found. It has what a recall asks for, and nothing else. */
  readonly scope: RecallScope;
  readonly database: Database;
  /** Adds docs with their pieces and embeds them. Gives how many milliseconds each took. */
  readonly add: (
    docs: readonly { readonly title: string; readonly pieces: readonly Piece[] }[],
  ) => Promise<{ readonly insertMs: number; readonly embedMs: number }>;
  /** Makes the index of vectors where there is one. Gives why there is none; null: there is one. */
  readonly complete: () => Promise<string | null>;
  readonly close: () => Promise<void>;
};

/** Opens an empty database of DATABASE_URL, or the embedded one in a folder, with one account and one project. */
export async function openRecallBench(dataDir: string): Promise<RecallBench> {
  const database = await openDatabase({ url: process.env.DATABASE_URL, dataDir, root: process.cwd() });
  const [accountId, projectId] = [newId(), newId()];
  const { pool, prisma } = database;
  await pool.query(`insert into "Account" (id, kind) values ($1, 'person')`, [accountId]);
  await prisma.project.create({ data: { id: projectId, accountId, name: "bench", canonicalName: "bench" } });
  const embed = async (texts: readonly string[]) =>
    (await embedHashed(texts, { signal: AbortSignal.timeout(60_000) })).vectors;
  const embedding = { model: HASHED_NGRAMS, embed: async (_: unknown, texts: readonly string[]) => embed(texts) };
  const ports = {
    database,
    accountId,
    via: "key",
    models: { embedding },
    log: console,
    now: Date.now,
    longWork: openLongWork(),
  };
  const scope = { ...ports, owners: { projectIds: [projectId] } } as unknown as RecallScope; // what a recall uses of it

  return {
    scope,
    database,
    async add(docs) {
      const spent = { insertMs: 0, embedMs: 0 };
      for (const { title, pieces } of docs) {
        const rows = pieces.map((piece, position) => ({
          id: newId(),
          position,
          ...piece,
          headings: [...piece.headings],
        }));
        const startedAt = performance.now();
        const doc = { id: newId(), accountId, projectId, title, contentHash: title };
        await prisma.doc.create({ data: { ...doc, chunks: { createMany: { data: rows } } }, select: { id: true } });
        const insertedAt = performance.now();
        spent.insertMs += insertedAt - startedAt;
        for (let from = 0; from < rows.length; from += 64) {
          const some = rows.slice(from, from + 64);
          const vectors = await embed(some.map((row) => underHeadings(row.content, row.headings)));
          const embedded = some.map(({ id }, n) => {
            const vector = vectors[n] ?? [];
            return { chunkId: id, vector, fingerprint: fingerprint(vector) };
          });
          await insertEmbeddings(database, HASHED_NGRAMS, embedded);
        }
        spent.embedMs += performance.now() - insertedAt;
      }
      return spent;
    },
    async complete() {
      await completeVectors(database, HASHED_NGRAMS);
      return vectorFault(database);
    },
    close: database.close,
  };
}
