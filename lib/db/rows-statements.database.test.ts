import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { allRows, HELD_UNTIL, insertRows, type Rows, WORD } from "../testing/rows.ts";
import { insertGuest } from "./accounts.ts";
import { type Database, openDatabase } from "./database.ts";
import * as agents from "./sql/agents.ts";
import * as branches from "./sql/branches.ts";
import * as claims from "./sql/claims.ts";
import * as docSearch from "./sql/doc-search.ts";
import * as docs from "./sql/docs.ts";
import * as embeddings from "./sql/embeddings.ts";
import * as exported from "./sql/export.ts";
import * as files from "./sql/files.ts";
import * as history from "./sql/history.ts";
import * as ingest from "./sql/ingest.ts";
import * as jobs from "./sql/jobs.ts";
import * as knowledge from "./sql/knowledge.ts";
import * as leases from "./sql/leases.ts";
import * as leave from "./sql/leave-account.ts";
import * as line from "./sql/line.ts";
import * as merge from "./sql/merge-guest.ts";
import * as words from "./sql/message-words.ts";
import * as messages from "./sql/messages.ts";
import * as events from "./sql/run-events.ts";
import * as runs from "./sql/runs.ts";
import * as changes from "./sql/session-changes.ts";
import * as sessions from "./sql/sessions.ts";
import * as signIns from "./sql/sign-ins.ts";
import * as sources from "./sql/sources.ts";
import type { ParameterType, Statement } from "./sql/statement.ts";
import * as usage from "./sql/usage.ts";
import * as users from "./sql/users.ts";
import * as window from "./sql/window.ts";
import type { Connection } from "./sql.ts";

// Each statement with a condition on the account finds or changes something of its own account, and nothing of it for
// another: core looks first, so that these are second locks that no other test turns.

let database: Database;
/** The rows of an account, which is asked for them, and of one that is not. */
let own: Rows;
let foreign: Rows;
/** An account that has its default project alone. */
let other: string;
/** What all tables hold: each test leaves it so. */
let before: unknown;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../..") });
  foreign = await insertRows(database);
  own = await insertRows(database);
  other = (await insertGuest(database, newId())).id;
  before = await allRows(database);
});
afterAll(() => database.close());

type Call = {
  readonly name: string;
  readonly run: (connection: Connection, accountId: string) => Promise<unknown>;
  /** What it gives where there is nothing. */
  readonly nothing: unknown;
};

/** A statement with what it is given as an account; `nothing` is what it gives where there is nothing. */
function call<Declared extends Readonly<Record<string, ParameterType>>, Row extends z.ZodObject>(
  statement: Statement<Declared, Row>,
  values: (accountId: string) => Parameters<Statement<Declared, Row>>[1],
  nothing: unknown = [],
): Call {
  return { name: statement.name, run: (connection, accountId) => statement(connection, values(accountId)), nothing };
}

const ofSession = (accountId: string) => ({ sessionId: own.session, accountId });
const days = (accountId: string) => ({ accountId, days: 2, limit: 9 });
const guest = (guestId: string) => ({ guestId, accountId: other, projectId: own.projectId });
const owners = () => ({ agentIds: [own.agent], userIds: [], indexIds: [], sessionIds: [], projectIds: [] });
const inScope = (accountId: string) => ({ accountId, ...owners(), metadataFilter: {}, docIds: null });
const ranked = (id: string) => ({ ...inScope(id), terms: [WORD], shares: [0.5], pieces: null, limit: 9 });
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const ofAgent = (accountId: string) => ({
  ...{ accountId, agentId: own.agent, userId: null, indexId: null, sessionId: null, projectId: null },
});
const NOTHING_SET = {
  ...{ situation: null, systemTemplate: null, renderTemplates: false, tokenBudget: null, contextOverflow: null },
  ...{ autoRunTools: true, forwardToolCalls: true, recallOptions: null, metadata: null },
};

const CALLS: readonly Call[] = [
  call(agents.findAgentRows, (id) => ({ ids: [own.agent], accountIds: [id] })),
  call(agents.findDefaultAgentRow, (accountId) => ({ accountId })),
  call(agents.findDefaultIds, (accountId) => ({ accountId }), [{ projectId: expect.any(String), agentId: null }]),
  call(branches.findReplacementRow, (id) => ({ ...ofSession(id), branchId: own.branch, upto: 2 })),
  call(branches.countBranchRow, (id) => ({ ...ofSession(id), upto: 9 }), [{ count: 0 }]),
  call(branches.activateBranchRow, (id) => ({ ...ofSession(id), branchId: own.fork })),
  call(branches.listForkRows, (id) => ({ ...ofSession(id), from: 0, upto: 9, mostForks: 9, mostBeside: 9 })),
  call(claims.listRunningRuns, (accountId) => ({ accountId, isStranger: false, limit: 9 })),
  call(docSearch.countPieceRows, (id) => ({ ...inScope(id), most: 9 }), [{ pieces: 0 }]),
  call(docSearch.searchTermRows, (id) => ({ ...inScope(id), language: "english", words: [WORD], most: 9 }), [
    expect.objectContaining({ pieces: 0 }),
  ]),
  call(docSearch.searchWordRows, (id) => ({ ...ranked(id), conditions: [WORD], each: 9, most: 9 })),
  call(docSearch.searchFewWordRows, ranked),
  call(docSearch.listWordRows, (id) => ({ ...inScope(id), docId: LAST_ID, position: -1, limit: 9, words: 9 })),
  call(docSearch.findMeetingRows, (id) => ({ ...inScope(id), conditions: [WORD], limit: 9 })),
  call(docSearch.nearestChunkRows, (id) => ({ ...inScope(id), model: "m", print: "1", limit: 9 })),
  call(docSearch.listUnembeddedDocRows, (id) => ({ ...inScope(id), model: "another", latest: 9 })),
  call(docSearch.readVectorRows, (accountId) => ({ accountId, ids: [own.piece] })),
  call(docSearch.findChunkRows, (accountId) => ({ accountId, ids: [own.piece] })),
  call(docs.deleteDocRows, (id) => ({ ...ofAgent(id), filter: {} })),
  call(docs.deleteSomeDocRows, (id) => ({ ...ofAgent(id), characters: 9, most: 9 })),
  call(embeddings.listPendingChunkRows, (accountId) => ({
    ...{ model: "another", accountId, createdAt: new Date(0), docId: own.accountId, limit: 9 },
  })),
  call(exported.readBranchRows, (id) => ({
    ...{ ...ofSession(id), branchId: own.branch, from: 0, to: 9, limit: 9, bytes: 999 },
  })),
  call(exported.listRunRows, (id) => ({ ...ofSession(id), afterTime: null, afterId: null, limit: 9 })),
  call(files.sumFiles, (accountId) => ({ accountId }), [{ own: 0, all: expect.any(Number) }]),
  call(files.insertPieceRow, (accountId) => ({ fileId: own.openFile, accountId, n: 1, bytes: Buffer.from("b") })),
  call(files.completeFileRow, (accountId) => ({
    ...{ id: own.openFile, accountId, hash: "new", size: 1, mediaType: "text/plain", name: "n" },
  })),
  call(files.holdEqualFileRow, (accountId) => ({ accountId, hash: own.file, name: null, mediaType: null })),
  call(files.holdFileRows, (accountId) => ({ accountId, ids: [own.file] })),
  call(files.findFileRow, (accountId) => ({ accountId, id: own.file })),
  call(files.findPieceRow, (accountId) => ({ accountId, fileId: own.file, n: 0 })),
  call(files.endHoldRow, (accountId) => ({ accountId, id: own.file, heldUntil: HELD_UNTIL, heldBefore: null })),
  call(files.releaseFileRow, (accountId) => ({ accountId, id: own.file })),
  call(files.deleteUnusedFileRows, (accountId) => ({ accountId, most: 9 })),
  call(history.readHistoryRow, (id) => ({
    ...{ ...ofSession(id), sources: null, offset: 0, limit: null, coveredUpto: 9 },
  })),
  call(history.readRunInputRows, (accountId) => ({ runId: own.endedRun, accountId })),
  call(history.clearHistoryRows, (accountId) => ({ id: own.session, accountId, branchId: newId() })),
  call(ingest.countOpenJobs, (accountId) => ({ accountId }), [{ open: 0 }]),
  call(ingest.readAgainRow, (accountId) => ({
    ...{ id: own.failedDoc, accountId, fileId: own.file, jobId: newId(), readAs: "n" },
  })),
  call(ingest.readFailedAgainRows, (accountId) => ({ accountId, ownerId: own.agent, most: 9, docId: null })),
  call(ingest.sumDocs, (accountId) => ({ accountId, ownerId: own.agent, most: 9 }), [{ docs: 0, characters: 0 }]),
  call(jobs.cancelJobRow, (accountId) => ({ id: own.job, accountId, reason: "r" })),
  call(knowledge.listIndexRows, (accountId) => ({ accountId, projectId: null, ids: null, offset: 0, limit: 9 })),
  call(knowledge.setAgentIndexRows, (accountId) => ({ agentId: own.agent, accountId, ids: [own.index] })),
  call(knowledge.deleteIndexRow, (accountId) => ({ id: own.index, accountId, projectId: null })),
  call(knowledge.readPieceRows, (accountId) => ({ docId: own.doc, accountId, after: -1, from: 0, limit: 9 })),
  call(knowledge.readAroundRows, (accountId) => ({ pieceId: own.piece, docId: own.doc, accountId, around: 1 })),
  call(knowledge.findDocsByName, (accountId) => ({
    ...{ accountId, ...owners(), name: WORD, part: null, offset: 0, limit: 9 },
  })),
  call(leases.takeExpiredRunRow, (accountId) => ({ owner: "another", id: own.run, accountId })),
  call(leave.deleteSomeSessions, (accountId) => ({ accountId, most: 9 })),
  call(leave.deleteSomeRuns, (accountId) => ({ accountId, most: 9 })),
  call(leave.deleteSomeDocs, (accountId) => ({ accountId, most: 9 })),
  call(leave.deleteSomeFiles, (accountId) => ({ accountId, most: 9 })),
  call(line.holdSession, ofSession),
  call(line.lookAtLineRow, (id) => ({ ...ofSession(id), place: 1 })),
  call(merge.keepChangedAgent, guest),
  call(merge.copyDefaultAgent, (guestId) => ({ guestId, agentId: foreign.agent })),
  call(merge.moveFiles, guest),
  call(merge.moveSessions, guest),
  call(merge.moveIndexes, guest),
  call(merge.moveUsers, guest),
  call(merge.moveAgents, guest),
  call(merge.moveRuns, guest),
  call(merge.moveDocs, guest),
  call(merge.moveJobs, guest),
  call(merge.addUsageOfGuest, guest),
  call(words.addWordsRows, (accountId) => ({ accountId, branches: 9, messages: 9, bytes: 9999 })),
  call(words.searchTitleRows, (accountId) => ({
    ...{ accountId, sessionId: null, withArchived: true, words: WORD, exact: "" },
    ...{ patterns: [`%${WORD}%`], limit: 9, latest: 9 },
  })),
  call(words.searchMessageRows, (accountId) => ({
    ...{ accountId, sessionId: null, withArchived: true, words: WORD, exact: "", isExact: false, limit: 9 },
  })),
  call(words.readSaidRows, (accountId) => ({ accountId, branchIds: [own.branch], positions: [1] })),
  call(messages.readLineRows, (id) => ({ ...ofSession(id), from: 0, branchId: null, upto: 9 })),
  call(messages.readSystemMessageRows, (id) => ({ ...ofSession(id), from: 0, to: 9, branchId: null })),
  call(messages.readStretchRows, (id) => ({ ...ofSession(id), from: 0, to: 9, branchId: own.branch })),
  call(messages.findFirstQuestionRow, ofSession),
  call(messages.findPositionRow, (id) => ({ ...ofSession(id), messageId: own.answer })),
  call(messages.listSegments, ofSession),
  call(events.lookAtRunRows, (id) => ({ runIds: [own.run], accountIds: [id], afters: [0] })),
  call(runs.findOutputRow, (accountId) => ({ id: own.endedRun, accountId })),
  call(runs.findRunRow, (accountId) => ({ id: own.endedRun, accountId })),
  call(runs.forgetDocRows, (accountId) => ({ accountId, ids: [own.doc] })),
  call(runs.findRunningRunRow, ofSession),
  call(runs.findRunByKeyRow, (accountId) => ({ accountId, dialect: "web", requestKey: own.endedRun })),
  call(runs.findLatestRunRow, ofSession),
  call(changes.findChangeRows, (accountId) => ({ accountId, changedIn: 0, sessionId: own.accountId, limit: 9 }), [
    expect.objectContaining({ sessionId: null }),
  ]),
  call(sessions.findSessionRows, (id) => ({ ids: [own.session], accountIds: [id] })),
  call(sessions.findSessionsWithAgentsRows, (id) => ({ ids: [own.session], accountIds: [id] })),
  call(sessions.listSessionRows, (accountId) => ({
    ...{ accountId, projectId: null, afterTime: null, afterId: null, archived: null, changedSince: null },
    ...{ limit: 9, withEmpty: true, titlePart: null },
  })),
  call(sessions.setTitleRow, (accountId) => ({
    ...{ id: own.session, accountId, title: "T", source: "person", moves: true, branchId: null },
  })),
  call(sessions.holdSettings, (accountId) => ({ id: own.session, accountId })),
  call(sessions.setSettingsRow, (accountId) => ({ id: own.session, accountId, ...NOTHING_SET })),
  call(sessions.deleteSessionRow, (accountId) => ({ id: own.session, accountId })),
  call(signIns.findSignInRow, (accountId) => ({ id: own.signIn, accountId })),
  call(signIns.touchSignInRow, (accountId) => ({ id: own.signIn, accountId })),
  call(signIns.deleteSignInRow, (accountId) => ({ id: own.signIn, accountId })),
  call(sources.findLivingPieceRows, (accountId) => ({ pieceIds: [own.piece], accountId })),
  call(sources.findRecalledRows, (accountId) => ({ runIds: [own.endedRun], accountId })),
  call(usage.listTurnRows, (accountId) => ({ accountId, days: 2 })),
  call(usage.listTokenRows, (accountId) => ({ accountId, days: 2 })),
  call(usage.listKindShares, days),
  call(usage.listKeyShares, days),
  call(usage.listBotShares, days),
  call(usage.listEndUserShares, days),
  call(usage.listSpenderNames, (accountId) => ({ accountId, ids: [own.key, own.agent] })),
  call(users.findUserRows, (accountId) => ({ accountId, ids: [own.user] })),
  call(window.readWindowRow, (id) => ({
    ...{ ...ofSession(id), branchId: null, before: null, turns: 9, messages: 9, bytes: 9999 },
  })),
  call(window.readOutlineRows, (id) => ({ ...ofSession(id), branchId: null, from: 0, limit: 9 })),
];

describe("finds or changes what is its account's, and nothing of it for another:", () => {
  test.each(CALLS)("$name", async ({ run, nothing }) => {
    const [given, after] = await tried(run, other);
    expect({ given, after }).toEqual({ given: nothing, after: before });
    const [found, changed] = await tried(run, own.accountId);
    expect({ found, changed }).not.toEqual({ found: nothing, changed: before });
  });
});

test("no statement with such a condition is left out", async () => {
  const folder = join(import.meta.dirname, "sql");
  const names = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const modules: object[] = await Promise.all(names.map((name) => import(pathToFileURL(join(folder, name)).href)));
  const all = modules.flatMap((module) => Object.values(module)).filter(hasCondition);
  const called = CALLS.map(({ name }) => name);
  expect(all.map(({ name }) => name).filter((name) => !called.includes(name))).toEqual(ELSEWHERE);
});

/** What does something for any account, of which `rows-meeting` says whose rows it takes. */
const ELSEWHERE = ["insert-own-agent"];

const hasCondition = (value: unknown): value is { readonly name: string } =>
  typeof value === "function" &&
  "text" in value &&
  /\b(?:where|and|or|on)\s+\(?(?:\w+\.)?"accountId" = (?:any\()?\$/u.test(String(value.text));

/** What a call gives, and what all tables hold then. It is rolled back. */
async function tried(run: Call["run"], accountId: string): Promise<readonly [unknown, unknown]> {
  const pool = await database.pool.connect();
  try {
    await pool.query("begin");
    return [await run({ pool }, accountId), await allRows({ pool })];
  } finally {
    await pool.query("rollback");
    pool.release();
  }
}
