import { expect, test } from "vitest";
import { isApiPath, mendHeaders } from "./request-headers.ts";

test.each([
  "/api",
  "/api/agents?x=1",
  "/api?x",
  "/%61pi/agents",
  "/api%2fagents",
  "/%2561pi/agents",
  "/%252561pi/agents",
  "/api%252fagents",
  "//api/agents",
  "/%2fapi",
  "/x/../api/agents",
  "/x/%2e%2e/api/agents",
  "/./api",
  "/\\api\\agents",
  "/%5capi/agents",
  "/API/agents",
  "/v1/chat",
  "/%76%31%2fchat",
  "/sessions/x/chat",
])("S22: %s is a path of the API", (url) => {
  expect(isApiPath(url)).toBe(true);
});

test.each(["/", "/*", "", "/s/api", "/apis", "/account", "/api/..", "/agents/%ff", "/?a=/api", "/docs#/api"])(
  "S22: %s is none",
  (url) => {
    expect(isApiPath(url)).toBe(false);
  },
);

const tree = ["", { children: [["id", "1", "d", null], { children: ["__PAGE__", {}] }] }, null, null, 16];
const state = (value: unknown) => encodeURIComponent(JSON.stringify(value));

function mended(url: string, headers: Record<string, string>) {
  const left = { ...headers };
  mendHeaders(url, left);
  return left;
}

test("S22: a page gets what Next's router says, and nothing that only its servers say", () => {
  const told = { rsc: "1", "next-router-state-tree": state(tree), "next-url": "/s/1", accept: "*/*" };
  const forged = { "x-middleware-subrequest": "x", "x-invoke-path": "/x", "x-matched-path": "/x", "next-action": "x" };
  expect(mended("/s/1", { ...told, ...forged })).toEqual(told);
});

test.each([
  ["no JSON", "x"],
  ["half an escape", "%"],
  ["another shape", state({})],
  ["a segment that is none", state([1, {}])],
  ["a branch that is none", state(["", { children: [] }])],
  ["a kind of parameter that is none", state([["id", "1", "x", null], {}])],
  ["too many parts", state(["", {}, null, null, 1, "x", 1])],
  ["more than Next reads", state(["x".repeat(50_000), {}])],
  ["more levels than any page has", `${"[%22%22,{%22a%22:".repeat(500)}[%22%22,{}]${"}]".repeat(500)}`],
])("S22: a router's state of %s is taken away", (_, header) => {
  expect(mended("/s/1", { rsc: "1", "next-router-state-tree": header })).toEqual({ rsc: "1" });
});

test("S22: a call of the API gets nothing of Next's, however it is spelt", () => {
  const told = { rsc: "1", "next-router-state-tree": "x", "x-nextjs-data": "1", accept: "*/*" };
  expect(mended("/%61pi/agents", told)).toEqual({ accept: "*/*" });
});
