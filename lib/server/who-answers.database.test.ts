import { afterAll, beforeAll, expect, test } from "vitest";
import type { FullSession, SessionEvent } from "../dialects/llamacloud/answers.ts";
import { type Api, openApi } from "../testing/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  api.model.onMessage(/slow/, { content: "word ".repeat(2000) }, { latency: 20 });
  api.model.onMessage(/./, { content: "Yes." });
});
afterAll(() => api.close());

const makeAgent = async (name: string, model?: string): Promise<string> =>
  (await api.call("POST", "/api/app/agents", { body: { name, ...(model === undefined ? {} : { model }) } })).body.id;
const makeSession = async (): Promise<string> => (await api.call("POST", "/api/v1/chat", { body: {} })).body.session_id;
const ask = async (session: string, body: object, query = "?event_ids=1&details=1") =>
  (
    await api.call("POST", `/api/v1/chat/${session}/messages/stream${query}`, {
      body: { index_ids: [], prompt: "Hello", ...body },
    })
  ).body as string;
const stopIn = (stream: string): Extract<SessionEvent, { type: "stop" }> =>
  JSON.parse(/data: (\{"type":"stop".*\})/u.exec(stream)?.[1] ?? "null");
const read = async (session: string): Promise<FullSession> =>
  (await api.call("GET", `/api/v1/chat/${session}?event_ids=1&details=1`)).body;
const stops = ({ events }: FullSession) =>
  events.flatMap((event) => (event.type === "stop" ? [[event.agent?.name ?? null, event.model]] : []));

test("each answer says which agent gave it, in the stream and in the history, after a change of the agent too", async () => {
  const [clerk, judge] = [await makeAgent("Clerk"), await makeAgent("Judge")];
  const session = await makeSession();
  expect(stopIn(await ask(session, { agent_id: clerk })).agent).toEqual({ id: clerk, name: "Clerk" });
  // On an empty session it has taken the place of the account's own.
  expect(stopIn(await ask(session, {})).agent).toEqual({ id: clerk, name: "Clerk" });
  expect(stopIn(await ask(session, { agent_id: judge })).agent).toEqual({ id: judge, name: "Judge" });
  const before = await read(session);
  expect([before.agent?.name, stops(before).map(([name]) => name)]).toEqual(["Clerk", ["Clerk", "Clerk", "Judge"]]);
  expect((await api.call("DELETE", `/api/app/agents/${judge}`)).status).toBe(204);
  expect(stops(await read(session)).map(([name]) => name)).toEqual(["Clerk", "Clerk", null]);
});

test("who has not asked for ids is not told of agents", async () => {
  const session = await makeSession();
  expect(stopIn(await ask(session, {}, ""))).not.toHaveProperty("agent");
  const { events } = (await api.call("GET", `/api/v1/chat/${session}`)).body;
  expect(events.at(-1)).not.toHaveProperty("agent");
});

test("a session says who answers in the turn that runs, and no more once it is over", async () => {
  const clerk = await makeAgent("Clerk");
  const session = await makeSession();
  const response = await api.send("POST", `/api/v1/chat/${session}/messages/stream`, {
    body: { index_ids: [], prompt: "slow", agent_id: clerk },
  });
  await expect
    .poll(async () => (await read(session)).running_by)
    .toEqual({ agent: { id: clerk, name: "Clerk" }, model: "test-model" });
  await api.call("POST", `/api/v1/chat/${session}/stop`);
  await response.text();
  expect((await read(session)).running_by).toBeNull();
});
