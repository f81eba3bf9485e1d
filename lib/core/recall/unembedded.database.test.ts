import { afterAll, beforeAll, expect, test } from "vitest";
import { insertDoc } from "../../db/docs.ts";
import { insertEmbeddings } from "../../db/embeddings.ts";
import { newId } from "../../domain/ids.ts";
import { openTestServer, type TestServer } from "../../testing/server.ts";
import { createProject } from "../projects.ts";
import type { Scope } from "../scope.ts";
import { fingerprint } from "./fingerprint.ts";
import { recallForTurn } from "./for-turn.ts";
import { recall } from "./recall.ts";

let server: TestServer;
let scope: Scope;
let projectIds: readonly string[];
beforeAll(async () => {
  server = await openTestServer();
  const { ports, ownerId } = server.parley;
  const embedding = {
    model: "one way",
    embed: async (_: unknown, texts: readonly string[]) => texts.map(() => [1, 0]),
  };
  scope = { ...ports, models: { ...ports.models, embedding }, accountId: ownerId, via: "key" };
  const project = await createProject(scope, { name: "Fruit", canonicalName: null, metadata: null });
  projectIds = [project.id];
}, 60_000);
afterAll(() => server.close());

async function addDoc(title: string, contents: readonly string[], embedded: number): Promise<void> {
  const chunks = contents.map((content) => ({ id: newId(), content }));
  const owner = { role: "project" as const, id: projectIds[0] ?? "" };
  const doc = { id: newId(), owner, title, contentHash: title, chunks, metadata: null, embedInstruction: null };
  await insertDoc(scope.database, scope.accountId, doc);
  const known = chunks
    .slice(0, embedded)
    .map(({ id }) => ({ chunkId: id, vector: [1, 0], fingerprint: fingerprint([1, 0]) }));
  await insertEmbeddings(scope.database, "one way", known);
}

test("17: a turn by vectors finds what is not embedded yet by its words, among what is", async () => {
  await addDoc(
    "Old",
    Array.from({ length: 12 }, (_, n) => `Pears, ${n}`),
    12,
  );
  await addDoc("New", ["A quince is ripe in October."], 0);
  await addDoc("Half", ["Apples.", "Quinces make jelly."], 1);
  const said = [
    { role: "user" as const, name: null, parts: [{ type: "text" as const, text: "When is a quince ripe?" }] },
  ];
  const { docs: hits, way } = await recallForTurn(scope, { projectIds }, said, { mode: "vector" }, "julep");
  expect(hits).toHaveLength(10);
  expect(hits.map(({ title }) => title)).toEqual(expect.arrayContaining(["Old", "New", "Half"]));
  const found = hits.find(({ title }) => title === "New");
  expect(way).toMatchObject({ mode: "vector", why: expect.stringContaining("Not all docs are embedded yet") });
  // For what is found by words the distance is the score (the Julep contract, 4.8).
  expect(found?.distance).toBe(found?.score);
});

test("17: a search by vectors says that words were looked for where not all is embedded", async () => {
  const found = await recall({ ...scope, owners: { projectIds } }, { text: "quince" }, { mode: "vector" });
  expect(found).toMatchObject({ mode: "vector", why: expect.stringContaining("Not all docs are embedded yet") });
});
