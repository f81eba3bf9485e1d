import { expect, test } from "vitest";
import { readJson } from "./body.ts";
import { readBody, textOf } from "./body-text.ts";

const LIMIT = 1024;

test.each<[string, unknown]>([
  ['{"a":[1,null]}', { a: [1, null] }],
  ["null", null],
  [" 7 ", 7],
  ['"text"', "text"],
  ['\uFEFF{"a":1}', { a: 1 }],
])("%j is read", async (text, value) => {
  expect(await readJson(post(text), LIMIT)).toEqual({ state: "present", value });
});

test.each([[undefined], [""], ["  \n"]])("%j is no body", async (text) => {
  expect(await readJson(post(text), LIMIT)).toEqual({ state: "absent" });
});

test("a character cut between two pieces arrives whole", async () => {
  const bytes = new TextEncoder().encode('{"a":"😀ü"}');
  for (let at = 0; at <= bytes.length; at++) {
    const read = await readJson(streamed(bytes.slice(0, at), bytes.slice(at)), LIMIT);
    expect(read).toEqual({ state: "present", value: { a: "😀ü" } });
  }
});

test.each([
  ["a byte that is none of UTF-8's", Uint8Array.of(0x22, 0xff, 0x22)],
  ["a character that is cut off", Uint8Array.of(0x22, 0xe2, 0x82, 0x22)],
  ["a character written too long", Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)],
  ["a lone surrogate", Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
  ["UTF-16", new Uint8Array(Buffer.from('\uFEFF{"a":1}', "utf16le"))],
])("S1: %s is refused and not replaced", async (_, bytes) => {
  await expect(readJson(streamed(bytes), LIMIT)).rejects.toMatchObject({
    code: "bad-request",
    message: "The body is not valid UTF-8",
  });
});

test.each([
  ["application/json; charset=utf-16", false],
  ['application/json; charset="ISO-8859-1"', false],
  ["application/json; charset=UTF-8", true],
  ["application/json;charset=us-ascii", true],
])("S1, model servers 30: a body of %s is read: %s", async (type, isRead) => {
  const sent = new Request("http://a.test", { method: "POST", body: "{}", headers: { "content-type": type } });
  const read = readJson(sent, LIMIT);
  if (isRead) expect(await read).toEqual({ state: "present", value: {} });
  else await expect(read).rejects.toMatchObject({ code: "bad-request" });
});

test("S4: a body that comes too slowly is left", async () => {
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Uint8Array.of(0x22)),
    cancel: () => cancelled.resolve(),
  });
  await expect(readBody(request(body), LIMIT, 20)).rejects.toMatchObject({ code: "bad-request" });
  await cancelled.promise;
});

test("S4: a body that breaks off is the caller's fault", async () => {
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error("aborted")) });
  await expect(readBody(request(body), LIMIT)).rejects.toMatchObject({ code: "bad-request" });
});

test("S4: a body that comes byte by byte is read whole", async () => {
  const text = JSON.stringify("ab😀".repeat(30_000));
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at === bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, ++at));
    },
  });
  expect(textOf(await readBody(request(body), 1_000_000))).toBe(text);
});

test.each([
  ["empty objects", `[${"{},".repeat(200_000)}{}]`],
  ["numbers", `[${"1,".repeat(200_000)}1]`],
  ["members", `{${Array.from({ length: 150_000 }, (_, n) => `"k${n}":1`).join(",")}}`],
  ["nothing but commas", `[${",".repeat(4_000_000)}`],
])("S2: a body of too many values is refused unparsed: %s", async (_, text) => {
  await expect(readJson(post(text), 8_000_000)).rejects.toMatchObject({ code: "too-large" });
});

test("S2: signs within texts are no values", async () => {
  const value = { a: `${'{},[\\"'.repeat(40_000)}\\`, b: "\\" };
  expect(await readJson(post(JSON.stringify(value)), 8_000_000)).toEqual({ state: "present", value });
});

test("what the database cannot hold is replaced however it is escaped", async () => {
  expect(await readJson(post('{"\\u0000":["\\uD83D","\\ud83d\\ude00"]}'), LIMIT)).toEqual({
    state: "present",
    value: { "\uFFFD": ["\uFFFD", "😀"] },
  });
});

test("a body of exactly the limit is read", async () => {
  expect(await readJson(post(JSON.stringify("x".repeat(LIMIT - 2))), LIMIT)).toMatchObject({ state: "present" });
});

test("a body of one byte more is too large", async () => {
  await expect(readJson(post(JSON.stringify("x".repeat(LIMIT - 1))), LIMIT)).rejects.toMatchObject({
    code: "too-large",
    message: "Request body too large: the limit is 1 KiB",
  });
});

test("a body that announces too much is refused unread", async () => {
  const request = new Request("http://a.test", {
    method: "POST",
    body: "{}",
    headers: { "content-length": String(LIMIT + 1) },
  });
  await expect(readJson(request, LIMIT)).rejects.toMatchObject({ code: "too-large" });
  expect(request.bodyUsed).toBe(false);
});

test("a body without end is left as soon as it is too large", async () => {
  let pulled = 0;
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(256).fill(0x20));
    },
    cancel: () => cancelled.resolve(),
  });
  await expect(readJson(request(body), LIMIT)).rejects.toMatchObject({ code: "too-large" });
  await cancelled.promise;
  expect(pulled).toBeLessThan(10);
});

test.each([
  ["lists", "[".repeat(201) + "]".repeat(201)],
  ["objects", `${'{"a":'.repeat(201)}1${"}".repeat(201)}`],
  ["lists that never close", "[".repeat(900)],
])("%s more than 200 deep are refused", async (_, text) => {
  await expect(readJson(post(text), 1_000_000)).rejects.toMatchObject({
    code: "invalid",
    details: { issues: [{ type: "json_invalid", context: { error: "TooDeep" } }] },
  });
});

test.each([
  ["200 levels", "[".repeat(200) + "]".repeat(200)],
  ["brackets in texts", JSON.stringify("[".repeat(500))],
  ["brackets behind a quote in a text", JSON.stringify(`\\"${"{".repeat(500)}`)],
  ["many lists side by side", `[${"[],".repeat(500)}[]]`],
])("%s are taken", async (_, text) => {
  expect(await readJson(post(text), 10_000)).toMatchObject({ state: "present" });
});

test.each<[string, number]>([
  ['{"a":}', 5],
  ['{"a":1', 6],
  ["{a:1}", 1],
  ["// comment\n{}", 0],
  ["[1,]", 3],
])("%j is broken at %i", async (text, offset) => {
  await expect(readJson(post(text), LIMIT)).rejects.toMatchObject({
    code: "invalid",
    details: { issues: [{ path: [offset], type: "json_invalid", message: "JSON decode error", input: {} }] },
  });
});

test("what is broken all along is refused at its first fault", { timeout: 3000 }, async () => {
  const text = `[]${"]".repeat(4_000_000)}`;
  await expect(readJson(post(text), 5_000_000)).rejects.toMatchObject({ details: { issues: [{ path: [2] }] } });
});

const post = (body: string | undefined) => new Request("http://a.test", { method: "POST", body });

const request = (body: ReadableStream<Uint8Array>) =>
  new Request("http://a.test", { method: "POST", body, duplex: "half" } as RequestInit); // the types lack `duplex`

const streamed = (...pieces: Uint8Array[]) =>
  request(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    }),
  );
