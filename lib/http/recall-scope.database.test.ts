import { afterAll, beforeAll, expect, test } from "vitest";
import { insertDoc } from "../db/docs.ts";
import type { DocOwner } from "../domain/doc.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";

// D18 of the design: what a turn recalls is the same whichever dialect it is asked in. Each document says a word of its
// own and one that all share, which is asked for.

let api: Api;
let other: { readonly id: string; readonly key: string };
let made: Record<"agent" | "second" | "user" | "own" | "free" | "session" | "project", string>;
const BASE = "/api/v1/compatibility/openai/v1/assistants";

beforeAll(async () => {
  api = await openApi();
  other = await api.server.makeAccount();
  api.model.onMessage(/./s, { content: "So they say." });
  made = await things();
  await things(other.key);
}, 120_000);
afterAll(() => api.close());

async function things(key?: string) {
  const post = async (path: string, body: object) => (await api.call("POST", path, { body, key })).body;
  const agent = await post("/api/app/agents", { name: "Ada", slug: key ? "other-ada" : "ada", is_public: true });
  const second = await post("/api/app/agents", { name: "Bob" });
  const user = await post("/api/users", { name: "Una" });
  const [own, free] = [
    await post("/api/app/indexes", { name: "Own" }),
    await post("/api/app/indexes", { name: "Free" }),
  ];
  await api.call("PUT", `/api/app/agents/${agent.id}/indexes`, { body: { index_ids: [own.id] }, key });
  const session = await post("/api/sessions", { agent: agent.id, user: user.id });
  const whose = key ? "theirs" : "mine";
  const accountId = key ? other.id : api.server.parley.ownerId;
  const { database } = api.server.parley.ports;
  const doc = async (role: DocOwner["role"], id: string, word: string) => {
    const chunks = [{ id: newId(), content: `The harbour ${whose} ${word}.` }];
    const text = { title: word, contentHash: word, chunks, metadata: null, embedInstruction: null };
    expect(await insertDoc(database, accountId, { ...text, id: newId(), owner: { role, id } })).toBe(true);
  };
  await doc("agent", agent.id, "ofagent");
  await doc("agent", second.id, "ofsecond");
  await doc("index", own.id, "ofown");
  await doc("index", free.id, "offree");
  await doc("session", session.id, "ofsession");
  await doc("project", own.project_id, "ofproject");
  await post(`/api/users/${user.id}/docs`, { title: "ofuser", content: `The harbour ${whose} ofuser.` });
  return {
    agent: agent.id,
    second: second.id,
    user: user.id,
    own: own.id,
    free: free.id,
    session: session.id,
    project: own.project_id,
  };
}

const WORDS = ["ofagent", "ofsecond", "ofown", "offree", "ofsession", "ofproject", "ofuser"];

/** Which documents the model was told of in the turn that was asked last. */
function told(): string[] {
  const { messages, tools = [] } = api.modelCalls().at(-1)?.body ?? {};
  const text = JSON.stringify(messages.filter(({ role }: { role: string }) => role === "system"));
  expect(text).not.toContain("theirs");
  const looks = tools.some(({ function: { name } }: { function: { name: string } }) => name === "retrieve");
  return [...WORDS.filter((word) => text.includes(`mine ${word}`)), ...(looks ? ["tools"] : [])];
}

const question = "Where is the harbour?";

async function llamacloud(agentId: string, indexIds: readonly string[], more: object = {}): Promise<string[]> {
  const { body } = await api.call("POST", "/api/v1/chat", { body: {} });
  const asked = { index_ids: indexIds, prompt: question, agent_id: agentId, ...more };
  await api.call("POST", `/api/v1/chat/${body.session_id}/messages/stream`, { body: asked });
  return told();
}

test("LlamaCloud: the agent's, its indexes' and the project's; tools look into what a turn reaches", async () => {
  expect(await llamacloud(made.agent, [])).toEqual(["ofagent", "ofown", "ofproject", "tools"]);
  expect(await llamacloud(made.agent, [made.free])).toEqual(["ofagent", "ofown", "ofproject", "tools"]);
  expect(await llamacloud(made.second, [made.free])).toEqual(["ofsecond", "ofproject", "tools"]);
  expect(await llamacloud(made.second, [])).toEqual(["ofsecond", "ofproject", "tools"]);
});

test("17.14: a tool that an agent calls retrieve hides no index that the turn has", async () => {
  const agent = await api.call("POST", "/api/app/agents", { body: { name: "Cunning" } });
  const spec = { name: "retrieve", type: "function", function: { parameters: { type: "object", properties: {} } } };
  const tool = await api.call("POST", `/api/agents/${agent.body.id}/tools`, { body: spec });
  expect(tool.status).toBe(201);
  expect(await llamacloud(agent.body.id, [made.free], { client_tools: true })).toEqual([
    "offree",
    "ofproject",
    "tools",
  ]);
});

test("Julep: also the users' and the session's own, and the indexes that the session is bound to", async () => {
  const messages = [{ role: "user", content: question }];
  const { body } = await api.call("POST", `/api/sessions/${made.session}/chat`, { body: { messages } });
  expect(told()).toEqual(["ofagent", "ofown", "ofsession", "ofproject", "ofuser"]);
  // Owners that Julep does not know are told as the agent.
  const owners = body.docs.map(({ owner }: { owner: { id: string } }) => owner.id);
  expect(new Set(owners)).toEqual(new Set([made.agent, made.user]));
  const bound = await api.call("POST", "/api/v1/chat", { body: { index_ids: [made.free] } });
  await api.call("POST", `/api/sessions/${bound.body.session_id}/chat`, { body: { messages } });
  expect(told()).toEqual(["offree", "ofproject"]);
});

test("assistants and bots: the agent's, its indexes' and the project's; strangers get nothing of the project", async () => {
  const messages = [{ role: "user", content: question }];
  const { body } = await api.call("POST", `${BASE}/${made.agent}/chat/completions`, { body: { messages } });
  expect(told()).toEqual(["ofagent", "ofown", "ofproject"]);
  const titles = body.index_context_info.map(
    ({ metadata }: { metadata: { origin_name: string } }) => metadata.origin_name,
  );
  expect(titles.toSorted()).toEqual(["ofagent", "ofown", "ofproject"]);
  const scores = body.index_context_info.map(({ metadata }: { metadata: { score: number } }) => metadata.score);
  // Best first, and a better one is higher.
  expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
  const asked = { bot_slug: "ada", prompt: question, stream: false };
  await api.call("POST", "/v1/chat", { body: asked });
  expect(told()).toEqual(["ofagent", "ofown", "ofproject"]);
  const stranger = await api.call("POST", "/v1/chat", { body: asked, key: null });
  expect([stranger.status, stranger.body]).toEqual([200, expect.anything()]);
  expect(told()).toEqual(["ofagent", "ofown"]);
  await api.call("POST", "/v1/chat", { body: asked, key: other.key });
  expect(told()).toEqual(["ofagent", "ofown"]);
});

test("an assistant is given an index, keeps it, and gives it back; another account's is not found", async () => {
  const { body } = await api.call("POST", BASE, { body: { name: "Cleo", index_id: made.free } });
  expect(body.index_id).toBe(made.free);
  const messages = [{ role: "user", content: question }];
  await api.call("POST", `${BASE}/${body.id}/chat/completions`, { body: { messages } });
  expect(told()).toEqual(["offree", "ofproject"]);
  const post = (change: object) => api.call("POST", `${BASE}/${body.id}`, { body: change });
  expect((await post({ name: "Cleopatra" })).body).toMatchObject({ name: "Cleopatra", index_id: made.free });
  expect((await post({ index_id: null })).body.index_id).toBeNull();
  const { body: theirs } = await api.call("POST", "/api/app/indexes", { body: { name: "Theirs" }, key: other.key });
  expect((await post({ name: "No", index_id: theirs.id })).status).toBe(404);
  expect((await api.call("GET", `${BASE}/${body.id}`)).body).toMatchObject({ name: "Cleopatra", index_id: null });
  expect((await post({ index_id: "x" })).status).toBe(422);
});

test("a session goes on with its index after another dialect has bound it, and a deleted index is in no turn", async () => {
  const index = await api.call("POST", "/api/app/indexes", { body: { name: "Gone" } });
  const bound = await api.call("POST", "/api/v1/chat", { body: { index_ids: [index.body.id] } });
  await api.call("DELETE", `/api/app/indexes/${index.body.id}`);
  const body = { index_ids: [], prompt: question };
  const answer = await api.call("POST", `/api/v1/chat/${bound.body.session_id}/messages/stream`, { body });
  expect([answer.status, told()]).toEqual([200, ["ofproject", "tools"]]);
});
