import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { takeGuestAlong } from "../core/accounts.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";

// Files of questions, in every dialect that has them.

let api: Api;
type Account = { readonly id: string; readonly key: string };
let account: Account;
/** Whether the model refuses images, as those do that cannot see them. */
let isBlind = false;

beforeAll(async () => {
  api = await openApi();
  account = await api.server.makeAccount();
  api.model.on(
    { predicate: ({ messages }) => isBlind && JSON.stringify(messages).includes("image_url") },
    { error: { message: "This model does not support image input", type: "invalid_request_error" }, status: 400 },
  );
  api.model.on({ predicate: () => true }, { content: "I see." });
});
afterAll(() => api.close());

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
/** An image of its own each time. */
const image = () => Buffer.concat([PNG, randomBytes(8)]);
const dataUrl = (bytes: Buffer, type = "image/png") => `data:${type};base64,${bytes.toString("base64")}`;

async function upload(bytes: Uint8Array | string, name: string, by = account): Promise<string> {
  const response = await api.server.fetch(`http://parley.test/api/app/files?name=${encodeURIComponent(name)}`, {
    method: "POST",
    headers: { authorization: `Bearer ${by.key}` },
    body: bytes as BodyInit, // bytes of any buffer
  });
  expect(response.status).toBe(201);
  return (await response.json()).id;
}

const call = (method: string, path: string, body?: unknown, by = account) =>
  api.call(method, path, { key: by.key, body });

async function llamacloudSession(by = account): Promise<string> {
  return (await call("POST", "/api/v1/chat", {}, by)).body.session_id;
}
const ask = (session: string, prompt: string, attachments: readonly string[], by = account) =>
  call("POST", `/api/v1/chat/${session}/messages/stream?event_ids=1`, { index_ids: [], prompt, attachments }, by);
const eventsOf = async (session: string, by = account) =>
  (await call("GET", `/api/v1/chat/${session}?event_ids=1`, undefined, by)).body.events;

async function julepSession(by = account): Promise<string> {
  const agent = await call("POST", "/api/agents", { name: "A" }, by);
  return (await call("POST", "/api/sessions", { agent: agent.body.id }, by)).body.id;
}
const chat = (session: string, content: unknown, more: object = {}) =>
  call("POST", `/api/sessions/${session}/chat`, { messages: [{ role: "user", content }], ...more });
const picture = (url: string) => ({ type: "image_url", image_url: { url, detail: "low" } });

const lastCall = () => api.modelCalls().at(-1)?.body.messages;
const lastContent = () => lastCall().findLast((one: { role: string }) => one.role === "user").content;

const files = async (by = account): Promise<number> => {
  const { rows } = await api.server.parley.ports.database.pool.query(
    `select count(*)::int as n from "File" where "accountId" = $1`,
    [by.id],
  );
  return rows[0].n;
};
const storedParts = async (session: string): Promise<string> => {
  const { rows } = await api.server.parley.ports.database.pool.query(
    `select parts::text as parts from "Message" where "sessionId" = $1 order by position`,
    [session],
  );
  return rows.map(({ parts }) => parts).join("\n");
};

describe("16: LlamaCloud", () => {
  test("a question brings files: the model reads and sees them, events name them, and later turns have them too", async () => {
    const session = await llamacloudSession();
    const bytes = image();
    const ids = [await upload("a,b\n1,2", "table.csv"), await upload(bytes, "photo.png")];
    const { body } = await ask(session, "What is it?", ids);
    const seen = [
      { type: "text", text: '[File "table.csv" (text/csv, 7 bytes)]\na,b\n1,2\n[End of "table.csv"]' },
      { type: "image_url", image_url: { url: dataUrl(bytes) } },
      { type: "text", text: "What is it?" },
    ];
    expect(lastContent()).toEqual(seen);
    const attachments = [
      { id: ids[0], name: "table.csv", media_type: "text/csv", size: 7 },
      { id: ids[1], name: "photo.png", media_type: "image/png", size: bytes.length },
    ];
    expect(body).toContain(JSON.stringify({ type: "user_input", content: "What is it?", attachments }).slice(0, -1));
    expect((await eventsOf(session))[0]).toMatchObject({ type: "user_input", content: "What is it?", attachments });
    await ask(session, "And now?", []);
    expect(lastCall().find((one: { role: string }) => one.role === "user").content).toEqual(seen);
    expect(lastContent()).toBe("And now?");
  });

  test("files without a word are a question, named after them; a blank question without files is none", async () => {
    const session = await llamacloudSession();
    await ask(session, "", [await upload("hello", "notes.md")]);
    expect(lastContent()).toBe('[File "notes.md" (text/markdown, 5 bytes)]\nhello\n[End of "notes.md"]');
    const { status, body } = await ask(session, " ", []);
    expect([status, body.detail[0].loc]).toEqual([422, ["body", "prompt"]]);
  });

  test("a file that is not there, or somebody else's, is 404, and more than ten are refused; nothing is asked", async () => {
    const session = await llamacloudSession();
    const theirs = await upload("x", "x.txt", await api.server.makeAccount());
    const calls = api.modelCalls().length;
    expect((await ask(session, "x", [newId()])).status).toBe(404);
    expect((await ask(session, "x", [theirs])).status).toBe(404);
    expect((await ask(session, "x", Array.from({ length: 11 }, newId))).status).toBe(422);
    expect((await ask(session, "x", ["x"])).status).toBe(422);
    expect([api.modelCalls().length, (await eventsOf(session)).length]).toEqual([calls, 0]);
  });

  test("a long text is cut where it is too much, and says so; what cannot be read is told in a sentence", async () => {
    const agent = await call("POST", "/api/agents", { name: "A" });
    const session = (await call("POST", "/api/sessions", { agent: agent.body.id, token_budget: 4000 })).body.id;
    const long = "line of text\n".repeat(40_000);
    await ask(session, "Read", [await upload(long, "log.txt"), await upload(Buffer.from([0, 255, 1]), "a.bin")]);
    const content = lastContent();
    expect(content).toMatch(/^\[File "log\.txt" \(text\/plain, 520 KB\)\]\nline of text\n/u);
    expect(content).toContain('\n[Only the first 8 KB of 520 KB are shown.]\n[End of "log.txt"]');
    expect(content.length).toBeLessThan(8500);
    expect(content).toContain('[The file "a.bin" (application/octet-stream, 3 bytes) is attached. Its content cannot');
    const plain = await llamacloudSession();
    await ask(plain, "Read", [await upload(`${"é".repeat(49_999)}xé`, "e.txt")]);
    const [text] = (await call("GET", `/api/sessions/${plain}/history`)).body.entries[0].content;
    expect(text.text).toContain(`${"é".repeat(9)}x\n[Only the first 100 KB of 100 KB are shown.]`);
  });

  test("deleting a session deletes the bytes of its files, but not of those that another session has too", async () => {
    const by = await api.server.makeAccount();
    const [one, two] = [await llamacloudSession(by), await llamacloudSession(by)];
    const [shared, own] = [await upload("shared", "s.txt", by), await upload("own", "o.txt", by)];
    await ask(one, "Read", [shared, own], by);
    await ask(two, "Read", [shared], by);
    expect(await files(by)).toBe(2);
    await call("DELETE", `/api/v1/chat/${one}`, undefined, by);
    expect(await files(by)).toBe(1);
    expect((await call("GET", `/api/app/files/${own}`, undefined, by)).status).toBe(404);
    expect((await call("DELETE", `/api/app/files/${shared}`, undefined, by)).status).toBe(204);
    expect((await call("GET", `/api/app/files/${shared}`, undefined, by)).status).toBe(200);
    await call("DELETE", `/api/sessions/${two}/history`, undefined, by);
    expect(await files(by)).toBe(0);
  });

  test("a file that went all the same is told as gone, and the turn goes on", async () => {
    const session = await llamacloudSession();
    await ask(session, "Read", [await upload("soon gone", "gone.txt")]);
    await api.server.parley.ports.database.pool.query(`delete from "File" where name = 'gone.txt'`);
    const { body } = await ask(session, "Again", []);
    expect(body).toContain('"is_error":false');
    expect(JSON.stringify(lastCall())).toContain("was attached, and is no longer there.");
  });
});

describe("16: Julep", () => {
  test("an image in a message becomes a file: no row holds it, the model gets it, and the history shows it as it came", async () => {
    const by = account;
    const session = await julepSession();
    const bytes = image();
    const before = await files(by);
    const content = [{ type: "text", text: "Look" }, picture(dataUrl(bytes))];
    expect((await chat(session, content)).status).toBe(201);
    expect(lastContent()).toEqual(content);
    expect(await files(by)).toBe(before + 1);
    const parts = await storedParts(session);
    expect([parts.includes("data:"), parts.includes('"mediaType":"image/png"')]).toEqual([false, true]);
    const { body } = await call("GET", `/api/sessions/${session}/history`);
    expect(body.entries[0].content).toEqual(content);
    await chat(session, "And now?");
    expect(lastCall().find((one: { role: string }) => one.role === "user").content).toEqual(content);
    const shown = await call("POST", `/api/sessions/${session}/render`, {
      messages: [{ role: "user", content: "Again" }],
    });
    expect(shown.body.messages.find((one: { role: string }) => one.role === "user").content).toEqual(content);
    expect((await eventsOf(session))[0].attachments).toMatchObject([{ name: "image.png", media_type: "image/png" }]);
  });

  test("what a provider alone can judge goes on as it came, and no page shows it", async () => {
    const session = await julepSession();
    const content = [picture(dataUrl(Buffer.from("<svg/>"), "image/svg+xml"))];
    await chat(session, content);
    expect(lastContent()).toEqual(content);
    const { body } = await call("GET", `/api/sessions/${session}/history`);
    expect(body.entries[0].content).toEqual(content);
    const [{ attachments }] = await eventsOf(session);
    const served = await call("GET", `/api/app/files/${attachments[0].id}`);
    expect(served.headers.get("content-type")).toBe("application/octet-stream");
  });

  test("a turn that is refused or stores nothing leaves no file behind", async () => {
    const session = await julepSession();
    const before = await files();
    const content = [picture(dataUrl(image()))];
    expect((await chat(session, content, { model: "nobody-has-it" })).status).toBe(400);
    expect((await chat(session, content, { save: false })).status).toBe(201);
    expect((await chat(session, content, { agent: newId() })).status).toBeGreaterThanOrEqual(400);
    expect(await files()).toBe(before);
  });

  test("files of other dialects are shown as models get them", async () => {
    const session = await llamacloudSession();
    const bytes = image();
    await ask(session, "Both?", [await upload("words", "w.txt"), await upload(bytes, "p.png")]);
    const { body } = await call("GET", `/api/sessions/${session}/history`);
    expect(body.entries[0].content).toEqual([
      { type: "text", text: '[File "w.txt" (text/plain, 5 bytes)]\nwords\n[End of "w.txt"]' },
      { type: "image_url", image_url: { url: dataUrl(bytes), detail: "auto" } },
      { type: "text", text: "Both?" },
    ]);
  });
});

test("16: assistants take images by data URL and address, keep them in a session, and refuse what is none", async () => {
  const assistant = (await call("POST", "/api/agents", { name: "A" })).body.id;
  const path = `/api/v1/compatibility/openai/v1/assistants/${assistant}/chat/completions`;
  const post = (content: unknown, more: object = {}) =>
    call("POST", path, { messages: [{ role: "user", content }], ...more });
  const content = [
    { type: "text", text: "Look" },
    { type: "image_url", image_url: { url: dataUrl(image()) } },
    { type: "image_url", image_url: { url: "https://example.org/a.png", detail: "high" } },
  ];
  const { status, body } = await post(content, { create_session: true });
  expect([status, lastContent()]).toEqual([200, content]);
  expect(await storedParts(body.session_id)).not.toContain("data:");
  await post("And now?", { store_in_session: body.session_id });
  expect(lastCall().find((one: { role: string }) => one.role === "user").content).toEqual(content);
  for (const url of ["x", "file:///etc/passwd", "javascript:alert(1)", "data:text/html;base64,eA=="]) {
    const refused = await post([{ type: "image_url", image_url: { url } }]);
    expect([url, refused.status]).toEqual([url, 422]);
  }
});

test("16: an image that stands in an older message itself is still shown, and goes to the model", async () => {
  const session = await llamacloudSession();
  await ask(session, "Old", []);
  const url = dataUrl(PNG);
  await api.server.parley.ports.database.pool.query(
    `update "Message" set parts = $2 where "sessionId" = $1 and role = 'user'`,
    [session, JSON.stringify([{ type: "image", url, detail: "auto" }])],
  );
  expect((await eventsOf(session))[0].attachments).toEqual([
    { id: null, name: "image", media_type: "image/*", size: null, url },
  ]);
  await ask(session, "New", []);
  expect(JSON.stringify(lastCall())).toContain(url);
});

test("16: a guest's files go along to the account that it signs in to, equal ones too", async () => {
  const [guest, home] = [await api.server.makeAccount(), await api.server.makeAccount()];
  const { database } = api.server.parley.ports;
  await database.pool.query(`update "Account" set kind = 'guest' where id = $1`, [guest.id]);
  const session = await llamacloudSession(guest);
  const ids = [await upload("equal", "e.txt", guest), await upload("own", "o.txt", guest)];
  await upload("equal", "e.txt", home);
  await ask(session, "Read", ids, guest);
  expect(await takeGuestAlong({ database }, guest.id, home.id)).toBe(true);
  for (const id of ids) expect((await call("GET", `/api/app/files/${id}`, undefined, home)).status).toBe(200);
  expect(await files(home)).toBe(3);
});

// The last one: what the model cannot do is remembered.
test("16: a model that refuses images is asked without them, and from then on is known not to see", async () => {
  isBlind = true;
  const session = await llamacloudSession();
  const noticed = ({ body }: { readonly body: string }): string =>
    /"type":"notice","content":"([^"]*)"/u.exec(body)?.[1] ?? "";
  const first = await ask(session, "What is it?", [await upload(image(), "photo.png")]);
  expect(first.body).toContain('"is_error":false');
  expect(noticed(first)).toMatch(/takes no images with this model, and was told in words that they are there/u);
  expect(lastContent()).toContain("[An image is attached. It cannot be seen here.]");
  const second = await ask(session, "And now?", []);
  expect(noticed(second)).toBe(
    "This model cannot see images: it was told that they are there, and what they are called.",
  );
  expect(JSON.stringify(lastCall())).toContain('The image \\"photo.png\\" (image/png,');
});
