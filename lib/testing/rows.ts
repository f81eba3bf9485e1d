import type { Database } from "../db/database.ts";
import type { Connection } from "../db/sql.ts";
import { toBytes } from "../db/vector-bytes.ts";
import { newId } from "../domain/ids.ts";

/** Ids of the rows of an account, by what they are. */
export type Rows = Awaited<ReturnType<typeof insertRows>>;

/** The word that the texts of these rows hold. */
export const WORD = "hello";
/** The one that holds the run that goes on and the file that is held. */
export const OWNER = "process-1";
const PAST = new Date("2026-01-01T00:00:00Z");
/** Until when the file of the account is held. */
export const HELD_UNTIL = new Date("2099-01-01T00:00:00Z");

/**
 * Inserts an account that has a row in each table that belongs to one: a session with two lines, a turn that has ended
 * and one that goes on under a lease that is over, docs that were read and that failed, files that are whole, open and
 * unused.
 */
export async function insertRows(database: Database) {
  const ids = await insertAccount(database);
  await insertSessionRows(database, ids);
  await insertDocRows(database, ids);
  return ids;
}

/** An account with what its sessions and docs hang on. */
async function insertAccount(database: Database) {
  const accountId = newId();
  await insert(database, "Account", { id: accountId, kind: "guest" });
  const { rows } = await database.pool.query(`select id from "Project" where "accountId" = $1`, [accountId]);
  const projectId = String(rows[0].id);
  const ids = { ...newIds(), accountId, projectId };
  const home = { accountId, projectId };
  await insert(database, "ApiKey", { id: ids.key, accountId, hash: ids.key, hint: "h", name: WORD, scopes: [] });
  await insert(database, "Identity", { id: ids.identity, accountId, provider: "github", subject: ids.identity });
  const signIn = { id: ids.signIn, accountId, tokenVersion: 0, browser: "", seenAt: PAST, expiresAt: HELD_UNTIL };
  await insert(database, "SignIn", signIn);
  await insert(database, "ModelProvider", { id: ids.provider, accountId, name: WORD, kind: "openai" });
  await insert(database, "Index", { id: ids.index, ...home, name: WORD });
  const agent = { name: WORD, canonicalName: WORD, instructions: [], systemTemplate: "", isDefault: true };
  await insert(database, "Agent", { id: ids.agent, ...home, ...agent, createdAt: PAST });
  await insert(database, "AgentIndex", { agentId: ids.agent, indexId: ids.index, position: 0 });
  const second = { ...agent, canonicalName: "second", isDefault: false };
  await insert(database, "Agent", { id: ids.secondAgent, ...home, ...second });
  const tool = { name: "f", type: "function", spec: { name: null, description: null, parameters: {} }, position: 0 };
  await insert(database, "Tool", { id: ids.tool, agentId: ids.agent, ...tool });
  await insert(database, "User", { id: ids.user, ...home, name: WORD });
  await insert(database, "Usage", {
    accountId,
    day: new Date(),
    kind: "turn",
    keyId: ids.key,
    agentId: ids.agent,
    endUserHash: WORD,
    isStranger: true,
    calls: 1,
    inputTokens: 1,
    outputTokens: 1,
  });
  return ids;
}

const NAMES = [
  ...([
    "agent",
    "secondAgent",
    "key",
    "identity",
    "signIn",
    "provider",
    "index",
    "tool",
    "user",
    "session",
    "branch",
    "fork",
  ] as const),
  ...(["question", "answer", "system", "forked", "summary", "endedRun", "run", "summaryJob"] as const),
  ...(["file", "openFile", "unusedFile", "doc", "piece", "failedDoc", "job"] as const),
];

function newIds(): Readonly<Record<(typeof NAMES)[number], string>> {
  // Each name is there.
  return Object.fromEntries(NAMES.map((name) => [name, newId()])) as Record<(typeof NAMES)[number], string>;
}

type Ids = Awaited<ReturnType<typeof insertAccount>>;

async function insertSessionRows(database: Database, ids: Ids): Promise<void> {
  const { accountId, projectId, session: sessionId, branch: branchId } = ids;
  await insert(database, "Session", {
    ...{ id: sessionId, accountId, projectId, origin: "web", activeBranchId: branchId },
    ...{ title: WORD, titleSource: "model" },
  });
  await insert(database, "SessionAgent", { sessionId, agentId: ids.agent, position: 0 });
  await insert(database, "SessionUser", { sessionId, userId: ids.user, position: 0 });
  await insert(database, "SessionIndex", { sessionId, indexId: ids.index, position: 0 });
  await insert(database, "Branch", { id: branchId, sessionId, path: [], nextPosition: 3 });
  await insert(database, "Branch", { id: ids.fork, sessionId, path: [], nextPosition: 1 });
  const run = { accountId, sessionId, branchId, agentId: ids.agent, dialect: "web", stores: true };
  await insert(database, "Run", {
    ...{ id: ids.endedRun, ...run, status: "completed", requestKey: ids.endedRun, endedAt: new Date() },
    ...{ output: { events: [], docs: [{ docId: ids.doc }] }, context: { docs: [{ pieceId: ids.piece }] } },
  });
  const lease = { leaseOwner: OWNER, leaseUntil: PAST };
  await insert(database, "Run", { id: ids.run, ...run, ...lease, status: "running", input: [] });
  await insert(database, "RunEvent", { runId: ids.run, seqFrom: 1, seqTo: 1, events: [] });
  const said = [
    { id: ids.system, branchId, position: 0, role: "system", source: "api_request" },
    { id: ids.question, branchId, position: 1, role: "user", source: "api_request" },
    { id: ids.answer, branchId, position: 2, role: "assistant", source: "api_response" },
    { id: ids.forked, branchId: ids.fork, position: 0, role: "user", source: "api_request" },
  ];
  for (const message of said) {
    await insert(database, "Message", {
      ...message,
      sessionId,
      runId: ids.endedRun,
      parts: [{ type: "text", text: WORD }],
    });
  }
  await insert(database, "MessageWords", { branchId, position: 1, sessionId, words: WORD });
  await insert(database, "Summary", {
    ...{ id: ids.summary, sessionId, branchId, uptoPosition: 1, text: WORD, replaces: true },
  });
  const job = { accountId, sessionId, kind: "summary", state: "in_progress", updatedAt: PAST };
  await insert(database, "Job", { id: ids.summaryJob, ...job });
}

async function insertDocRows(database: Database, ids: Ids): Promise<void> {
  const { accountId } = ids;
  const file = { accountId, name: "a.pdf", mediaType: "application/pdf", size: 1, heldUntil: HELD_UNTIL };
  await insert(database, "File", { id: ids.file, ...file, hash: ids.file });
  await insert(database, "FileBytes", { fileId: ids.file, n: 0, bytes: Buffer.from("a") });
  await insert(database, "MessageFile", { messageId: ids.question, fileId: ids.file });
  await insert(database, "File", { id: ids.openFile, ...file });
  await insert(database, "File", { id: ids.unusedFile, ...file, hash: ids.unusedFile, heldUntil: null });
  const doc = { accountId, agentId: ids.agent, fileId: ids.file, readAs: "a.pdf", contentHash: ids.file };
  await insert(database, "Doc", { id: ids.doc, ...doc, title: WORD, characters: 1, pages: 1 });
  await insert(database, "Doc", { id: ids.failedDoc, ...doc, title: "failed", state: "failed" });
  await insert(database, "DocChunk", { id: ids.piece, docId: ids.doc, position: 0, content: WORD });
  await insert(database, "ChunkEmbedding", { chunkId: ids.piece, model: "m", vector: toBytes([1, 0]) });
  const job = { accountId, docId: ids.failedDoc, kind: "ingest", state: "pending", input: {} };
  await insert(database, "Job", { id: ids.job, ...job });
}

/** Inserts a row: objects and lists go as JSON, but for lists of texts. */
export async function insert(
  { pool }: Connection,
  table: string,
  row: Readonly<Record<string, unknown>>,
): Promise<void> {
  const columns = Object.keys(row).map((name) => `"${name}"`);
  const places = columns.map((_, n) => `$${n + 1}`);
  const values = Object.entries(row).map(([name, value]) => (isJson(name, value) ? JSON.stringify(value) : value));
  await pool.query(`insert into "${table}" (${columns.join(", ")}) values (${places.join(", ")})`, values);
}

const LISTS = ["scopes", "instructions"];
const isJson = (name: string, value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !(value instanceof Date || value instanceof Uint8Array || LISTS.includes(name));

/** What all tables hold, as one text for each: equal where nothing has changed. */
export async function allRows({ pool }: Connection): Promise<unknown> {
  const { rows: tables } = await pool.query(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
  );
  const parts = tables.map(
    ({ name }) => `select '${name}' as name, md5(string_agg(t::text, ' ' order by t::text)) as hash from "${name}" t`,
  );
  return (await pool.query(parts.join(" union all "))).rows;
}
