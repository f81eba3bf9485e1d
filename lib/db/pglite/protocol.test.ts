import { expect, test } from "vitest";
import { frontendBatches, isParsed, joined, namedParse, PARSE_COMPLETE } from "./protocol.ts";

const message = (type: string, body: string) => {
  const bytes = Buffer.alloc(type.length + 4 + Buffer.byteLength(body));
  bytes.write(type);
  bytes.writeInt32BE(4 + Buffer.byteLength(body), type.length);
  bytes.write(body, type.length + 4);
  return bytes;
};
const startup = message("", "\0\x03\0\0user\0postgres\0\0");
const password = message("p", "secret\0");
const query = message("Q", "select 1\0");
const parse = (name: string) => message("P", `${name}\0select $1\0\0\0`);
const bind = message("B", "\0\0");
const execute = message("E", "\0\0\0\0\0");
const sync = message("S", "");
const terminate = message("X", "");
const extended = Buffer.concat([parse("s1"), bind, execute, sync]);

test("a batch ends with what the server answers to", () => {
  const take = frontendBatches();
  const { batches } = take(Buffer.concat([startup, password, query, extended]));
  expect(batches).toEqual([startup, password, query, extended]);
});

test("messages cut at any byte make the same batches", () => {
  const sent = Buffer.concat([startup, query, extended, query]);
  for (let at = 0; at <= sent.length; at++) {
    const take = frontendBatches();
    const batches = [...take(sent.subarray(0, at)).batches, ...take(sent.subarray(at)).batches];
    expect(batches.map((batch) => Buffer.from(batch))).toEqual([startup, query, extended, query]);
  }
});

test("messages that come byte by byte make the same batches", () => {
  const take = frontendBatches();
  const batches = [...Buffer.concat([startup, extended])].flatMap((byte) => take(Uint8Array.of(byte)).batches);
  expect(batches.map((batch) => Buffer.from(batch))).toEqual([startup, extended]);
});

test("what has no end yet waits", () => {
  const take = frontendBatches();
  take(startup);
  expect(take(Buffer.concat([parse("s1"), bind])).batches).toEqual([]);
  expect(take(sync).batches).toEqual([Buffer.concat([parse("s1"), bind, sync])]);
});

test("a client that says goodbye is over, behind what it had sent", () => {
  const take = frontendBatches();
  expect(take(Buffer.concat([startup, query, terminate]))).toEqual({ batches: [startup, query], isOver: true });
});

test("a client that has sent nothing is not over", () => {
  expect(frontendBatches()(new Uint8Array())).toEqual({ batches: [], isOver: false });
});

test("the parse of a named statement is told apart from what follows it", () => {
  expect(namedParse(extended)).toEqual({ name: "s1", rest: Buffer.concat([bind, execute, sync]) });
});

test("a batch in the middle of a larger buffer is read at its place", () => {
  const window = Buffer.concat([query, extended]).subarray(query.length);
  expect(namedParse(new Uint8Array(window.buffer, window.byteOffset, window.byteLength))?.name).toBe("s1");
});

test.each([
  ["the parse of a statement without a name", Buffer.concat([parse(""), bind, sync])],
  ["a simple query", query],
  ["a bind of what is prepared", Buffer.concat([bind, execute, sync])],
])("%s is passed on", (_, batch) => {
  expect(namedParse(batch)).toBeNull();
});

test("a reply to a parse that was not passed on looks like one that was", () => {
  const reply = joined([PARSE_COMPLETE, Uint8Array.of(0x32, 0), Uint8Array.of(0, 0, 4)]);
  // All of its memory is its own.
  expect(reply.buffer.byteLength).toBe(reply.length);
  expect([...reply]).toEqual([0x31, 0, 0, 0, 4, 0x32, 0, 0, 0, 4]);
  expect(isParsed(reply)).toBe(true);
});

test("an error in place of a parse is none", () => {
  expect(isParsed(Uint8Array.of(0x45, 0, 0, 0, 4))).toBe(false);
});
