import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";

// A session that a program has made stands in a person's list from its first message on; the program always finds it.

let api: Api;
let browser: Readonly<Record<string, string>>;
let agent: string;

beforeAll(async () => {
  api = await openApi();
  browser = await api.browser();
  api.model.onMessage(/fail/, { error: { message: "no" }, status: 400 }).onMessage(/./, { content: "an answer" });
  agent = (await api.call("POST", "/api/agents", { body: { name: "Guide" } })).body.id;
});
afterAll(() => api.close());

const get = async (path: string, isPerson: boolean) =>
  (await api.call("GET", path, isPerson ? { key: null, headers: browser } : {})).body;
const ids = (items: readonly { session_id: string }[]) => items.map(({ session_id }) => session_id);
const listed = async (isPerson: boolean) =>
  ids((await get("/api/v1/chat?all_projects=1&details=1&page_size=100", isPerson)).items);
const chat = (id: string, content: string) =>
  api.call("POST", `/api/sessions/${id}/chat`, { body: { messages: [{ role: "user", content }] } });

/** What a page hears, over and over, of all that changed since a look. */
async function page() {
  let { token } = await get("/api/app/changes", true);
  return async (id: string): Promise<"item" | "unlisted" | "deleted" | "nothing"> => {
    const told = await get(`/api/app/changes?since=${token}`, true);
    token = told.token;
    if (ids(told.items).includes(id)) return "item";
    if (told.unlisted.includes(id)) return "unlisted";
    return told.deleted.includes(id) ? "deleted" : "nothing";
  };
}

test("16: a program's session without a message is in no list of a person, and in each of a program", async () => {
  const hears = await page();
  const made = [
    (await api.call("POST", "/api/sessions", { body: { agent } })).body.id,
    (await api.call("POST", "/api/v1/chat", { body: {} })).body.session_id,
  ];
  for (const id of made) {
    expect([await listed(true), await hears(id)]).toEqual([expect.not.arrayContaining([id]), expect.anything()]);
    expect(await hears(id)).not.toBe("item");
    expect(await listed(false)).toContain(id);
    // Who has its address opens it.
    expect((await get(`/api/v1/chat/${id}`, true)).events).toEqual([]);
  }
  const [julep = ""] = made;
  await chat(julep, "hello");
  expect([await listed(true), await hears(julep)]).toEqual([expect.arrayContaining([julep]), "item"]);
  await api.call("DELETE", `/api/sessions/${julep}/history`);
  expect([await listed(true), await hears(julep)]).toEqual([expect.not.arrayContaining([julep]), "unlisted"]);
});

test("16: one whose first turn keeps nothing stays out, and a person's own is in from the beginning", async () => {
  const hears = await page();
  const { id } = (await api.call("POST", "/api/sessions", { body: { agent } })).body;
  expect((await chat(id, "fail")).status).toBe(400);
  expect([await listed(true), await hears(id)]).toEqual([expect.not.arrayContaining([id]), "unlisted"]);
  const { session_id } = (await api.call("POST", "/api/v1/chat", { key: null, headers: browser, body: {} })).body;
  expect([await listed(true), await hears(session_id)]).toEqual([expect.arrayContaining([session_id]), "item"]);
});

test("16: a program hears of its sessions whether anything is said in them or not", async () => {
  const { token } = await get("/api/app/changes", false);
  const { id } = (await api.call("POST", "/api/sessions", { body: { agent } })).body;
  const told = await get(`/api/app/changes?since=${token}`, false);
  expect([ids(told.items), told.unlisted]).toEqual([expect.arrayContaining([id]), []]);
});

test("archived sessions leave the list and stand in one of their own; titles are found in both", async () => {
  const made: string[] = [];
  for (const title of ["Harbour one", "harbour Two", "Apples"]) {
    const { session_id } = (await api.call("POST", "/api/v1/chat", { key: null, headers: browser, body: {} })).body;
    await api.call("PATCH", `/api/v1/chat/${session_id}`, { body: { generated_title: title } });
    made.push(session_id);
  }
  const [one = "", two = "", apples = ""] = made;
  await api.call("PATCH", `/api/v1/chat/${two}`, { body: { archived: true } });
  const of = async (query: string) => {
    const { items } = await get(`/api/v1/chat?all_projects=1&page_size=100&${query}`, true);
    return ids(items).filter((id) => made.includes(id));
  };
  expect(await of("archived=0")).toEqual([apples, one]);
  expect(await of("archived=only")).toEqual([two]);
  expect((await of("archived=1")).toSorted()).toEqual([one, two, apples].toSorted());
  expect((await of("title=HARBOUR")).toSorted()).toEqual([one, two].toSorted());
  expect(await of("title=harbour&archived=0")).toEqual([one]);
  expect(await of(`title=${encodeURIComponent("%")}`)).toEqual([]);
  await api.call("PATCH", `/api/v1/chat/${two}`, { body: { archived: false } });
  expect(await of("archived=only")).toEqual([]);
  const other = await api.server.makeAccount();
  const listed = await api.call("GET", "/api/v1/chat?all_projects=1&title=harbour", { key: other.key });
  expect(listed.body.items).toEqual([]);
});
