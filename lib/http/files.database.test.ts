import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dropUnusedFiles, storeFile } from "../core/files.ts";
import { sweepUnusedFiles } from "../db/files.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { ORIGIN } from "../testing/server.ts";

let api: Api;
type Account = { readonly id: string; readonly key: string };
let account: Account;

beforeAll(async () => {
  api = await openApi({ FILE_MB: "1", ACCOUNT_FILES_MB: "3", SERVER_FILES_MB: "20", UPLOADS_PER_MINUTE: "off" });
  account = await api.server.makeAccount();
});
afterAll(() => api.close());

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const SIZES = [0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 700_000];

const pathOf = (name: string) => `/api/app/files?name=${encodeURIComponent(name)}`;

async function upload(
  bytes: Uint8Array | ReadableStream<Uint8Array>,
  { name = "a.bin", type = "", by = account }: { name?: string; type?: string; by?: Account } = {},
) {
  const response = await api.server.fetch(`${ORIGIN}${pathOf(name)}`, {
    method: "POST",
    headers: { authorization: `Bearer ${by.key}`, "content-type": type },
    body: bytes as BodyInit, // bytes of any buffer
    ...{ duplex: "half" },
  });
  return { status: response.status, body: await response.json() };
}

async function download(id: string, headers: Readonly<Record<string, string>> = {}, by = account) {
  const response = await api.server.fetch(`${ORIGIN}/api/app/files/${id}`, {
    headers: { authorization: `Bearer ${by.key}`, ...headers },
  });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

const remove = (id: string, by = account) => api.call("DELETE", `/api/app/files/${id}`, { key: by.key });

const counted = async (table: "File" | "FileBytes", by = account): Promise<number> => {
  const owned = `select count(*)::int as n from "File" f where "accountId" = $1`;
  const pieces = `select count(*)::int as n from "FileBytes" b join "File" f on f.id = b."fileId" where f."accountId" = $1`;
  const { rows } = await api.server.parley.ports.database.pool.query(table === "File" ? owned : pieces, [by.id]);
  return rows[0].n;
};

const scopeOf = ({ id }: Account) => ({ ...api.server.parley.ports, accountId: id, via: "key" as const });

test.each(SIZES)("16: %d bytes come back as they were sent, in pieces of 256 KB", async (size) => {
  const by = await api.server.makeAccount();
  const bytes = randomBytes(size);
  const { status, body } = await upload(bytes, { name: "a.bin", by });
  expect([status, body.size, body.name]).toEqual([201, size, "a.bin"]);
  expect(await counted("FileBytes", by)).toBe(Math.ceil(size / (256 * 1024)));
  const back = await download(body.id, {}, by);
  expect(back.status).toBe(200);
  expect(back.bytes.equals(bytes)).toBe(true);
  expect(back.headers.get("etag")).toBe(`"${createHash("sha256").update(bytes).digest("hex")}"`);
});

test("16: equal content is stored once for an account, under the last name, and once more for another", async () => {
  const [by, other] = [await api.server.makeAccount(), await api.server.makeAccount()];
  const bytes = randomBytes(300_000);
  const all = await Promise.all(["a.bin", "b.bin", "c.bin"].map((name) => upload(bytes, { name, by })));
  expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
  const last = await upload(bytes, { name: "d.bin", by });
  expect(last.body).toMatchObject({ id: all[0]?.body.id, name: "d.bin" });
  expect([await counted("File", by), await counted("FileBytes", by)]).toEqual([1, 2]);
  const theirs = await upload(bytes, { by: other });
  expect(theirs.body.id).not.toBe(last.body.id);
  expect((await download(last.body.id, {}, other)).status).toBe(404);
  expect((await remove(last.body.id, other)).status).toBe(404);
  expect((await download(last.body.id, {}, by)).status).toBe(200);
});

describe("16: a file is served so that nothing of it runs", () => {
  test.each([
    ["an image", PNG, "a.png", "text/html", "image/png", "inline"],
    ["a drawing that can hold scripts", Buffer.from("<svg onload='x'/>"), "a.svg", "image/svg+xml", null, "attachment"],
    ["a page", Buffer.from("<script>x</script>"), "a.html", "text/html", null, "attachment"],
    ["bytes that say they are an image", Buffer.from([255, 254]), "a.png", "image/png", null, "attachment"],
  ])("%s", async (_, bytes, name, type, shown, how) => {
    const { body } = await upload(bytes, { name, type });
    const { headers } = await download(body.id);
    expect(headers.get("content-type")).toBe(shown ?? "application/octet-stream");
    expect(headers.get("content-disposition")).toMatch(new RegExp(`^${how}; `, "u"));
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'; sandbox");
    expect(headers.get("cache-control")).toMatch(/^private/u);
    await remove(body.id);
  });

  test("names go out in plain letters and by RFC 5987, and break no header", async () => {
    const name = `Ü"x'\r\n;(1)*!%00 ${"\u202e"}gpj.exe`;
    const { body } = await upload(Buffer.from("of a name"), { name });
    expect(body.name).toBe(`Ü"x';(1)*!%00 gpj.exe`);
    const { headers } = await download(body.id);
    expect(headers.get("content-disposition")).toBe(
      `attachment; filename="__x___1____00 gpj.exe"; filename*=UTF-8''%C3%9C%22x%27%3B%281%29%2A%21%2500%20gpj.exe`,
    );
  });
});

test("16: one range is answered by its bytes, over the border of pieces too, and what lies outside by 416", async () => {
  const bytes = randomBytes(600_000);
  const { body } = await upload(bytes);
  const range = async (asked: string) => {
    const got = await download(body.id, { range: asked });
    return { ...got, told: got.headers.get("content-range") };
  };
  const border = await range("bytes=262140-262150");
  expect([border.status, border.told]).toEqual([206, "bytes 262140-262150/600000"]);
  expect(border.bytes.equals(bytes.subarray(262_140, 262_151))).toBe(true);
  expect((await range("bytes=599990-")).bytes.equals(bytes.subarray(599_990))).toBe(true);
  expect((await range("bytes=-10")).bytes.equals(bytes.subarray(599_990))).toBe(true);
  expect((await range("bytes=0-9999999")).bytes.length).toBe(600_000);
  const outside = await range("bytes=600000-");
  expect([outside.status, outside.told, outside.bytes.length]).toEqual([416, "bytes */600000", 0]);
  for (const odd of ["bytes=5-4", "bytes=0-1,3-4", "bytes=a-b", "items=0-1", "bytes=-"]) {
    expect([odd, (await range(odd)).status]).toEqual([odd, 200]);
  }
  const again = await download(body.id, { "if-none-match": border.headers.get("etag") ?? "" });
  expect([again.status, again.bytes.length]).toEqual([304, 0]);
  await remove(body.id);
});

test("16: a file over the limit is refused, announced or not, and leaves nothing", async () => {
  const by = await api.server.makeAccount();
  const large = await upload(randomBytes(1_000_001), { by });
  expect([large.status, large.body.detail]).toEqual([413, "The file is too large: the limit is 1 MB"]);
  let count = 0;
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(randomBytes(100_000)) });
  expect((await upload(endless, { by })).status).toBe(413);
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (++count > 4) controller.error(new Error("reset"));
      else controller.enqueue(randomBytes(100_000));
    },
  });
  expect((await upload(broken, { by })).status).toBe(400);
  expect([await counted("File", by), await counted("FileBytes", by)]).toEqual([0, 0]);
  expect((await api.call("POST", "/api/app/files", { key: by.key, body: "x" })).status).toBe(422);
});

test("16: an account has room for so much, uploads that come at once included; what is given up makes room", async () => {
  const by = await api.server.makeAccount();
  const sizes = Array.from({ length: 5 }, () => randomBytes(900_000));
  const all = await Promise.all(sizes.map((bytes) => upload(bytes, { by })));
  expect(all.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 413, 413]);
  const refused = all.find(({ status }) => status === 413);
  expect(refused?.body.detail).toMatch(/^Your files have no more room: an account may keep 3 MB\./u);
  const [first] = all.filter(({ status }) => status === 201);
  expect((await remove(first?.body.id, by)).status).toBe(204);
  expect((await remove(first?.body.id, by)).status).toBe(404);
  expect((await upload(randomBytes(900_000), { by })).status).toBe(201);
});

test("S16: uploads that announce much and send nothing leave the others their room", async () => {
  const accounts = await Promise.all(Array.from({ length: 8 }, () => api.server.makeAccount()));
  const before = await counted("File");
  const ends: (() => void)[] = [];
  // Each announces the most that a file may have: 24 MB of the 20 that all have together.
  const silent = accounts.flatMap((by) =>
    Array.from({ length: 3 }, () => {
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => void ends.push(() => controller.close()),
      });
      return upload(stream, { by });
    }),
  );
  const begun = async () => {
    const text = `select count(*)::int as n from "File" where hash is null and "accountId" = any($1)`;
    const { rows } = await api.server.parley.ports.database.pool.query(text, [accounts.map(({ id }) => id)]);
    return rows[0].n;
  };
  try {
    await expect.poll(begun, { timeout: 20_000 }).toBe(24);
    const honest = await upload(randomBytes(500_000));
    expect(honest.status).toBe(201);
    await remove(honest.body.id);
  } finally {
    for (const end of ends) end();
  }
  await Promise.all(silent);
  expect(await counted("File")).toBe(before);
});

test("S16: an upload ends where others fill the room of all meanwhile, and leaves nothing", async () => {
  const [by, other] = await Promise.all([api.server.makeAccount(), api.server.makeAccount()]);
  const MB = 1000 * 1000;
  const { rows } = await api.server.parley.ports.database.pool.query(
    `select coalesce(sum(size), 0)::int as n from "File"`,
  );
  const files = { each: 9 * MB, room: { guest: MB, account: 100 * MB, all: rows[0].n + 9 * MB } };
  const store = (account: Account, bytes: AsyncIterable<Uint8Array>, announced: number) =>
    storeFile({ ...scopeOf(account), files }, { name: "a", mediaType: "", bytes, maxBytes: 9 * MB, announced });
  async function* some(count: number) {
    for (let n = 0; n < count; n++) yield randomBytes(MB);
  }
  async function* whileOthersStore() {
    yield* some(3);
    await store(other, some(6), 6 * MB);
    yield* some(5);
  }
  await expect(store(by, whileOthersStore(), 8 * MB)).rejects.toThrow("The server has no room for more files.");
  expect([await counted("File", by), await counted("FileBytes", by)]).toEqual([0, 0]);
  await api.server.parley.ports.database.pool.query(`delete from "File" where "accountId" = $1`, [other.id]);
});

test("16: an upload that nobody sends goes after an hour, and one that broke off with its process", async () => {
  const by = await api.server.makeAccount();
  const { database } = api.server.parley.ports;
  const { body } = await upload(randomBytes(300_000), { by });
  const left = newId();
  await database.pool.query(
    `insert into "File" (id, "accountId", name, "mediaType", size, "heldUntil") values ($1, $2, 'x', '', 5, now() - interval '1 second')`,
    [left, by.id],
  );
  await dropUnusedFiles(scopeOf(by));
  expect([await counted("File", by), (await download(body.id, {}, by)).status]).toEqual([1, 200]);
  await database.pool.query(`update "File" set "heldUntil" = now() - interval '1 minute' where id = $1`, [body.id]);
  await sweepUnusedFiles(database, 100);
  expect([await counted("File", by), await counted("FileBytes", by)]).toEqual([0, 0]);
});

test("16: a visitor who uploads becomes a guest", async () => {
  const response = await api.server.fetch(`${ORIGIN}${pathOf("a.txt")}`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: "from a guest",
  });
  expect([response.status, response.headers.get("set-cookie")]).toEqual([201, expect.stringContaining("HttpOnly")]);
});
