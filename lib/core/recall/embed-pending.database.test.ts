import { afterAll, beforeAll, expect, test } from "vitest";
import { insertDoc } from "../../db/docs.ts";
import { newId } from "../../domain/ids.ts";
import { openTestServer, type TestServer } from "../../testing/server.ts";
import { createProject } from "../projects.ts";
import type { Scope } from "../scope.ts";
import { embedPending } from "./embed-pending.ts";

let server: TestServer;
let scope: Scope;
const asked: string[][] = [];

beforeAll(async () => {
  server = await openTestServer();
  const { ports, ownerId } = server.parley;
  const embed = async (_: unknown, texts: readonly string[]) => {
    asked.push([...texts]);
    return texts.map((text) => [text.length, 1]);
  };
  const models = { ...ports.models, embedding: { model: "counting", embed } };
  scope = { ...ports, models, accountId: ownerId, via: "key" };
}, 60_000);
afterAll(() => server.close());

async function addDoc(title: string, contents: readonly string[], accountId = scope.accountId): Promise<void> {
  const project = await createProject({ ...scope, accountId }, { name: title, canonicalName: null, metadata: null });
  const chunks = contents.map((content) => ({ id: newId(), content }));
  const owner = { role: "project" as const, id: project.id };
  const doc = { id: newId(), owner, title, contentHash: title, chunks, metadata: null, embedInstruction: null };
  await insertDoc(scope.database, accountId, doc);
}

/** Embeds all that waits. Gives what the model was asked for. */
async function embedded(): Promise<string[]> {
  asked.length = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const soon = (_: string, work: () => Promise<void>) => void work().then(resolve, reject);
  embedPending({ ...scope, runner: { ...scope.runner, soon } });
  await promise;
  return asked.flat().sort();
}

test("a text is embedded once in an account, and another account's never serves", async () => {
  await addDoc("first", ["quince", "pear"]);
  expect(await embedded()).toEqual(["pear", "quince"]);
  await addDoc("second", ["quince", "apple"]);
  expect(await embedded()).toEqual(["apple"]);
  await addDoc("foreign", ["quince"], (await server.makeAccount()).id);
  expect(await embedded()).toEqual(["quince"]);
  const { rows } = await scope.database.pool.query(
    `select count(*)::int as n from "DocChunk" c left join "ChunkEmbedding" e on e."chunkId" = c.id where e.model is null`,
  );
  expect(rows).toEqual([{ n: 0 }]);
});
