import { expect, test } from "vitest";
import { ChatError, notFound, toChatError } from "./errors.ts";

test("a ChatError passes as it is", () => {
  const error = new ChatError("busy", "Wait");
  expect(toChatError(error)).toBe(error);
});

test.each([[new Error("secret 123")], ["secret 123"], [null], [undefined], [{ message: "secret 123" }]])(
  "anything else becomes internal, says nothing of itself and keeps its cause: %o",
  (thrown) => {
    const error = toChatError(thrown);
    expect(error).toMatchObject({ code: "internal", details: { cause: thrown } });
    expect(error.message).not.toContain("secret");
  },
);

test("the cause is where the platform looks for it", () => {
  const cause = new Error("below");
  expect(new ChatError("model-failed", "Above", { cause }).cause).toBe(cause);
});

test("what is not found is named, with its id apart from the sentence", () => {
  expect(notFound("session", "abc")).toMatchObject({
    code: "not-found",
    message: "Session not found",
    details: { noun: "session", id: "abc" },
  });
});

test("an error of another copy of this file is one of ours", async () => {
  // A specifier that the compiler does not follow: the same file once more, as another bundle has it.
  const path = "./errors.ts?copy";
  const copy: typeof import("./errors.ts") = await import(path);
  const thrown = new copy.ChatError("busy", "Come back later");
  expect(copy.ChatError).not.toBe(ChatError);
  expect(toChatError(thrown)).toBe(thrown);
  expect(new Error("another") instanceof ChatError).toBe(false);
});
