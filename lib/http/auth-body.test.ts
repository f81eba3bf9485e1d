import { expect, test } from "vitest";
import { checkCallback, readAuthBody } from "./auth-body.ts";

const FORM = "application/x-www-form-urlencoded";
const LIMIT = 64 * 1024;

const read = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
  readAuthBody(
    new Request("http://a.test/api/auth/x", { method: "POST", body, headers: { "content-type": type } }),
    LIMIT,
  );

test.each([
  ["email=ada%40example.org&password=%F0%9F%98%80+x&callbackUrl=%2Fs", FORM],
  ['{"email":"ada@example.org","json":true,"callbackUrl":"http://a.test/"}', "application/json"],
  ["a=1", `${FORM};charset=UTF-8`],
])("S4: %s is passed on as it came", async (body, type) => {
  expect(await read(body, type)).toBe(body);
});

test("S4: no body is no JSON that next-auth would fail at", async () => {
  expect([await read("", "application/json"), await read(" ", "application/json"), await read("", FORM)]).toEqual([
    "{}",
    "{}",
    "",
  ]);
});

test("S4: what is neither a form nor JSON is not passed on", async () => {
  expect(await read("x", "text/plain")).toBe("");
});

test.each<[string, string | Uint8Array<ArrayBuffer>, string, string]>([
  ["more than the limit", `a=${"x".repeat(LIMIT)}`, FORM, "too-large"],
  ["a form with too many fields", "a=1&".repeat(101), FORM, "bad-request"],
  ["a form that is no UTF-8 once decoded", "email=%ff%fe", FORM, "bad-request"],
  ["a form with half an escape", "email=%", FORM, "bad-request"],
  ["a form of bytes that are no UTF-8", Uint8Array.of(0x61, 0x3d, 0xff), FORM, "bad-request"],
  ["JSON that is none", "{", "application/json", "invalid"],
  ["a list", "[]", "application/json", "invalid"],
  ["an object in a field", '{"callbackUrl":{"a":1}}', "application/json", "invalid"],
  ["deep JSON", `${"[".repeat(300)}${"]".repeat(300)}`, "application/json", "invalid"],
  ["an address to go on to that is none", "callbackUrl=http%3A%2F%2F%5B", FORM, "bad-request"],
  ["an address of a script", '{"callbackUrl":"javascript:1"}', "application/json", "bad-request"],
])("S4: %s is refused", async (_, body, type, code) => {
  await expect(read(body, type)).rejects.toMatchObject({ code });
});

test("S4: an address to go on to may be a path or absent", () => {
  for (const address of [null, undefined, "", "/s/1", "http://a.test/x"]) checkCallback(address, "http://a.test/");
  for (const address of ["x", "//[", "data:,"]) expect(() => checkCallback(address, "http://a.test/")).toThrow();
});
