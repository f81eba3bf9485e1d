import Julep from "@julep/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../../testing/server.ts";

let server: TestServer;
let client: Julep;

beforeAll(async () => {
  server = await openTestServer();
  client = sdk(OWNER_KEY);
  server.model.onMessage(/hello/, { content: "Hello! How are you?" });
});
afterAll(() => server.close());

test("a first path", async () => {
  const agent = await client.agents.create({ name: "Ada" });
  const session = await client.sessions.create({ agent: agent.id });
  const answer = await client.sessions.chat(session.id, { messages: [{ role: "user", content: "hello" }] });
  console.log(JSON.stringify(answer, null, 1));
  const history = await client.sessions.history(session.id);
  console.log(JSON.stringify(history, null, 1));
  const render = await client.sessions.render(session.id, { messages: [{ role: "user", content: "hello" }] });
  console.log(JSON.stringify(render, null, 1));
  console.log(await client.sessions.chat(session.id, { messages: [{ role: "user", content: "hello" }], stream: true }));
});

function sdk(apiKey: string): Julep {
  // The SDK's own type of fetch is that of another fetch library.
  return new Julep({ apiKey, baseURL: `${ORIGIN}/api`, fetch: server.fetch as never, maxRetries: 0 });
}
