import { expect, test } from "vitest";
import { API_CALL } from "../../testing/tools.ts";
import { apiRequest, runApiCall } from "./run-api-call.ts";

const request = (spec: Partial<typeof API_CALL>, given: object = { city: "Oslo" }) =>
  apiRequest({ ...API_CALL, ...spec }, { ...given });

test("what a model gives goes into the query of a GET, and never over what the tool fixes", () => {
  const given = { city: "Oslo", key: "the model's", tags: ["a", "b"], deep: { x: 1 } };
  const { url, body } = request({ url: "https://site.test/w?a=1", query: { key: "the tool's" } }, given);
  expect([...new URL(url).searchParams]).toEqual([
    ["a", "1"],
    ["city", "Oslo"],
    ["key", "the tool's"],
    ["tags", "a"],
    ["tags", "b"],
    ["deep", '{"x":1}'],
  ]);
  expect(body).toBeNull();
  expect(request({ query: "key=x" }, { key: "y" }).url).toBe("https://site.test/?key=x");
});

test("a POST has it in its JSON or its form, and bytes stand for themselves", () => {
  const json = request({ method: "POST", json: { city: "Rome" } }, { city: "Oslo", day: 1 });
  expect([json.body, json.headers]).toEqual(['{"city":"Rome","day":1}', { "content-type": "application/json" }]);
  const form = request({ method: "POST", form: { a: "1" } });
  expect([form.body, form.headers]).toEqual(["city=Oslo&a=1", { "content-type": "application/x-www-form-urlencoded" }]);
  expect(String(request({ method: "PUT", bytes: "aGk=" }).body)).toBe("hi");
  expect(request({ method: "POST" }, {}).body).toBeNull();
  expect(() => request({ files: { a: 1 } })).toThrow("sends no files");
});

test("headers and cookies are the tool's, and a wait has its limits", () => {
  const cookies = { a: "1", b: "2" };
  expect(request({ headers: { "x-key": "k" }, cookies }).headers).toEqual({ cookie: "a=1; b=2", "x-key": "k" });
  const waits = [null, 0, 5, 3600].map((timeoutSeconds) => request({ timeoutSeconds }).timeoutMs);
  expect(waits).toEqual([10_000, 1000, 5000, 30_000]);
});

test.each([
  ["too many values", `[${"{},".repeat(200_000)}{}]`],
  ["too many levels", "[".repeat(500_000) + "]".repeat(500_000)],
  ["no JSON", "a text"],
])("S25: an answer of %s is a text", async (_, body) => {
  const outbound = async () => ({ status: 200, headers: {}, body });
  const call = { input: {}, signal: new AbortController().signal, scope: { outbound } };
  expect(await runApiCall(API_CALL, call)).toEqual({ status_code: 200, headers: {}, content: body });
});
