import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertDoc } from "../../db/docs.ts";
import { insertEmbeddings } from "../../db/embeddings.ts";
import type { DocOwner, DocOwners } from "../../domain/doc.ts";
import { newId } from "../../domain/ids.ts";
import { openTestServer, type TestServer } from "../../testing/server.ts";
import { sourceNumbers } from "../knowledge/source-numbers.ts";
import type { Scope } from "../scope.ts";
import { knowledgeTools } from "../tools/knowledge.ts";
import { fingerprint } from "./fingerprint.ts";
import { type RecallScope, type RecallSettings, recall } from "./recall.ts";

type Planted = { readonly accountId: string; readonly owner: DocOwner; readonly docId: string; readonly kind: string };

const ROLES = ["agent", "user", "index", "session", "project"] as const;
const KINDS = ["letter", "bill"] as const;
/** All that is planted says the same in words and in its vector, so that nothing but its scope keeps it out. */
const ALIKE = [1, 0, 0, 0];
const EMBEDDING = { model: "all alike", embed: async (_: unknown, texts: readonly string[]) => texts.map(() => ALIKE) };

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
        const [docId, chunkId] = [newId(), newId()];
        const chunks = [{ id: chunkId, content: "the quince of the orchard" }];
        const doc = { id: docId, owner, title: kind, contentHash: kind, chunks, metadata: { kind } };
        await insertDoc(ports.database, accountId, { ...doc, embedInstruction: null });
        const embedded = { chunkId, vector: ALIKE, fingerprint: fingerprint(ALIKE) };
        await insertEmbeddings(ports.database, EMBEDDING.model, [embedded]);
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

type Asked = {
  readonly scope: Scope;
  readonly owners: DocOwners;
  readonly docIds?: readonly string[];
  readonly kind?: string;
};

/** Who asks, for which owners, and how it is narrowed: anything, and mostly what somebody may not have. */
function someAsked(): fc.Arbitrary<Asked> {
  const all = planted.map(({ owner }) => owner).filter((owner, n, those) => those.indexOf(owner) === n);
  const owners = fc.uniqueArray(fc.constantFrom(...all), { maxLength: 8 }).map((named): DocOwners => {
    const of = (role: DocOwner["role"]) => named.filter((owner) => owner.role === role).map(({ id }) => id);
    return Object.fromEntries(ROLES.map((role) => [`${role}Ids`, of(role)]));
  });
  return fc.record({
    scope: fc.constantFrom(...scopes),
    owners,
    docIds: fc.option(fc.subarray(planted.map(({ docId }) => docId)), { nil: undefined }),
    kind: fc.option(fc.constantFrom(...KINDS), { nil: undefined }),
  });
}

/** The docs that may be found, and no other, in order of their ids. */
const allowed = ({ scope, owners, docIds, kind }: Asked): string[] =>
  planted
    .filter(
      (one) =>
        one.accountId === scope.accountId &&
        Object.values(owners).flat().includes(one.owner.id) &&
        (docIds === undefined || docIds.includes(one.docId)) &&
        (kind === undefined || one.kind === kind),
    )
    .map(({ docId }) => docId)
    .sort();

/** The same with a model that finds everything alike. */
const embedding = (scope: Scope): Scope => ({ ...scope, models: { ...scope.models, embedding: EMBEDDING } });

test.each<[string, string, RecallSettings]>([
  ["text", "quince", { mode: "text" }],
  ["vector", "quince", { mode: "vector" }],
  ["hybrid", "quince", { mode: "hybrid" }],
  ["hybrid by the vector alone", "melon", { mode: "hybrid" }],
  ["text by likeness alone", "quinze", { mode: "text", trigramSimilarityThreshold: 0.4 }],
])(
  "a recall by %s gives pieces of the account's named owners alone, and all of them, whatever it is narrowed to",
  async (_, text, settings) => {
    await fc.assert(
      fc.asyncProperty(someAsked(), async (asked) => {
        const { scope, owners, docIds, kind } = asked;
        const metadataFilter = kind === undefined ? {} : { kind };
        const within: RecallScope = { ...embedding(scope), owners, docIds, metadataFilter };
        const { hits } = await recall(within, { text }, { limit: 50, ...settings });
        expect(hits.map(({ docId }) => docId).sort()).toEqual(allowed(asked));
        for (const hit of hits) {
          expect(hit).toMatchObject({ position: 0, text: "the quince of the orchard" });
          expect(hit.score).toBeGreaterThan(0);
        }
      }),
      { numRuns: 40 },
    );
  },
  60_000,
);

test("17: the tools of a turn reach documents of the account's named owners alone, and all of them", async () => {
  await fc.assert(
    fc.asyncProperty(someAsked(), async ({ scope, owners }) => {
      const expected = allowed({ scope, owners });
      const tools = knowledgeTools(embedding(scope), owners, sourceNumbers());
      const call = async (name: string, input: object): Promise<unknown> =>
        tools.find(({ definition }) => definition.name === name)?.run?.(input, AbortSignal.timeout(10_000));
      const passages = await call("retrieve", { query: "quince", top_k: 50 });
      const found = passages as { readonly static_fields: { readonly parsed_directory_file_id: string } }[];
      expect(found.map((one) => one.static_fields.parsed_directory_file_id).sort()).toEqual(expected);
      const files = (await call("find_files", { name: "" })) as { readonly file_id: string }[];
      expect(files.map(({ file_id }) => file_id).sort()).toEqual(expected);
      for (const { docId: file_id } of planted) {
        const reading = () => call("read_file", { file_id });
        const searching = () => call("grep_file", { file_id, pattern: "quince" });
        if (expected.includes(file_id)) {
          expect(await reading()).toMatchObject({ content: "the quince of the orchard" });
          expect(await searching()).toHaveLength(1);
        } else {
          await expect(reading()).rejects.toThrow("not found");
          await expect(searching()).rejects.toThrow("not found");
        }
      }
      for (const index of planted.filter(
        ({ owner }) => owner.role === "index" && !owners.indexIds?.includes(owner.id),
      )) {
        const naming = call("retrieve", { query: "quince", index_id: index.owner.id });
        await expect(naming).rejects.toThrow("has no index");
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);

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
