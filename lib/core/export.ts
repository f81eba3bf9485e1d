import { listAgents } from "../db/agents.ts";
import * as db from "../db/export.ts";
import { type FileDoc, listAllDocs } from "../db/ingest.ts";
import { type PieceRow, readPieces } from "../db/knowledge.ts";
import { listSessionsById } from "../db/sessions.ts";
import { listUsers } from "../db/users.ts";
import type { Agent, User } from "../domain/agent.ts";
import type { FileInfo } from "../domain/file.ts";
import type { Message } from "../domain/message.ts";
import type { Session } from "../domain/session.ts";
import { readFile } from "./files.ts";
import { type Index, listIndexes } from "./indexes.ts";
import { checkReachesAccount } from "./reach.ts";
import type { Scope } from "./scope.ts";
import { getSession } from "./sessions.ts";

export type { StoredBranch, StoredRun, StoredSummary } from "../db/export.ts";

/** So many rows are read at a time. Nothing is read before what was read has been taken. */
const ROWS = 100;
/** So many bytes of messages are read at a time, but for one that is larger. */
const BYTES = 512 * 1024;

type Pages<Item> = AsyncGenerator<readonly Item[], void>;

/** Reads page after page, each behind the last item of the one before, until there is nothing more. */
async function* pages<Item>(read: (after: Item | null) => Promise<readonly Item[]>): Pages<Item> {
  for (let after: Item | null = null; ; ) {
    const page: readonly Item[] = await read(after);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last;
  }
}

async function* pagesByOffset<Item>(read: (offset: number) => Promise<readonly Item[]>): Pages<Item> {
  for (let offset = 0; ; ) {
    const page = await read(offset);
    if (page.length === 0) return;
    yield page;
    offset += page.length;
  }
}

async function* messagesOf({ database, accountId }: Scope, sessionId: string, segment: db.Segment): Pages<Message> {
  const most = { limit: ROWS, bytes: BYTES };
  yield* pages<Message>((after) => {
    const from = after === null ? segment.from : after.position + 1;
    return db.readSegment(database, accountId, sessionId, { ...segment, from }, most);
  });
}

/** The last position that there can be. */
const LAST = 2_147_483_647;

/**
 * All of a session, list by list and page by page: every branch, whichever is shown. A turn that runs is not in it yet.
 */
export function partsOfSession(scope: Scope, session: Session) {
  const { database, accountId } = scope;
  const { id } = session;
  const branches = () => pages<db.StoredBranch>((after) => db.listStoredBranches(database, accountId, id, after, ROWS));
  return {
    branches,
    /** Throws "not-found" where the session was deleted while it was read: what was given is not all of it. */
    end: () => checkStillThere(scope, session),
    runs: () => pages<db.StoredRun>((after) => db.listStoredRuns(database, accountId, id, after, ROWS)),
    summaries: () => pages<db.StoredSummary>((after) => db.listStoredSummaries(database, accountId, id, after, ROWS)),
    /** Branch by branch, each from its own first message on. */
    async *messages(): Pages<Message> {
      for await (const page of branches()) {
        for (const branch of page) {
          const from = branch.forkPosition + 1;
          yield* messagesOf(scope, id, { branchId: branch.id, from, to: LAST });
        }
      }
    },
  };
}

/**
 * The messages of the line that a session shows, oldest first. Throws as `end` of its parts does.
 */
export async function* lineOfSession(scope: Scope, session: Session): Pages<Message> {
  const segments = await db.readSegments(scope.database, scope.accountId, session.id);
  for (const segment of segments) yield* messagesOf(scope, session.id, segment);
  await checkStillThere(scope, session);
}

async function checkStillThere(scope: Scope, { id }: Session): Promise<void> {
  await getSession(scope, id);
}

const OLDEST_FIRST = { sortBy: "createdAt", direction: "asc" } as const;

/** All that an account has made, list by list and page by page; sessions each with its parts. Throws "forbidden". */
export function partsOfAccount(scope: Scope) {
  checkReachesAccount(scope);
  const { database, accountId } = scope;
  const offsetPage = (offset: number) => ({ ...OLDEST_FIRST, limit: ROWS, offset });
  return {
    agents: (): Pages<Agent> =>
      pagesByOffset((offset) => listAgents(database, { accountId, onlyId: null }, offsetPage(offset))),
    users: (): Pages<User> => pagesByOffset((offset) => listUsers(database, accountId, offsetPage(offset))),
    indexes: (): Pages<Index> => pagesByOffset((offset) => listIndexes(scope, null, { offset, limit: ROWS })),
    documents: (): Pages<FileDoc> => pages<FileDoc>((after) => listAllDocs(database, accountId, after, ROWS)),
    /** The texts of a document that was given as texts; none of one that is made of a file, which holds them. */
    async *piecesOf({ id, fileId }: FileDoc): Pages<PieceRow> {
      if (fileId !== null) return;
      const read = (after: PieceRow | null) =>
        readPieces(database, accountId, id, { after: after?.position ?? -1, from: 0, limit: ROWS });
      yield* pages<PieceRow>(read);
    },
    async *sessions(): Pages<Session> {
      for await (const page of pages<db.Place>((after) => db.listSessionPlaces(database, accountId, after, ROWS))) {
        const ids = page.map(({ id }) => id);
        const found = await listSessionsById(database, accountId, ids);
        const sessions = new Map(found.map((session) => [session.id, session]));
        yield ids.flatMap((id) => sessions.get(id) ?? []);
      }
    },
    files: (): Pages<FileInfo> =>
      pages<FileInfo>((after) => db.listFiles(database, accountId, after?.hash ?? null, ROWS)),
    bytesOf: (file: FileInfo) => readFile(scope, file),
  };
}
