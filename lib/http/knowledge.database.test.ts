import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { makePdf } from "../testing/documents.ts";
import { ORIGIN, OWNER_KEY } from "../testing/server.ts";

// A file is read by a process of its own, which takes its time to begin on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

let api: Api;
let other: { readonly id: string; readonly key: string };
beforeAll(async () => {
  api = await openApi();
  other = await api.server.makeAccount();
}, 60_000);
afterAll(() => api.close());

const call = (method: string, path: string, body?: unknown, key?: string) =>
  api.call(method, `/api/app${path}`, { body, ...(key === undefined ? {} : { key }) });

async function made(name: string, key?: string): Promise<string> {
  const { status, body } = await call("POST", "/indexes", { name }, key);
  expect(status).toBe(201);
  return body.id;
}

const send = (path: string, bytes: string | Uint8Array<ArrayBuffer>, key = OWNER_KEY) =>
  api.server.fetch(`${ORIGIN}/api/app${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/octet-stream" },
    body: bytes,
  });

async function upload(query: string, bytes: string | Uint8Array<ArrayBuffer>, key?: string) {
  const response = await send(`/docs/upload?${query}`, bytes, key);
  return { status: response.status, body: await response.json() };
}

const read = (id: string, key?: string) =>
  vi.waitFor(async () => {
    const { body } = await call("GET", `/docs/${id}`, undefined, key);
    expect(body.state).not.toBe("pending");
    return body;
  }, 60_000);

const PAGES = [
  "Chapter 1\nPlums ripen in September.",
  "Chapter 2\nThe quincewort grows slowly by the river.",
  "Chapter 3\nPears.",
];

describe("an index", () => {
  test("is made, called otherwise, listed with what is in it, and deleted with its documents and files", async () => {
    const id = await made("Orchard");
    const pdf = await upload(`index_id=${id}&name=fruit.pdf`, new Uint8Array(makePdf(PAGES)));
    expect(pdf).toMatchObject({
      status: 201,
      body: { state: "pending", title: "fruit.pdf", owner: { type: "index", id } },
    });
    expect(await read(pdf.body.id)).toMatchObject({
      state: "ready",
      progress: 100,
      pages: 3,
      media_type: "application/pdf",
    });
    const broken = await upload(`index_id=${id}&name=broken.pdf`, "%PDF-1.4 nothing");
    expect(await read(broken.body.id)).toMatchObject({ state: "failed", reason: expect.stringMatching(/\.$/u) });
    const renamed = await call("PATCH", `/indexes/${id}`, { name: "Orchards", description: "All of them" });
    expect(renamed.body).toMatchObject({
      name: "Orchards",
      description: "All of them",
      documents: { all: 2, ready: 1, pending: 0, failed: 1 },
    });
    expect(renamed.body.size).toBe(pdf.body.size + broken.body.size);
    expect((await call("GET", "/indexes")).body).toMatchObject({ items: [{ id, name: "Orchards" }], has_more: false });
    const docs = await call("GET", `/docs?index_id=${id}`);
    expect(docs.body.items.map((doc: { title: string }) => doc.title)).toEqual(["broken.pdf", "fruit.pdf"]);
    await letGo(pdf.body.file_id);
    expect((await call("DELETE", `/indexes/${id}`)).status).toBe(204);
    for (const path of [
      `/indexes/${id}`,
      `/docs?index_id=${id}`,
      `/docs/${pdf.body.id}`,
      `/files/${pdf.body.file_id}`,
    ]) {
      expect([path, (await call("GET", path)).status]).toEqual([path, 404]);
    }
  });

  test("is asked: what says most comes first, and its passage is shown in its document", async () => {
    const id = await made("Asked");
    const { body: doc } = await upload(`index_id=${id}&name=fruit.pdf`, new Uint8Array(makePdf(PAGES)));
    await read(doc.id);
    const { body: found } = await call("POST", `/indexes/${id}/ask`, { question: "Where does the quincewort grow?" });
    expect(found).toMatchObject({ mode: "text", why: expect.stringContaining("embedding") });
    const [hit] = found.hits;
    expect(hit).toMatchObject({ n: 1, doc_id: doc.id, title: "fruit.pdf", page_from: 2, page_to: 2 });
    const { body: passage } = await call("GET", `/docs/${doc.id}/passage?chunk_id=${hit.chunk_id}`);
    expect(passage).toMatchObject({ doc: { id: doc.id }, chunk_id: hit.chunk_id, text: hit.text });
    expect(passage.image.url).toBe(
      `/api/v1/beta/attachments/screenshots/page_${hit.page_from}.jpg?source_id=${doc.id}`,
    );
    const whole = passage.before + passage.text + passage.after;
    expect(whole.indexOf("Plums")).toBeLessThan(whole.indexOf("quincewort"));
    expect((await call("GET", `/docs/${doc.id}/passage?chunk_id=${newId()}`)).status).toBe(404);
    expect((await call("GET", `/docs/${newId()}/passage?chunk_id=${hit.chunk_id}`)).status).toBe(404);
    expect((await call("POST", `/indexes/${id}/ask`, { question: " " })).status).toBe(422);
  });

  test("has the text around a passage once, though pieces say the end of the one before again", async () => {
    const id = await made("Long");
    const sentences = Array.from({ length: 400 }, (_, n) => `Sentence number ${n} tells of the press and the barrel.`);
    const text = sentences.join(" ");
    const { body: doc } = await call("POST", "/docs", { index_id: id, title: "Long", text });
    await read(doc.id);
    const { body: found } = await call("POST", `/indexes/${id}/ask`, { question: "number 200", limit: 1 });
    const { body: passage } = await call("GET", `/docs/${doc.id}/passage?chunk_id=${found.hits[0].chunk_id}`);
    expect(text).toContain(passage.before + passage.text + passage.after);
    expect(text.slice(passage.start_char, passage.end_char)).toBe(passage.text);
    expect([passage.before.length, passage.after.length]).toEqual([2000, 2000]);
  });
});

describe("a document", () => {
  test("is made of a file that was uploaded, or of a text, for whoever may own it, and once of equal content", async () => {
    const id = await made("Owner");
    const file = await send("/files?name=notes.md", "# Notes\n\nOf the cellar.");
    const { id: fileId } = await file.json();
    const first = await call("POST", "/docs", { index_id: id, file_id: fileId });
    expect(first).toMatchObject({ status: 201, body: { title: "notes.md", file_id: fileId } });
    expect((await call("POST", "/docs", { index_id: id, file_id: fileId })).body.id).toBe(first.body.id);
    const agent = await call("POST", "/agents", { name: "Ada" });
    const owned = await call("POST", "/docs", { agent_id: agent.body.id, title: "Rules", text: "No shouting." });
    expect(owned.body).toMatchObject({ owner: { type: "agent", id: agent.body.id }, title: "Rules" });
    expect(await read(owned.body.id)).toMatchObject({ state: "ready", characters: 12 });
    expect((await call("DELETE", `/docs/${owned.body.id}`)).status).toBe(204);
    expect((await call("GET", `/docs?agent_id=${agent.body.id}`)).body.items).toEqual([]);
    expect((await call("DELETE", `/docs/${owned.body.id}`)).status).toBe(404);
    const kept = await call("POST", "/docs", { agent_id: agent.body.id, title: "More", text: "No running." });
    await read(kept.body.id);
    await letGo(kept.body.file_id);
    await call("DELETE", `/agents/${agent.body.id}`);
    expect((await call("GET", `/files/${kept.body.file_id}`)).status).toBe(404);
  });

  test("17: of a Julep user is read from a file, listed, and found in its search, by nobody else", async () => {
    const user = (await api.call("POST", "/api/users", { body: { name: "Bo" } })).body.id;
    const { status, body } = await upload(`user_id=${user}&name=letter.pdf`, new Uint8Array(makePdf(PAGES)));
    expect({ status, body }).toMatchObject({ status: 201, body: { owner: { type: "user", id: user } } });
    expect(await read(body.id)).toMatchObject({ state: "ready", pages: 3 });
    expect((await call("GET", `/docs?user_id=${user}`)).body.items).toMatchObject([{ id: body.id }]);
    const asked = { body: { text: "quincewort", limit: 3 } };
    const found = await api.call("POST", `/api/users/${user}/search`, asked);
    expect(found.body.docs[0]).toMatchObject({ id: body.id, owner: { id: user, role: "user" }, title: "letter.pdf" });
    const { key } = other;
    for (const path of [`/docs?user_id=${user}`, `/docs/${body.id}`]) {
      expect([path, (await call("GET", path, undefined, key)).status]).toEqual([path, 404]);
    }
    expect((await upload(`user_id=${user}&name=a.txt`, "x", key)).status).toBe(404);
    expect((await call("POST", "/docs", { user_id: user, title: "a", text: "x" }, key)).status).toBe(404);
  });

  test("of equal content is read once for two owners, and each keeps its own pieces", async () => {
    const [one, two] = [await made("One"), await made("Two")];
    const text = "Of the twinword, that both know.";
    const { body: first } = await call("POST", "/docs", { index_id: one, title: "Twin", text });
    await read(first.id);
    const { body: second } = await call("POST", "/docs", { index_id: two, title: "Twin", text });
    expect(second.file_id).toBe(first.file_id);
    expect(await read(second.id)).toMatchObject({ state: "ready", characters: text.length });
    await call("DELETE", `/indexes/${one}`);
    const { body: found } = await call("POST", `/indexes/${two}/ask`, { question: "twinword" });
    expect(found.hits).toMatchObject([{ doc_id: second.id, text }]);
  });

  test("may be larger than an attachment", async () => {
    const id = await made("Large");
    const bytes = new Uint8Array(Buffer.alloc(26_000_000, "word word word word word word word\n"));
    const asFile = await send("/files?name=large.bin", bytes);
    expect(asFile.status).toBe(413);
    const { status, body } = await upload(`index_id=${id}&name=large.bin`, bytes);
    expect([status, body.size]).toEqual([201, bytes.length]);
    await call("POST", `/docs/${body.id}/cancel`);
    const tooLarge = await upload(`index_id=${id}&name=huge.bin`, new Uint8Array(53_000_000));
    expect(tooLarge.status).toBe(413);
  }, 60_000);

  test("that could not be read, or was cancelled, is read again when it is asked for", async () => {
    const id = await made("Again");
    const { body: broken } = await upload(`index_id=${id}&name=broken.pdf`, "%PDF-1.4 nothing");
    const { reason } = await read(broken.id);
    const again = await call("POST", `/docs/${broken.id}/again`);
    expect(again).toMatchObject({ status: 200, body: { id: broken.id, state: "pending", reason: "" } });
    expect(await read(broken.id)).toMatchObject({ state: "failed", reason });

    const { body: long } = await upload(`index_id=${id}&name=long.txt`, Buffer.from("againword ".repeat(400_000)));
    await call("POST", `/docs/${long.id}/cancel`);
    expect(await read(long.id)).toMatchObject({ state: "failed", reason: expect.stringMatching(/^Cancelled/u) });
    await call("POST", `/docs/${long.id}/again`);
    const ready = await read(long.id);
    expect(ready).toMatchObject({ state: "ready", progress: 100, reason: "" });
    // What is read stays as it is.
    expect((await call("POST", `/docs/${long.id}/again`)).body).toEqual(ready);
    expect((await call("GET", `/docs?index_id=${id}`)).body.items.length).toBe(2);
  });

  test.each([
    ["no owner", { text: "x", title: "x" }],
    ["two owners", { index_id: newId(), agent_id: newId(), text: "x", title: "x" }],
    ["nothing in it", { index_id: newId() }],
    ["a text without a title", { index_id: newId(), text: "x" }],
    ["a text and a file", { index_id: newId(), text: "x", title: "x", file_id: newId() }],
  ])("with %s is refused", async (_, body) => {
    expect((await call("POST", "/docs", body)).status).toBe(422);
  });
});

describe("an agent's indexes", () => {
  test("are set in order, listed, and nobody else's", async () => {
    const [one, two] = [await made("One"), await made("Two")];
    const theirs = await made("Theirs", other.key);
    const agent = await call("POST", "/agents", { name: "Reader" });
    const path = `/agents/${agent.body.id}/indexes`;
    const ids = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id);
    expect(ids(await call("PUT", path, { index_ids: [two, one, two] }))).toEqual([two, one]);
    expect(ids(await call("PUT", path, { index_ids: [one] }))).toEqual([one]);
    expect((await call("PUT", path, { index_ids: [theirs] })).status).toBe(404);
    expect(ids(await call("GET", path))).toEqual([one]);
    await call("DELETE", `/indexes/${one}`);
    expect(ids(await call("GET", path))).toEqual([]);
    expect((await call("GET", path, undefined, other.key)).status).toBe(404);
  });
});

test("nothing of another account is listed, read, asked, changed or deleted", async () => {
  const id = await made("Secret", other.key);
  const { body: doc } = await call(
    "POST",
    "/docs",
    { index_id: id, title: "Secret", text: "A secretword." },
    other.key,
  );
  await read(doc.id, other.key);
  const { body: found } = await call("POST", `/indexes/${id}/ask`, { question: "secretword" }, other.key);
  const chunk = found.hits[0].chunk_id;
  const own = await made("Own");
  const tries: [string, string, unknown?][] = [
    ["GET", `/indexes/${id}`],
    ["PATCH", `/indexes/${id}`, { name: "Mine" }],
    ["DELETE", `/indexes/${id}`],
    ["POST", `/indexes/${id}/ask`, { question: "secretword" }],
    ["GET", `/docs?index_id=${id}`],
    ["POST", "/docs", { index_id: id, title: "x", text: "x" }],
    ["POST", "/docs", { index_id: own, file_id: doc.file_id }],
    ["GET", `/docs/${doc.id}`],
    ["DELETE", `/docs/${doc.id}`],
    ["POST", `/docs/${doc.id}/cancel`],
    ["POST", `/docs/${doc.id}/again`],
    ["GET", `/docs/${doc.id}/passage?chunk_id=${chunk}`],
  ];
  for (const [method, path, body] of tries) {
    const { status } = await call(method, path, body);
    expect([method, path, status]).toEqual([method, path, 404]);
  }
  expect((await upload(`index_id=${id}&name=x.txt`, "x")).status).toBe(404);
  const { body: own404 } = await call("POST", `/indexes/${own}/ask`, { question: "secretword" });
  expect(own404.hits).toEqual([]);
  expect((await call("GET", `/docs/${doc.id}`, undefined, other.key)).body.title).toBe("Secret");
  expect(JSON.stringify((await call("GET", "/indexes")).body)).not.toContain("Secret");
});

/** Lets the hour end in which an upload is held that nothing refers to. */
async function letGo(fileId: string): Promise<void> {
  await api.server.parley.ports.database.pool.query(`update "File" set "heldUntil" = null where id = $1`, [fileId]);
}
