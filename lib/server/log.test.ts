import { expect, test } from "vitest";
import { ChatError } from "../domain/errors.ts";
import { hiding } from "../domain/secrets.ts";
import { loggedError, openLog } from "./log.ts";

const logged = (thrown: unknown) => JSON.stringify(loggedError(thrown));

test("an error is logged with its kind, its words, its code, its place and its cause", () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  expect(loggedError(new ChatError("internal", "Something failed", { cause }))).toMatchObject({
    type: "ChatError",
    message: "Something failed",
    code: "internal",
    stack: expect.stringContaining("log.test.ts"),
    cause: { code: "ECONNREFUSED", message: "connect ECONNREFUSED" },
  });
});

test.each<[string, unknown]>([
  [
    "a database's error holds the row",
    Object.assign(new Error("null value in column"), { detail: "(1, whisper)", where: "whisper" }),
  ],
  ["a database's error quotes the value", new Error('invalid input syntax for type uuid: "whisper"')],
  ["a parser's error quotes its text", error(() => JSON.parse('{"whisper'))],
  [
    "a ChatError holds the request's value",
    new ChatError("invalid", "Wrong", { issues: [{ path: [], type: "x", message: "y", input: "whisper" }] }),
  ],
  ["what is no error may be anything", "whisper"],
  ["an error may hang on an error", new Error("outer", { cause: new Error('bad value: "whisper"') })],
])("no content is logged where %s", (_, thrown) => {
  expect(logged(thrown)).not.toContain("whisper");
});

test("an error that is its own cause ends", () => {
  const thrown = new Error("round");
  thrown.cause = thrown;
  expect(logged(thrown)).toContain("round");
});

function error(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
}

test("no known secret and nothing that looks like one is in a line, in whatever field it is", () => {
  const lines: string[] = [];
  const known = 'pk_Zq7Wm"3TbX9dLr5Yh2';
  const log = openLog("trace", hiding([known]), { write: (line) => void lines.push(line) });
  log.trace({ deep: { text: `key ${known}` } }, `The key is ${known}`);
  log.warn(
    { err: new Error(`Refused ${known.slice(0, 14)}`, { cause: new Error(encodeURIComponent(known)) }) },
    "Failed",
  );
  log.debug({ path: "/x?token=abc", url: "redis://me:pass@host" }, "Bearer abcdefghijkl");
  log.info({ apiKey: known, a: { password: "short" } }, "Fields");
  const text = lines.join("");
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  for (const part of ["Zq7Wm", "abc", "me:pass", "short"]) expect(text).not.toContain(part);
});
