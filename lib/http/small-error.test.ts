import { expect, test } from "vitest";
import { DIALECTS } from "../dialects/index.ts";
import { web } from "../dialects/web/index.ts";
import { ChatError, type ErrorCode, type Issue } from "../domain/errors.ts";
import { smallError } from "./small-error.ts";

const LONG = "\u0001é€".repeat(500_000);
const WORST: readonly Issue[] = Array.from({ length: 5000 }, () => ({
  path: ["body", LONG, 7, ...Array<string>(100).fill(LONG)],
  type: "value_error",
  message: LONG,
  input: { [LONG]: LONG },
}));

const surfaces = [...DIALECTS, web].map((surface) => [surface.name, surface] as const);

test.each(surfaces)("S2: %s answers in less than 64 KB whatever was sent", async (_, surface) => {
  const details = { issues: WORST, id: LONG, noun: "index", field: LONG };
  for (const code of ["invalid", "bad-request", "not-found", "conflict"] satisfies ErrorCode[]) {
    for (const given of [details, { ...details, issues: undefined }]) {
      const response = surface.failure(smallError(new ChatError(code, LONG, given)));
      expect([code, (await response.arrayBuffer()).byteLength < 64 * 1024]).toEqual([code, true]);
    }
  }
});

test.each(surfaces)("S2: %s shows the beginning of a long body that is no JSON", async (_, surface) => {
  const source = `{"a": ${"x".repeat(1_000_000)}`;
  const issue = { path: ["body", 6], type: "json_invalid", message: "JSON decode error", input: {}, source };
  const response = surface.failure(smallError(new ChatError("invalid", "Validation error", { issues: [issue] })));
  expect((await response.arrayBuffer()).byteLength).toBeLessThan(2000);
});

test("S2: what is short stays as it is", () => {
  const issues: Issue[] = [{ path: ["body", "a", 1], type: "missing", message: "Field required", input: { b: [1] } }];
  const error = new ChatError("invalid", "Validation error", { issues, retryAfterSeconds: 3 });
  const { code, message, details } = smallError(error);
  expect({ code, message, details }).toEqual({ code: error.code, message: error.message, details: error.details });
});
