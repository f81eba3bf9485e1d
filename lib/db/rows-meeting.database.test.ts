import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { insert, insertRows, OWNER, type Rows } from "../testing/rows.ts";
import { type Database, openDatabase } from "./database.ts";
import { insertGuestRow } from "./sql/accounts.ts";
import { insertOwnAgent } from "./sql/agents.ts";
import { claimRunRows } from "./sql/claims.ts";
import { endRunRows } from "./sql/commit.ts";
import { copyEmbeddingRows } from "./sql/embeddings.ts";
import { completeFileRow } from "./sql/files.ts";
import { copyPieceRows, findTwinRow } from "./sql/ingest.ts";
import { takeJobRows } from "./sql/jobs.ts";
import { setAgentIndexRows } from "./sql/knowledge.ts";
import { moveFiles } from "./sql/merge-guest.ts";
import { findSessionsWithAgentsRows } from "./sql/sessions.ts";
import { findRecalledRows } from "./sql/sources.ts";
import type { Connection } from "./sql.ts";

// Statements in which rows of two accounts could meet: by an id that one of them names, or by what both have alike.

let database: Database;
let own: Rows;
let foreign: Rows;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../..") });
  foreign = await insertRows(database);
  own = await insertRows(database);
});
afterAll(() => database.close());

/** A test whose changes are rolled back. */
const rolledBack = (name: string, work: (connection: Connection) => Promise<void>) =>
  test(name, async () => {
    const pool = await database.pool.connect();
    try {
      await pool.query("begin");
      await work({ pool });
    } finally {
      await pool.query("rollback");
      pool.release();
    }
  });

const one = async ({ pool }: Connection, text: string, values: readonly unknown[]): Promise<unknown> =>
  Object.values((await pool.query(text, [...values])).rows[0] ?? {})[0];

rolledBack("an agent that the server makes comes into the project of its account", async (connection) => {
  for (const { accountId, projectId } of [foreign, own]) {
    const agent = { accountId, name: "n", canonicalName: "n", slug: null, about: "", instructions: [] };
    const id = newId();
    await insertOwnAgent(connection, { ...agent, id, systemTemplate: "", isDefault: false });
    expect(await one(connection, `select "projectId" from "Agent" where id = $1`, [id])).toBe(projectId);
  }
});

rolledBack("a turn claims no session of another account", async (connection) => {
  await connection.pool.query(`update "Run" set status = 'completed' where id = $1`, [own.run]);
  const place = { owner: OWNER, dialect: "web", sessionId: own.session, branchId: own.branch, nextPosition: 3 };
  const claim = (accountId: string) =>
    claimRunRows(connection, { claims: [{ runId: newId(), accountId, ...place, renames: false }] });
  expect(await claim(foreign.accountId)).toEqual([]);
  expect(await claim(own.accountId)).toHaveLength(1);
});

rolledBack("a turn that ends takes no file of another account", async (connection) => {
  const messageId = newId();
  const message = { id: messageId, role: "assistant", source: "api_response", parts: [], createdAt: new Date() };
  const files = [own.file, foreign.file].map((fileId) => ({ messageId, fileId }));
  const ended = {
    id: own.run,
    owner: OWNER,
    status: "completed",
    usageEstimated: false,
    steps: 1,
    messages: [message],
    files,
  };
  expect(await endRunRows(connection, { commits: [ended] })).toEqual([{ id: own.run }]);
  const held = (id: string) => one(connection, `select "heldUntil" from "File" where id = $1`, [id]);
  expect(await held(own.file)).toBeNull();
  expect(await held(foreign.file)).not.toBeNull();
});

rolledBack("vectors are copied from pieces of the same account alone", async (connection) => {
  await connection.pool.query(`update "ChunkEmbedding" set model = 'n' where "chunkId" = $1`, [foreign.piece]);
  const id = newId();
  const content = await one(connection, `select content from "DocChunk" where id = $1`, [foreign.piece]);
  await insert(connection, "DocChunk", { id, docId: foreign.doc, position: 1, content });
  expect(await copyEmbeddingRows(connection, { model: "n", chunkIds: [own.piece] })).toEqual([]);
  expect(await copyEmbeddingRows(connection, { model: "n", chunkIds: [id] })).toHaveLength(1);
});

rolledBack("pieces are copied from docs of the same account alone", async (connection) => {
  const hold = { jobId: own.job, owner: OWNER };
  await connection.pool.query(`update "Job" set state = 'in_progress', "leaseOwner" = $2 where id = $1`, [
    own.job,
    OWNER,
  ]);
  const of = async ({ accountId, agent }: Rows) => {
    const doc = { id: newId(), accountId, agentId: agent, title: "twin", contentHash: "h", state: "pending" };
    await insert(connection, "Doc", { ...doc, fileId: foreign.file, readAs: "b.pdf" });
    const part = { twinId: foreign.doc, from: 0, to: 9, progress: 0 };
    return {
      twins: (await findTwinRow(connection, { docId: doc.id })).map(({ id }) => id),
      copied: (await copyPieceRows(connection, { ...hold, docId: doc.id, ...part })).map(({ id }) => id),
    };
  };
  expect(await of(own)).toEqual({ twins: [], copied: [] });
  expect(await of(foreign)).toEqual({ twins: [foreign.doc], copied: [foreign.doc] });
});

rolledBack("the job comes first whose own account has waited longest, not the earliest of all", async (connection) => {
  const served = { accountId: foreign.accountId, kind: "ingest", state: "succeeded", input: {} };
  await insert(connection, "Job", { id: newId(), ...served });
  expect(await takeJobRows(connection, { owner: OWNER, kinds: ["ingest"], limit: 1 })).toMatchObject([{ id: own.job }]);
});

rolledBack("a file is stored whose content another account has too", async (connection) => {
  const file = { id: own.openFile, accountId: own.accountId, size: 1, mediaType: "text/plain", name: "n" };
  expect(await completeFileRow(connection, { ...file, hash: own.file })).toEqual([]);
  expect(await completeFileRow(connection, { ...file, hash: foreign.file })).toHaveLength(1);
});

rolledBack("a file that moves keeps its hash where only a third account has one alike", async (connection) => {
  const accountId = newId();
  await insertGuestRow(connection, { id: accountId });
  const hash = () => one(connection, `select hash from "File" where id = $1`, [own.file]);
  await moveFiles(connection, { guestId: own.accountId, accountId });
  expect(await hash()).toBe(own.file);
});

rolledBack("an agent is given indexes of its own account alone", async (connection) => {
  const given = (agentId: string, indexId: string) =>
    setAgentIndexRows(connection, { agentId, accountId: own.accountId, ids: [indexId] });
  expect(await given(own.secondAgent, foreign.index)).toEqual([]);
  expect(await given(foreign.secondAgent, own.index)).toEqual([]);
  expect(await given(own.secondAgent, own.index)).toEqual([{ id: own.index }]);
});

rolledBack("a session that names an agent of another account does not have it", async (connection) => {
  await insert(connection, "SessionAgent", { sessionId: own.session, agentId: foreign.agent, position: 1 });
  const found = await findSessionsWithAgentsRows(connection, { ids: [own.session], accountIds: [own.accountId] });
  expect(found.map(({ agents }) => agents?.map(({ id }) => id))).toEqual([[own.agent]]);
});

rolledBack("of a piece of another account that a turn names nothing is told", async (connection) => {
  const context = JSON.stringify({ docs: [{ pieceId: foreign.piece }, { pieceId: own.piece }] });
  await connection.pool.query(`update "Run" set context = $2 where id = $1`, [own.endedRun, context]);
  const found = await findRecalledRows(connection, { runIds: [own.endedRun], accountId: own.accountId });
  expect(found.map(({ pieceId, excerpt }) => [pieceId, excerpt !== null])).toEqual([
    [null, false],
    [own.piece, true],
  ]);
});
