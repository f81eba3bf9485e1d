import { expect, test } from "vitest";
import { turnFailure } from "../../core/turn/failure.ts";
import { ChatError, type ErrorCode } from "../../domain/errors.ts";
import { errorBody, julepFailure, location } from "./errors.ts";

test.each([
  [["body", "messages", 0, "role"], "messages[0].role"],
  [["body", "messages", 1, "content", 0, "text"], "messages[1].content[0].text"],
  [["query", "limit"], "query.limit"],
  [["path", "session_id"], "path.session_id"],
  [["body"], "body"],
])("the place %j is written %s", (path, text) => {
  expect(location(path)).toBe(text);
});

const answers: [ErrorCode, number, string, string][] = [
  ["unauthenticated", 403, "http_403", "http_error"],
  ["bad-request", 400, "http_400", "http_error"],
  ["not-found", 404, "http_404", "http_error"],
  ["method", 405, "http_405", "http_error"],
  ["conflict", 409, "http_409", "http_error"],
  ["too-large", 413, "http_413", "http_error"],
  ["busy", 429, "http_429", "http_error"],
  ["prompt-too-big", 400, "prompt_too_big", "prompt_too_big"],
  ["model-refused", 400, "llm_bad_request", "llm_bad_request"],
  ["model-failed", 502, "llm_api_error", "llm_api_error"],
  ["internal", 500, "internal_error", "internal_error"],
];
test.each(answers)("%s is answered %i %s", async (code, status, name, type) => {
  const response = julepFailure(new ChatError(code, "A sentence"));
  expect(response.status).toBe(status);
  const body = await response.json();
  const message = code === "unauthenticated" ? "Could not validate API KEY" : "A sentence";
  expect(body).toEqual({ error: { message, code: name, type }, message });
});

test("a fault says where, what and how to mend it", () => {
  const issue = {
    path: ["body", "top_p"],
    type: "less_than_equal",
    message: "Input should be less than or equal to 1",
  };
  const { error } = errorBody(new ChatError("invalid", "", { issues: [{ ...issue, input: "x".repeat(500) }] }));
  expect(error.details?.[0]).toEqual({
    type: "less_than_equal",
    msg: "Input should be less than or equal to 1",
    loc: "top_p",
    fix: "Send a value less than or equal to 1",
    received: `"${"x".repeat(99)}…`,
  });
  const missing = { path: ["body", "messages"], type: "missing", message: "Field required", input: {} };
  expect(errorBody(new ChatError("invalid", "", { issues: [missing] })).error.details?.[0]?.fix).toBe('Add "messages"');
});

test("the SDK repeats what may get better, and waits as long as it is told", () => {
  const header = (error: ChatError, name: string) => julepFailure(error).headers.get(name);
  expect(header(new ChatError("conflict", ""), "x-should-retry")).toBe("false");
  expect(header(new ChatError("model-failed", ""), "x-should-retry")).toBeNull();
  expect(header(new ChatError("rate-limited", "", { retryAfterSeconds: 1.2 }), "retry-after")).toBe("2");
  expect(header(new ChatError("busy", ""), "retry-after")).toBe("5");
});

test("a turn's failure keeps its code, and one that is not known is our own", () => {
  const ended = { usage: { inputTokens: 1, outputTokens: 0, isEstimated: true }, durationMs: 1, steps: 1, model: null };
  const failure = (code: string) =>
    turnFailure({ type: "turn-error", status: "failed", code, message: "m", ...ended }).code;
  expect([failure("model-refused"), failure("toString"), failure("new-code")]).toEqual([
    "model-refused",
    "internal",
    "internal",
  ]);
});
