import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertDoc } from "../../db/docs.ts";
import { onOneConnection } from "../../db/limited-pool.ts";
import type { DocOwner } from "../../domain/doc.ts";
import { newId } from "../../domain/ids.ts";
import type { RecallMode } from "../../domain/recall-options.ts";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../../testing/server.ts";
import type { Scope } from "../scope.ts";
import { recall } from "./recall.ts";

let server: TestServer;
let scope: Scope;
let owner: DocOwner;
let indexId: string;
beforeAll(async () => {
  server = await openTestServer();
  scope = { ...server.parley.ports, accountId: server.parley.ownerId, via: "key" };
  owner = { role: "agent", id: (await send("/api/agents", { name: "Ada" })).body.id };
  indexId = (await send("/api/v1/indexes", { name: "Fruit" })).body.id;
  for (const one of [owner, { role: "index" as const, id: indexId }]) {
    const chunks = [{ id: newId(), content: "Quinces ripen late." }];
    const doc = { id: newId(), owner: one, title: "Fruit", contentHash: "1", chunks, metadata: null };
    await insertDoc(scope.database, scope.accountId, { ...doc, embedInstruction: null });
  }
  server.model.onMessage(/quinces/u, { content: "In October." });
}, 60_000);
afterAll(() => server.close());

async function send(path: string, body: object) {
  const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
  const response = await server.fetch(`${ORIGIN}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json(), note: response.headers.get("x-search-note") };
}

/** Does something while no statement gets at the pieces of docs: each waits until it is ended. */
const whileSlow = <Result>(work: () => Promise<Result>): Promise<Result> =>
  onOneConnection(scope.database.pool, async (client) => {
    await client.query("begin");
    await client.query(`lock table "DocChunk" in access exclusive mode`);
    const result = await work();
    await client.query("rollback");
    return result;
  });

// The embedded database has one connection, so that nothing there can wait for another's lock.
describe.skipIf(process.env.TEST_DATABASE === "pglite")("17: a search that takes too long", () => {
  test("gives what there is so far, and says why", async () => {
    const ask = (mode: RecallMode) =>
      recall({ ...scope, owners: { agentIds: [owner.id] } }, { text: "quinces", vector: [1, 0] }, { mode });
    const found = await whileSlow(() => Promise.all([ask("text"), ask("vector"), ask("hybrid")]));
    for (const one of found) expect(one).toMatchObject({ hits: [], why: expect.stringContaining("too long") });
    expect(await ask("hybrid")).toMatchObject({ hits: [{ title: "Fruit" }] });
  }, 30_000);

  test("is an answer without hits in each dialect that searches, and no failure", async () => {
    const [julep, llamacloud] = await whileSlow(() =>
      Promise.all([
        send(`/api/agents/${owner.id}/search`, { text: "quinces" }),
        send("/api/v1/retrieval/retrieve", { index_id: indexId, query: "quinces" }),
      ]),
    );
    expect(julep).toMatchObject({ status: 200, body: { docs: [] } });
    for (const { note } of [julep, llamacloud]) expect(note).toContain("took too long");
    expect(llamacloud).toMatchObject({ status: 200, body: { results: [] } });
  }, 30_000);

  test("leaves a turn that answers without its docs", async () => {
    const session = await send("/api/sessions", { agent: owner.id });
    const messages = [{ role: "user", content: "When do quinces ripen?" }];
    const { status, body } = await whileSlow(() => send(`/api/sessions/${session.body.id}/chat`, { messages }));
    expect({ status, said: body.choices?.[0]?.message?.content }).toEqual({ status: 201, said: "In October." });
  }, 30_000);
});
