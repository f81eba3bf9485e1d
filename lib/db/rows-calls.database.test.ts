import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { allRows, insertRows, type Rows, WORD } from "../testing/rows.ts";
import * as accounts from "./accounts.ts";
import * as agents from "./agents.ts";
import * as context from "./context.ts";
import { type Database, openDatabase } from "./database.ts";
import * as docs from "./docs.ts";
import * as exported from "./export.ts";
import * as identities from "./identities.ts";
import * as indexes from "./indexes.ts";
import * as ingest from "./ingest.ts";
import * as jobs from "./jobs.ts";
import * as providers from "./model-providers.ts";
import type { OffsetPage } from "./page.ts";
import * as projects from "./projects.ts";
import * as sessions from "./sessions.ts";
import * as signIns from "./sign-ins.ts";
import * as tools from "./tools.ts";
import * as users from "./users.ts";

// What asks through Prisma finds or changes something of its own account, and nothing of it for another.

let database: Database;
/** The rows of one account; the other has its default project, and a password. */
let own: Rows;
let other: string;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../..") });
  own = await insertRows(database);
  other = (await accounts.insertGuest(database, newId())).id;
  await accounts.setCredentials(database, other, "other@example.org", "hash");
  await accounts.setCredentials(database, own.accountId, "own@example.org", "hash");
});
afterAll(() => database.close());

type Call = readonly [name: string, run: (accountId: string) => Promise<unknown>, nothing: unknown];
const page: OffsetPage = { limit: 9, offset: 0, sortBy: "createdAt", direction: "asc" };
const owner = () => ({ role: "agent" as const, id: own.agent });
const ofAgent = (accountId: string) => ({ accountId, agentId: own.agent });

const READS: readonly Call[] = [
  ["listApiKeys", (id) => accounts.listApiKeys(database, id), []],
  ["findContextRun", (accountId) => context.findContextRun(database, { accountId, ...runOf() }), null],
  ["findPieces", (id) => context.findPieces(database, id, [own.piece]), []],
  ["findSummaryText", (accountId) => context.findSummaryText(database, { accountId, ...summaryOf() }), null],
  ["hasOwner", (id) => docs.hasOwner(database, id, owner()), false],
  ["findDoc", (id) => docs.findDoc(database, id, own.doc, false), null],
  ["listDocs", (id) => docs.listDocs(database, id, owner(), page, false), []],
  ["listSessionPlaces", (id) => exported.listSessionPlaces(database, id, null, 9), []],
  ["listStoredBranches", (id) => exported.listStoredBranches(database, id, own.session, null, 9), []],
  ["listStoredSummaries", (id) => exported.listStoredSummaries(database, id, own.session, null, 9), []],
  ["listFiles", (id) => exported.listFiles(database, id, null, 9), []],
  ["listIdentities", (id) => identities.listIdentities(database, id), []],
  ["knownIndexIds", (id) => indexes.knownIndexIds(database, id, null, [own.index]), new Set()],
  ["findFileDoc", (id) => ingest.findFileDoc(database, id, own.doc), null],
  ["listFileDocs", (id) => ingest.listFileDocs(database, id, owner(), page), []],
  ["listAllDocs", (id) => ingest.listAllDocs(database, id, null, 9), []],
  ["findDocFile", (id) => ingest.findDocFile(database, id, own.doc), null],
  ["listDrawableDocs", (id) => ingest.listDrawableDocs(database, id, "application/pdf", [own.doc]), new Set()],
  ["findJob", (id) => jobs.findJob(database, id, own.summaryJob), null],
  ["listProviders", (id) => providers.listProviders(database, id, 9), []],
  ["findProject", (id) => projects.findProject(database, id, { id: own.projectId }), null],
  ["listAgents", (accountId) => agents.listAgents(database, { accountId, onlyId: null }, page), []],
  ["listSessionsByOffset", (id) => sessions.listSessionsByOffset(database, id, page), []],
  ["listUsers", (id) => users.listUsers(database, id, page), []],
];

const CHANGES: readonly Call[] = [
  ["changeAgent", (id) => agents.changeAgent(database, id, own.agent, () => ({ name: "new" })), false],
  ["updateIndex", (id) => indexes.updateIndex(database, id, own.index, { name: "new" }), false],
  ["insertSessionJob", (accountId) => jobs.insertSessionJob(database, { id: newId(), accountId, ...jobOf() }), false],
  ["updateProvider", (id) => providers.updateProvider(database, id, own.provider, { name: "new" }), false],
  ["setFlags", (id) => sessions.setFlags(database, id, own.session, { pinned: true }), false],
  ["insertTool", (id) => tools.insertTool(database, ofAgent(id), newId(), TOOL), false],
  ["changeTool", (id) => tools.changeTool(database, ofAgent(id), own.tool, () => ({ ...TOOL, name: "h" })), false],
  ["changeUser", (id) => users.changeUser(database, id, own.user, () => ({ name: "new" })), false],
  ["revokeApiKey", (id) => accounts.revokeApiKey(database, id, own.key), false],
  ["deleteIdentity", (id) => identities.deleteIdentity(database, id, own.identity, []), "none"],
  ["deleteProvider", (id) => providers.deleteProvider(database, id, own.provider), false],
  ["deleteTool", (id) => tools.deleteTool(database, ofAgent(id), own.tool), false],
  ["deleteUser", (id) => users.deleteUser(database, id, own.user), false],
  ["deleteDoc", (id) => docs.deleteDoc(database, id, owner(), own.doc), false],
  ["deleteIndex", (id) => indexes.deleteIndex(database, id, null, own.index), false],
  ["deleteAgent", (id) => agents.deleteAgent(database, id, own.agent), false],
];

const TOOL = {
  name: "g",
  type: "function" as const,
  description: null,
  spec: { name: null, description: null, parameters: {} },
  openToStrangers: false,
};
const runOf = () => ({ sessionId: own.session, runId: own.endedRun });
const summaryOf = () => ({ sessionId: own.session, id: own.summary });
const jobOf = () => ({ sessionId: own.session, kind: "summary" });

// In this order: what comes later takes away what comes before.
describe("its account's alone:", () => {
  test.each([...READS, ...CHANGES])("%s", async (_, run, nothing) => {
    const before = await allRows(database);
    expect({ given: await run(other), after: await allRows(database) }).toEqual({ given: nothing, after: before });
    expect(await run(own.accountId)).not.toEqual(nothing);
  });
});

test("a page is filled by its account's alone", async () => {
  const earlier = await insertRows(database);
  const later = await insertRows(database);
  const first: OffsetPage = { ...page, limit: 1 };
  for (const { accountId, user, session } of [earlier, later]) {
    expect(await users.listUsers(database, accountId, first)).toMatchObject([{ id: user }]);
    expect(await sessions.listSessionsByOffset(database, accountId, first)).toMatchObject([{ id: session }]);
  }
});

test("projects are listed of one account", async () => {
  const listed = await projects.listProjects(database, own.accountId, page);
  expect(listed.map(({ id }) => id)).toEqual([own.projectId]);
});

test("sign-ins are listed, and ended by a new password, of one account", async () => {
  const made = { accountId: own.accountId, tokenVersion: 2, browser: WORD, seconds: 60, most: 9 };
  const id = newId();
  const entered = await accounts.findAccount(database, own.accountId);
  await signIns.insertSignIn(database, { ...made, id, tokenVersion: entered?.tokenVersion ?? -1 });
  await accounts.endAllSignIns(database, other, "new");
  expect(await signIns.listSignIns(database, own.accountId)).toMatchObject([{ id }]);
  expect(await signIns.listSignIns(database, other)).toEqual([]);
  await accounts.endAllSignIns(database, own.accountId, "new");
  expect(await signIns.listSignIns(database, own.accountId)).toEqual([]);
});
