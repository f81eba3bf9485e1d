import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertDoc } from "../../db/docs.ts";
import type { DocOwner, DocOwners } from "../../domain/doc.ts";
import { newId } from "../../domain/ids.ts";
import { openTestServer, type TestServer } from "../../testing/server.ts";
import type { Scope } from "../scope.ts";
import { type RecallScope, recall } from "./recall.ts";

type Planted = { readonly accountId: string; readonly owner: DocOwner; readonly docId: string; readonly kind: string };

const ROLES = ["agent", "user", "index", "session", "project"] as const;
const KINDS = ["letter", "bill"] as const;

let server: TestServer;
const planted: Planted[] = [];
const scopes: Scope[] = [];

beforeAll(async () => {
  server = await openTestServer();
  const { ports, ownerId } = server.parley;
  for (const accountId of [ownerId, (await server.makeAccount()).id]) {
    const scope: Scope = { ...ports, accountId, via: "key" };
    scopes.push(scope);
    for (const owner of await makeOwners(scope)) {
      for (const kind of KINDS) {
        const [docId, chunks] = [newId(), [{ id: newId(), content: "the quince of the orchard" }]];
        const doc = { id: docId, owner, title: kind, contentHash: kind, chunks, metadata: { kind } };
        await insertDoc(ports.database, accountId, { ...doc, embedInstruction: null });
        planted.push({ accountId, owner, kind, docId });
      }
    }
  }
}, 120_000);
afterAll(() => server.close());

/** Two of each kind of owner. */
async function makeOwners({ database, accountId }: Scope): Promise<DocOwner[]> {
  const { prisma } = database;
  const owners: DocOwner[] = [];
  for (const n of [1, 2]) {
    const ids = { agent: newId(), user: newId(), index: newId(), session: newId(), project: newId() };
    const name = `recalled ${n}`;
    await prisma.project.create({ data: { id: ids.project, accountId, name, canonicalName: `recalled-${n}` } });
    const one = { accountId, projectId: ids.project };
    await prisma.agent.create({
      data: {
        id: ids.agent,
        ...one,
        name,
        canonicalName: name,
        about: "",
        instructions: [],
        model: "",
        settings: {},
        systemTemplate: "",
      },
    });
    await prisma.user.create({ data: { id: ids.user, ...one, name, about: "" } });
    await prisma.index.create({ data: { id: ids.index, ...one, name } });
    await database.pool.query(
      `insert into "Session" (id, "accountId", "projectId", origin, "activeBranchId") values ($1, $2, $3, 'julep', $1)`,
      [ids.session, accountId, ids.project],
    );
    owners.push(...ROLES.map((role) => ({ role, id: ids[role] })));
  }
  return owners;
}

test("a recall gives pieces of the account's named owners alone, and all of them, whatever it is narrowed to", async () => {
  const owners = planted.map(({ owner }) => owner).filter((owner, n, all) => all.indexOf(owner) === n);
  const someOwners = fc.uniqueArray(fc.constantFrom(...owners), { maxLength: 8 });
  const someDocs = fc.option(fc.subarray(planted.map(({ docId }) => docId)), { nil: undefined });
  const kind = fc.option(fc.constantFrom(...KINDS), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...scopes), someOwners, someDocs, kind, async (scope, named, docIds, only) => {
      const of = (role: DocOwner["role"]) => named.filter((owner) => owner.role === role).map(({ id }) => id);
      const docOwners: DocOwners = Object.fromEntries(ROLES.map((role) => [`${role}Ids`, of(role)]));
      const metadataFilter = only === undefined ? {} : { kind: only };
      const within: RecallScope = { ...scope, owners: docOwners, docIds, metadataFilter };
      const { hits, mode } = await recall(within, { text: "quince" }, { limit: 50 });
      const expected = planted.filter(
        (one) =>
          one.accountId === scope.accountId &&
          named.some(({ id }) => id === one.owner.id) &&
          (docIds === undefined || docIds.includes(one.docId)) &&
          (only === undefined || one.kind === only),
      );
      expect(mode).toBe("text");
      expect(hits.map(({ docId }) => docId).sort()).toEqual(expected.map(({ docId }) => docId).sort());
      for (const hit of hits) {
        expect(hit).toMatchObject({ position: 0, text: "the quince of the orchard", textScore: hit.score });
        expect(hit.score).toBeGreaterThan(0);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("what an embedding model is asked for and there is none says so, and finds the words", async () => {
  const [{ accountId, owner }] = planted.filter((one) => one.owner.role === "index") as [Planted]; // planted above
  const scope = scopes.find((one) => one.accountId === accountId);
  if (!scope) throw new Error("no scope");
  const recalled = await recall(
    { ...scope, owners: { indexIds: [owner.id] } },
    { text: "quince" },
    { mode: "hybrid", limit: 1 },
  );
  expect(recalled).toMatchObject({ mode: "text", why: "No embedding model is set up." });
  expect(recalled.hits).toHaveLength(1);
});
