import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UNSET } from "../core/sessions.ts";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import * as accounts from "./accounts.ts";
import * as agents from "./agents.ts";
import { type Database, openDatabase } from "./database.ts";
import * as docs from "./docs.ts";
import * as identities from "./identities.ts";
import * as indexes from "./indexes.ts";
import * as jobs from "./jobs.ts";
import { insertSession } from "./new-session.ts";
import type { OffsetPage } from "./page.ts";
import * as projects from "./projects.ts";
import * as sessions from "./sessions.ts";
import * as tools from "./tools.ts";
import * as users from "./users.ts";
import { violated } from "./violated.ts";

const page = (more: Partial<OffsetPage> = {}): OffsetPage => ({
  limit: 100,
  offset: 0,
  sortBy: "createdAt",
  direction: "asc",
  ...more,
});

let database: Database;
/** Two accounts: each test gives the first something and looks at it as the second. */
let own: { readonly accountId: string; readonly projectId: string };
let other: string;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../..") });
  const made = await accounts.insertGuest(database, newId());
  const projectId = (await agents.findDefaults(database, made.id))?.projectId ?? "";
  own = { accountId: made.id, projectId };
  other = (await accounts.insertGuest(database, newId())).id;
});
afterAll(() => database.close());

describe("agents", () => {
  test("what is inserted is found as it was given, its settings in their order", async () => {
    const settings = { topP: 1, logitBias: { z: 1, a: 2 }, maxTokens: 3 };
    const extraSettings = { z: 1, a: { y: [1, "2"], __proto: null }, max_tokens: "3" };
    const id = await newAgent({ settings, extraSettings, metadata: { b: 1 }, instructions: ["1", 'a "b"', "{x,y}"] });
    const [found] = await agents.findAgents(database, own.accountId, [id]);
    expect(found).toMatchObject({ id, metadata: { b: 1 }, instructions: ["1", 'a "b"', "{x,y}"], tools: [] });
    expect(JSON.stringify(found?.settings.logitBias)).toBe(JSON.stringify(settings.logitBias));
    expect(found?.settings).toEqual(settings);
    expect(JSON.stringify(found?.extraSettings)).toBe(JSON.stringify(extraSettings));
    expect(await agents.findAgents(database, other, [id])).toEqual([]);
  });

  test("a change sets what it names and nothing else, and null is kept as null", async () => {
    const id = await newAgent({ settings: { seed: 1 }, extraSettings: { a: 1 }, metadata: { b: 1 }, about: "about" });
    expect(await agents.changeAgent(database, own.accountId, id, () => ({ name: "New", extraSettings: null }))).toBe(
      true,
    );
    const [found] = await agents.findAgents(database, own.accountId, [id]);
    expect(found).toMatchObject({
      name: "New",
      settings: { seed: 1 },
      extraSettings: null,
      metadata: { b: 1 },
      about: "about",
    });
    expect(found?.updatedAt.getTime()).toBeGreaterThanOrEqual(found?.createdAt.getTime() ?? Infinity);
  });

  test("another account changes and deletes nothing", async () => {
    const id = await newAgent({ name: "Mine" });
    const change = () => ({ name: "Theirs" });
    expect(await agents.changeAgent(database, other, id, change)).toBe(false);
    expect(await agents.deleteAgent(database, other, id)).toBe(false);
    expect(await agents.findAgents(database, own.accountId, [id])).toMatchObject([{ name: "Mine" }]);
    expect(await agents.deleteAgent(database, own.accountId, id)).toBe(true);
  });

  test("a change that throws changes nothing, not even the time", async () => {
    const id = await newAgent({});
    const before = await agents.findAgents(database, own.accountId, [id]);
    const failing = agents.changeAgent(database, own.accountId, id, () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await agents.findAgents(database, own.accountId, [id])).toEqual(before);
  });

  test("names, slugs and ids that are taken are told by the name of their index, by Prisma as by hand", async () => {
    const id = await newAgent({ canonicalName: "taken_name", slug: "taken-slug" });
    const tries = [
      [{ canonicalName: "TAKEN_name" }, "Agent_canonicalName_key"],
      [{ slug: "taken-slug" }, "Agent_slug_key"],
      [{ projectId: newId() }, "Agent_projectId_fkey"],
      [{ slug: "-" }, ""],
    ] as const;
    for (const [fields, name] of tries) expect(await violation(newAgent(fields))).toBe(name);
    expect(await violation(newAgent({}, id))).toBe("Agent_pkey");
    const byHand = database.pool.query(`insert into "Account" (id, kind) values ($1, 'guest')`, [other]);
    expect(await violation(byHand)).toBe("Account_pkey");
    expect(violated(new Error("another"))).toBeNull();
  });

  test("lists are cut in their order, hold one alone where one is asked for, and nobody else's", async () => {
    const made = [await newAgent({}), await newAgent({}), await newAgent({})];
    const owner = { accountId: own.accountId, onlyId: null };
    const all = (await agents.listAgents(database, owner, page())).map(({ id }) => id);
    expect(all.slice(-3)).toEqual(made);
    const cut = await agents.listAgents(database, owner, page({ direction: "desc", offset: 1, limit: 1 }));
    expect(cut.map(({ id }) => id)).toEqual([made[1]]);
    const only = { accountId: own.accountId, onlyId: made[0] ?? "" };
    expect((await agents.listAgents(database, only, page({ limit: 1 }))).map(({ id }) => id)).toEqual([made[0]]);
    expect(await agents.listAgents(database, { accountId: other, onlyId: made[0] ?? "" }, page())).toEqual([]);
  });

  test("beside an agent stand those behind and before it; beside nobody's and another's none", async () => {
    const made = [await newAgent({}), await newAgent({}), await newAgent({})];
    const [first = "", second = "", third = ""] = made;
    const owner = { accountId: own.accountId, onlyId: null };
    const beside = async (more: object, whose = owner) => {
      const options = { limit: 2, direction: "asc" as const, after: null, before: null, ...more };
      return (await agents.listAgentsBeside(database, whose, options)).map(({ id }) => id);
    };
    expect(await beside({ after: first })).toEqual([second, third]);
    expect(await beside({ before: third })).toEqual([first, second]);
    expect(await beside({ after: first, before: third })).toEqual([second]);
    expect(await beside({ direction: "desc", after: third })).toEqual([second, first]);
    expect(await beside({ after: newId() })).toEqual([]);
    expect(await beside({ after: first }, { accountId: other, onlyId: null })).toEqual([]);
  });

  test("the default agent is made once, however many ask at once", async () => {
    const { id: accountId } = await accounts.insertGuest(database, newId());
    expect(await agents.findDefaults(database, accountId)).toMatchObject({ agentId: null });
    const ensure = () => agents.ensureDefaultAgent(database, accountId, { id: newId(), systemTemplate: "" });
    const [one, ...others] = await Promise.all([ensure(), ensure(), ensure()]);
    for (const another of others) expect(another).toEqual(one);
    expect(await agents.findDefaults(database, newId())).toBeNull();
  });
});

test("tools: another account, and another agent, adds, changes and deletes nothing", async () => {
  const agentId = await newAgent({});
  const owner = { accountId: own.accountId, agentId };
  const tool = {
    name: "f",
    type: "function" as const,
    description: null,
    spec: { name: null, description: null, parameters: { z: 1, a: null } },
    openToStrangers: false,
  };
  const id = newId();
  expect(await tools.insertTool(database, { accountId: other, agentId }, newId(), tool)).toBe(false);
  expect(await tools.insertTool(database, owner, id, tool)).toBe(true);
  expect(await violation(tools.insertTool(database, owner, newId(), tool))).toBe("Tool_agentId_name_key");
  for (const stranger of [
    { accountId: other, agentId },
    { accountId: own.accountId, agentId: await newAgent({}) },
  ]) {
    expect(await tools.changeTool(database, stranger, id, (now) => ({ ...now, name: "g" }))).toBe(false);
    expect(await tools.deleteTool(database, stranger, id)).toBe(false);
  }
  expect(await tools.changeTool(database, owner, id, (now) => ({ ...now, description: "d" }))).toBe(true);
  const [agent] = await agents.findAgents(database, own.accountId, [agentId]);
  expect(agent?.tools).toMatchObject([{ ...tool, description: "d" }]);
  expect(JSON.stringify(agent?.tools[0]?.spec)).toContain('{"z":1,"a":null}');
  expect(await tools.deleteTool(database, owner, id)).toBe(true);
});

test("users: found in the order asked for, changed by what is named, and by their account alone", async () => {
  const [one, two] = [newId(), newId()];
  const fields = { projectId: own.projectId, name: "U", about: "", metadata: { a: 1 } };
  await users.insertUser(database, own.accountId, one, fields);
  await users.insertUser(database, own.accountId, two, { ...fields, metadata: null });
  expect((await users.findUsers(database, own.accountId, [two, one])).map(({ id }) => id)).toEqual([two, one]);
  expect(await users.findUsers(database, other, [one, two])).toEqual([]);
  expect(await users.listUsers(database, other, page())).toEqual([]);
  expect(await users.changeUser(database, other, one, () => ({ name: "no" }))).toBe(false);
  expect(await users.deleteUser(database, other, one)).toBe(false);
  expect(await users.changeUser(database, own.accountId, one, () => ({ about: "yes" }))).toBe(true);
  expect(await users.findUsers(database, own.accountId, [one])).toMatchObject([{ name: "U", about: "yes" }]);
  expect(await violation(users.insertUser(database, other, one, fields))).toBe("User_pkey");
});

test("metadata is found by path, by a dotted key, as text and as number, boolean or object; all conditions hold", async () => {
  const values = [
    { a: { b: 5 }, tag: "x" },
    { "a.b": "5", tag: "x" },
    { a: { b: true } },
    { a: { b: { c: 1 } }, tag: 'q"}' },
    null,
  ];
  const ids: string[] = [];
  for (const metadata of values) {
    const fields = { projectId: own.projectId, name: "M", about: "", metadata };
    ids.push(newId());
    await users.insertUser(database, own.accountId, ids.at(-1) ?? "", fields);
  }
  const places = async (...conditions: readonly (readonly [string, string])[]) => {
    const metadata = conditions.map(([key, text]) => {
      return { path: key.split("."), key, text, value: /^\d+$/u.test(text) ? Number(text) : text };
    });
    const found = await users.listUsers(database, own.accountId, page({ metadata }));
    return found.map(({ id }) => ids.indexOf(id));
  };
  expect(await places(["a.b", "5"])).toEqual([0, 1]);
  expect(await places(["a.b", "true"])).toEqual([2]);
  expect(await places(["a.b", '{"c": 1}'])).toEqual([3]);
  expect(await places(["tag", 'q"}'])).toEqual([3]);
  expect(await places(["a.b", "5"], ["tag", "x"])).toEqual([0, 1]);
  expect(await places(["a.b", "5"], ["tag", "y"])).toEqual([]);
  expect(await places(["a.b.c.d", "null"])).toEqual([]);
});

test("projects: a name is one account's once, and each account sees its own", async () => {
  const project = { id: newId(), canonicalName: "p", name: "P", metadata: { a: 1 } };
  expect(await projects.insertProject(database, own.accountId, project)).toMatchObject(project);
  const again = projects.insertProject(database, own.accountId, { ...project, id: newId() });
  expect(await violation(again)).toBe("Project_accountId_canonicalName_key");
  expect(await projects.findProject(database, other, { id: project.id })).toBeNull();
  expect(await projects.findProject(database, own.accountId, { canonicalName: "p" })).toEqual({ id: project.id });
  const names = async (account: string) =>
    (await projects.listProjects(database, account, page())).map(({ canonicalName }) => canonicalName);
  expect(await names(own.accountId)).toEqual(["default", "p"]);
  expect(await names(other)).toEqual(["default"]);
});

test("C25: an account from before has a default project after the migration, one that is called so where there is one", async () => {
  const folder = join(import.meta.dirname, "../../prisma/migrations/20261127083000_default_projects");
  const script = readFileSync(join(folder, "migration.sql"), "utf8");
  const fill = script.slice(
    script.indexOf(`INSERT INTO "Project" ("id", "accountId", "canonicalName", "name", "isDefault")\nSELECT`),
  );
  const [bare, named] = [await accounts.insertGuest(database, newId()), await accounts.insertGuest(database, newId())];
  await database.pool.query(`delete from "Project" where "accountId" = $1`, [bare.id]);
  await database.pool.query(`update "Project" set "isDefault" = false where "accountId" = $1`, [named.id]);
  for (const { id } of [bare, named]) expect(await agents.findDefaults(database, id)).toBeNull();
  await database.pool.query(fill);
  for (const { id } of [bare, named]) {
    expect(await agents.findDefaults(database, id)).not.toBeNull();
    expect(await projects.listProjects(database, id, page())).toMatchObject([{ canonicalName: "default" }]);
  }
});

test("docs: of one owner, with their pieces in order; another account reads and deletes none", async () => {
  const owner = { role: "agent" as const, id: await newAgent({}) };
  const doc = {
    id: newId(),
    owner,
    title: "T",
    contentHash: "h",
    chunks: ["one", "two", "three"].map((content) => ({ id: newId(), content })),
    metadata: { kind: "a" },
    embedInstruction: null,
  };
  expect(await docs.insertDoc(database, other, doc)).toBe(false);
  expect(await docs.insertDoc(database, own.accountId, doc)).toBe(true);
  const again = docs.insertDoc(database, own.accountId, { ...doc, id: newId(), chunks: [] });
  expect(await violation(again)).toBe("Doc_agentId_title_contentHash_key");
  const found = await docs.findDoc(database, own.accountId, doc.id, true);
  expect(found).toMatchObject({ content: ["one", "two", "three"], owner, embeddings: null, embeddingModel: null });
  expect(await docs.findDoc(database, other, doc.id, false)).toBeNull();
  expect(await docs.listDocs(database, other, owner, page(), false)).toEqual([]);
  expect(await docs.listDocs(database, own.accountId, owner, page(), false)).toMatchObject([{ id: doc.id }]);
  expect(await docs.deleteDoc(database, other, owner, doc.id)).toBe(false);
  expect(await docs.deleteDocs(database, other, owner, {})).toEqual([]);
  expect(await docs.deleteDocs(database, own.accountId, owner, { kind: "b" })).toEqual([]);
  expect(await docs.deleteDocs(database, own.accountId, owner, { kind: "a" })).toEqual([doc.id]);
});

test("keys: listed until they are revoked, each account its own", async () => {
  const [id, hash] = [newId(), newId()];
  await accounts.insertApiKey(database, { id, accountId: own.accountId, hash, hint: "h", name: "n" });
  await accounts.insertApiKey(database, { id: newId(), accountId: other, hash, hint: "h", name: "again" });
  expect(await accounts.findApiKey(database, hash)).toMatchObject({ id, accountId: own.accountId, scopes: [] });
  expect(await accounts.listApiKeys(database, other)).toEqual([]);
  expect(await accounts.revokeApiKey(database, other, id)).toBe(false);
  await accounts.touchApiKeys(database, [id]);
  expect((await accounts.listApiKeys(database, own.accountId))[0]?.lastUsedAt).toBeInstanceOf(Date);
  expect(await accounts.revokeApiKey(database, own.accountId, id)).toBe(true);
  expect(await accounts.findApiKey(database, hash)).toBeNull();
  expect(await accounts.listApiKeys(database, own.accountId)).toEqual([]);
});

test("an address is one account's; the number of its sign-ins counts up", async () => {
  const [one, two] = [await accounts.insertGuest(database, newId()), await accounts.insertGuest(database, newId())];
  expect(await accounts.setCredentials(database, one.id, "a@example.org", "hash")).toBe(1);
  expect(await accounts.setCredentials(database, two.id, "a@example.org", "hash")).toBe("taken");
  expect(await accounts.setCredentials(database, one.id, "other@example.org", "hash")).toBe("gone");
  expect(await accounts.findAccountByEmail(database, "a@example.org")).toMatchObject({ id: one.id, kind: "person" });
  expect(await accounts.endAllSignIns(database, one.id, null)).toBe(2);
  expect(await accounts.findPasswordHash(database, one.id)).toBe("hash");
  expect(await accounts.endAllSignIns(database, one.id, "new")).toBe(3);
  expect(await accounts.findPasswordHash(database, one.id)).toBe("new");
});

test("an identity signs in to one account; one that is known makes no other", async () => {
  const identity = { provider: "github", subject: newId(), label: "before" };
  const [first, second] = [newId(), newId()];
  expect(await identities.insertIdentity(database, newId(), first, identity)).toBe(true);
  expect(await identities.insertIdentity(database, newId(), second, identity)).toBe(false);
  expect(await accounts.findAccount(database, second)).toBeNull();
  expect(await identities.accountOfIdentity(database, { ...identity, label: "after" })).toBe(first);
  const [known] = await identities.listIdentities(database, first);
  expect(known).toMatchObject({ label: "after" });
  expect(await identities.deleteIdentity(database, other, known?.id ?? "", ["github"])).toBe("none");
  expect(await identities.deleteIdentity(database, first, known?.id ?? "", ["github"])).toBe("last");
});

test("indexes belong to a project of an account", async () => {
  const index = { id: newId(), projectId: own.projectId, name: "I", description: null };
  const made = index;
  await indexes.insertIndex(database, own.accountId, index);
  const [projectId, page] = [own.projectId, { offset: 0, limit: 10 }];
  const listed = (accountId: string, ids: readonly string[] | null = null) =>
    indexes.listIndexes(database, accountId, { projectId, ids }, page);
  const empty = { ready: 0, pending: 0, failed: 0, size: 0 };
  expect(await listed(own.accountId, [made.id])).toEqual([expect.objectContaining({ ...made, ...empty })]);
  expect(await listed(other, [made.id])).toEqual([]);
  expect(await listed(other)).toEqual([]);
  expect(await indexes.updateIndex(database, other, made.id, { name: "Theirs" })).toBe(false);
  expect((await indexes.knownIndexIds(database, other, own.projectId, [made.id])).size).toBe(0);
  expect(await indexes.deleteIndex(database, other, own.projectId, made.id)).toBe(false);
  expect(await indexes.deleteIndex(database, own.accountId, own.projectId, made.id)).toBe(true);
});

test("jobs: one of a kind at a time in a session, until it has ended or died", async () => {
  const sessionId = await newSession();
  const job = () => ({ id: newId(), accountId: own.accountId, sessionId, kind: "summary" });
  const [first, second, third] = [job(), job(), job()];
  expect(await jobs.insertSessionJob(database, { ...job(), accountId: other })).toBe(false);
  expect(await jobs.insertSessionJob(database, { ...job(), sessionId: newId() })).toBe(false);
  expect(await jobs.insertSessionJob(database, first)).toBe(true);
  expect(await jobs.insertSessionJob(database, second)).toBe(false);
  await jobs.endJob(database, first.id, "succeeded", "");
  expect(await jobs.findJob(database, own.accountId, first.id)).toMatchObject({ state: "succeeded", progress: 100 });
  expect(await jobs.findJob(database, other, first.id)).toBeNull();
  expect(await jobs.insertSessionJob(database, second)).toBe(true);
  await database.pool.query(`update "Job" set "updatedAt" = now() - interval '3 minutes' where id = $1`, [second.id]);
  expect(await jobs.insertSessionJob(database, third)).toBe(true);
  expect(await jobs.findJob(database, own.accountId, second.id)).toMatchObject({ state: "aborted" });
});

describe("sessions", () => {
  test("flags, title and settings are set by the account alone, each without the others", async () => {
    const id = await newSession();
    const find = () => sessions.findSession(database, own.accountId, id);
    const before = await find();
    const settings = { ...before, situation: "s" } as Parameters<typeof sessions.setSettings>[3];
    expect(await sessions.setFlags(database, other, id, { pinned: true })).toBe(false);
    expect(await sessions.setTitle(database, other, id, "T", "person", true)).toBe(false);
    expect(await sessions.setSettings(database, other, id, settings)).toBe(false);
    expect(await sessions.changeSettings(database, other, id, (now) => now)).toBe(false);
    expect(await find()).toEqual(before);
    expect(await sessions.setFlags(database, own.accountId, id, { pinned: true, metadata: { a: 1 } })).toBe(true);
    expect(await sessions.setFlags(database, own.accountId, id, { archived: true })).toBe(true);
    expect(await sessions.setTitle(database, own.accountId, id, "Person", "person", false)).toBe(true);
    expect(await sessions.setTitle(database, own.accountId, id, "Model", "model", true)).toBe(false);
    const set = { pinned: true, archived: true, metadata: { a: 1 }, title: "Person", updatedAt: before?.updatedAt };
    expect(await find()).toMatchObject(set);
    const change = { situation: "here", recallOptions: { limit: 3 } };
    expect(await sessions.changeSettings(database, own.accountId, id, (now) => ({ ...now, ...change }))).toBe(true);
    expect(await find()).toMatchObject({ ...change, pinned: true, title: "Person", metadata: { a: 1 } });
  });

  test("lists hold an account's own, by offset as by place", async () => {
    const made = [await newSession(), await newSession(), await newSession()];
    const all = await sessions.listSessionsByOffset(database, own.accountId, page());
    expect(all.map(({ id }) => id).slice(-3)).toEqual(made);
    const filter = { projectId: null, after: null, archived: null, withEmpty: true, limit: 2 };
    const first = await sessions.listSessions(database, own.accountId, filter);
    expect(first.map(({ id }) => id)).toEqual([made[2], made[1]]);
    const last = first.at(-1);
    const after = last && { updatedAt: last.updatedAt.toISOString(), id: last.id };
    const rest = await sessions.listSessions(database, own.accountId, { ...filter, limit: 1, after: after ?? null });
    expect(rest.map(({ id }) => id)).toEqual([made[0]]);
    expect(await sessions.listSessions(database, other, filter)).toEqual([]);
    expect(await sessions.listSessionsByOffset(database, other, page())).toEqual([]);
    await database.pool.query(`update "Session" set "expiresAt" = now() - interval '1 second' where id = $1`, [
      made[0],
    ]);
    const alive = await sessions.listSessionsByOffset(database, own.accountId, page());
    expect(alive.map(({ id }) => id)).not.toContain(made[0]);
  });
});

async function newAgent(fields: Partial<agents.AgentFields>, id = newId()): Promise<string> {
  await agents.insertAgent(database, own.accountId, id, {
    name: "A",
    canonicalName: `a_${newId()}`,
    about: "",
    instructions: [],
    model: "",
    settings: {},
    extraSettings: null,
    indexTopN: null,
    indexSimilarityCutoff: null,
    systemTemplate: "",
    metadata: null,
    projectId: own.projectId,
    slug: null,
    isPublic: false,
    allowCallerSystem: false,
    sessionTtlSeconds: null,
    ...fields,
  });
  return id;
}

async function newSession(): Promise<string> {
  const id = newId();
  await insertSession(database, own.accountId, {
    ...UNSET,
    id,
    branchId: newId(),
    projectId: own.projectId,
    origin: "web",
  });
  return id;
}

const violation = (attempt: Promise<unknown>): Promise<string | null> =>
  attempt.then(
    () => "nothing was violated",
    (thrown) => violated(thrown),
  );
