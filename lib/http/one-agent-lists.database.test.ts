import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";

const ASSISTANTS = "/api/v1/compatibility/openai/v1/assistants";
const keys = { oldest: "", newest: "" };
let api: Api;
let ids: readonly string[];

beforeAll(async () => {
  api = await openApi();
  const made: string[] = [];
  for (let n = 0; n < 30; n++) {
    made.push((await api.call("POST", ASSISTANTS, { body: { name: `Agent ${n}` } })).body.id);
  }
  ids = made;
  keys.oldest = await keyOf(made[0] ?? "");
  keys.newest = await keyOf(made.at(-1) ?? "");
});
afterAll(() => api.close());

test.each(["asc", "desc"])("C13: the one assistant of a key is on its first page, in the order %s", async (order) => {
  for (const [key, id] of [
    [keys.oldest, ids[0]],
    [keys.newest, ids.at(-1)],
  ]) {
    const { body } = await api.call("GET", `${ASSISTANTS}?limit=20&order=${order}`, { key });
    expect(body.data.map((one: { id: string }) => one.id)).toEqual([id]);
    expect(body.has_more).toBe(false);
  }
});

test("C13: beside its own assistant a key finds none, and beside another's none either", async () => {
  for (const query of [`after=${ids[0]}`, `before=${ids[0]}`, `after=${ids[5]}`, `before=${ids[5]}`]) {
    const { body } = await api.call("GET", `${ASSISTANTS}?${query}`, { key: keys.oldest });
    expect(body).toMatchObject({ data: [], has_more: false });
  }
});

test("C13: the one bot of a key is on its first page, and there is no second", async () => {
  for (const [key, id] of [
    [keys.oldest, ids[0]],
    [keys.newest, ids.at(-1)],
  ]) {
    const list = async (query: string) => (await api.call("GET", `/v1/bots?${query}`, { key })).body.items;
    expect((await list("limit=1")).map((bot: { uid: string }) => bot.uid)).toEqual([id]);
    expect(await list("limit=1&offset=1")).toEqual([]);
  }
});

test("C13: models of a key of one agent are that agent's alone", async () => {
  const models = await api.call("GET", `${ASSISTANTS}/${ids[0]}/models`, { key: keys.oldest });
  expect(models.status).toBe(200);
  expect((await api.call("GET", `${ASSISTANTS}/${ids[1]}/models`, { key: keys.oldest })).status).toBe(404);
});

async function keyOf(agentId: string): Promise<string> {
  return (await api.makeKey({ agent_id: agentId })).key;
}
