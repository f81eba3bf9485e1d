import type { Doc, DocOwner } from "../domain/doc.ts";
import type { Database } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { metadataWhere, type OffsetPage, pageOf } from "./page.ts";
import { inPrismaTransaction, JsonObject, jsonInput } from "./prisma.ts";
import { forgetDocs } from "./runs.ts";
import { deleteDocRows, deleteSomeDocRows } from "./sql/docs.ts";
import { forgetDocRows } from "./sql/runs.ts";
import { againOnDeadlock, inTransaction } from "./sql.ts";
import { fromBytes } from "./vector-bytes.ts";
import { violated } from "./violated.ts";

/** The columns that say whose a doc is. */
export const OWNER_COLUMNS = {
  agentId: true,
  userId: true,
  indexId: true,
  sessionId: true,
  projectId: true,
} as const satisfies Prisma.DocSelect;
type OwnerRow = Readonly<Record<keyof typeof OWNER_COLUMNS, string | null>>;

/** The column that says whose a doc is, for a condition or a new row. */
export function ownerWhere({ role, id }: DocOwner): Partial<Record<keyof OwnerRow, string>> {
  return { [`${role}Id`]: id };
}

const select = (withEmbeddings: boolean) =>
  ({
    ...OWNER_COLUMNS,
    id: true,
    title: true,
    language: true,
    metadata: true,
    createdAt: true,
    chunks: {
      orderBy: { position: "asc" },
      select: { content: true, embedding: { select: { model: true, vector: withEmbeddings } } },
    },
  }) as const satisfies Prisma.DocSelect;

/** Whose the doc of a row is. */
export function ownerOf({ agentId, userId, indexId, sessionId, projectId }: OwnerRow): DocOwner {
  if (agentId !== null) return { role: "agent", id: agentId };
  if (userId !== null) return { role: "user", id: userId };
  if (indexId !== null) return { role: "index", id: indexId };
  return sessionId === null ? { role: "project", id: projectId ?? "" } : { role: "session", id: sessionId };
}

function toDoc(row: Prisma.DocGetPayload<{ select: ReturnType<typeof select> }>): Doc {
  const { agentId, userId, indexId, sessionId, projectId, chunks, metadata, ...fields } = row;
  const known = chunks.flatMap(({ embedding }) => embedding ?? []);
  const vectors = known.flatMap(({ vector }) => (vector ? [Array.from(fromBytes(vector))] : []));
  const isEmbedded = chunks.length > 0 && known.length === chunks.length;
  return {
    ...fields,
    metadata: JsonObject.parse(metadata),
    owner: ownerOf({ agentId, userId, indexId, sessionId, projectId }),
    content: chunks.map(({ content }) => content),
    embeddingModel: isEmbedded ? (known[0]?.model ?? null) : null,
    embeddings: isEmbedded && vectors.length > 0 ? vectors : null,
  };
}

export type NewDoc = {
  readonly id: string;
  readonly owner: DocOwner;
  readonly title: string;
  /** SHA-256 of the content, in hex: the same title and content once for an owner. */
  readonly contentHash: string;
  readonly chunks: readonly { readonly id: string; readonly content: string }[];
  readonly metadata: unknown;
  readonly embedInstruction: string | null;
};

/**
 * Inserts a doc with its pieces. Gives false when the account has no such owner.
 *
 * Throws the violation of "Doc_agentId_title_contentHash_key" or the key of another kind of owner as it is.
 */
export async function insertDoc(database: Database, accountId: string, doc: NewDoc): Promise<boolean> {
  const { id, owner, title, contentHash, chunks, metadata, embedInstruction } = doc;
  if (!(await hasOwner(database, accountId, owner))) return false;
  const pieces = chunks.map((chunk, position) => ({ ...chunk, position, docId: id }));
  const fields = { id, accountId, title, contentHash, embedInstruction, metadata: jsonInput(metadata) };
  const data = { ...fields, ...ownerWhere(owner) };
  try {
    await inPrismaTransaction(database, async (prisma) => {
      await prisma.doc.create({ data, select: { id: true } });
      for (const batch of batchesOf(pieces)) await prisma.docChunk.createMany({ data: batch });
    });
    return true;
  } catch (thrown) {
    // The owner went meanwhile.
    if (/^Doc_(?:agent|user|index|session|project)Id_fkey$/u.test(violated(thrown) ?? "")) return false;
    throw thrown;
  }
}

/** In one statement go so many characters of pieces, or one piece: it is held several times in memory while it runs. */
const BATCH_CHARACTERS = 500_000;

/** Pieces in the batches that they are inserted in, in their order. */
function batchesOf<Piece extends { readonly content: string }>(pieces: readonly Piece[]): Piece[][] {
  const batches: Piece[][] = [];
  let left = 0;
  for (const piece of pieces) {
    if (left <= 0) {
      batches.push([]);
      left = BATCH_CHARACTERS;
    }
    batches.at(-1)?.push(piece);
    left -= piece.content.length;
  }
  return batches;
}

/** Whether the account has such an owner. */
export async function hasOwner({ prisma }: Database, accountId: string, { role, id }: DocOwner): Promise<boolean> {
  const where = { id, accountId };
  const counts: Readonly<Record<DocOwner["role"], () => Promise<number>>> = {
    agent: () => prisma.agent.count({ where }),
    user: () => prisma.user.count({ where }),
    index: () => prisma.index.count({ where }),
    session: () => prisma.session.count({ where }),
    project: () => prisma.project.count({ where }),
  };
  return (await counts[role]()) > 0;
}

/** A doc of an agent or a user of the account, or null. */
export async function findDoc(
  database: Database,
  accountId: string,
  id: string,
  withEmbeddings: boolean,
): Promise<Doc | null> {
  const isOwned = { OR: [{ agentId: { not: null } }, { userId: { not: null } }] };
  const where = { id, accountId, ...isOwned };
  const row = await database.prisma.doc.findFirst({ where, select: select(withEmbeddings) });
  return row && toDoc(row);
}

/** Docs of one owner. A doc never changes, so its time of change is that of its making. */
export async function listDocs(
  database: Database,
  accountId: string,
  owner: DocOwner,
  page: OffsetPage,
  withEmbeddings: boolean,
): Promise<Doc[]> {
  const { direction } = page;
  const found = await database.prisma.doc.findMany({
    where: { accountId, ...ownerWhere(owner), ...metadataWhere(page) },
    ...pageOf(page),
    orderBy: [{ createdAt: direction }, { id: direction }],
    select: select(withEmbeddings),
  });
  return found.map(toDoc);
}

/** Deletes a doc of one owner. Gives whether there was one. */
export async function deleteDoc(database: Database, accountId: string, owner: DocOwner, id: string): Promise<boolean> {
  const { count } = await database.prisma.doc.deleteMany({ where: { id, accountId, ...ownerWhere(owner) } });
  if (count > 0) await forgetDocs(database, accountId, [id.toLowerCase()]);
  return count > 0;
}

const MOST_AT_ONCE = 200;
const CHARACTERS_AT_ONCE = 5_000_000;

/**
 * Deletes the docs of one owner before it goes, some at a time: a statement has its limit of time. What runs keep of
 * them is forgotten with them. Where it breaks off, the owner is still there and can be deleted again.
 */
export async function emptyOwner(database: Database, accountId: string, owner: DocOwner): Promise<void> {
  const nobody = { agentId: null, userId: null, indexId: null, sessionId: null, projectId: null };
  const some = { ...nobody, ...ownerWhere(owner), characters: CHARACTERS_AT_ONCE, most: MOST_AT_ONCE };
  const deleteSome = () =>
    inTransaction(database, async (connection) => {
      const gone = (await deleteSomeDocRows(connection, { accountId, ...some })).map(({ id }) => id);
      if (gone.length > 0) await forgetDocRows(connection, { accountId, ids: gone });
      return gone.length;
    });
  while ((await againOnDeadlock(deleteSome)) > 0);
}

/** Deletes the docs of one owner whose metadata contains `filter`; gives their ids. An empty filter is in all. */
export async function deleteDocs(
  database: Database,
  accountId: string,
  owner: DocOwner,
  filter: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const nobody = { agentId: null, userId: null, indexId: null, sessionId: null, projectId: null };
  const gone = await deleteDocRows(database, { accountId, ...nobody, ...ownerWhere(owner), filter });
  const ids = gone.map(({ id }) => id);
  await forgetDocs(database, accountId, ids);
  return ids;
}
