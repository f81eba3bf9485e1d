import { expect, test } from "vitest";
import { ChatError } from "../domain/errors.ts";
import { loggedError } from "./log.ts";

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
    Object.assign(new Error("null value in column"), { detail: "(1, secret)", where: "secret" }),
  ],
  ["a database's error quotes the value", new Error('invalid input syntax for type uuid: "secret"')],
  ["a parser's error quotes its text", error(() => JSON.parse('{"secret'))],
  [
    "a ChatError holds the request's value",
    new ChatError("invalid", "Wrong", { issues: [{ path: [], type: "x", message: "y", input: "secret" }] }),
  ],
  ["what is no error may be anything", "secret"],
  ["an error may hang on an error", new Error("outer", { cause: new Error('bad value: "secret"') })],
])("no content is logged where %s", (_, thrown) => {
  expect(logged(thrown)).not.toContain("secret");
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
