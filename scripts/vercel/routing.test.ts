import { expect, test } from "vitest";
import type { OutputConfig } from "./output.ts";
import { type Asked, routed } from "./routing.ts";

const CONFIG: OutputConfig = {
  routes: [
    { src: "^/old$", headers: { Location: "/new" }, status: 308 },
    { src: "^/.*$", headers: { "x-one": "$0" }, continue: true },
    { src: "^/guarded.*$", middlewarePath: "middleware", continue: true },
    { src: "^/parts$", has: [{ type: "header", key: "rsc", value: "1" }], dest: "/parts.rsc", continue: true },
    { handle: "filesystem" },
    { handle: "rewrite" },
    { src: "^/s/(?<nxtPid>[^/]+?)$", dest: "/s/[id]?nxtPid=$nxtPid" },
    { src: "^/api/(.+?)$", dest: "/api/[...rest]?rest=$1" },
    { handle: "error" },
    { src: "^/.*$", dest: "/_not-found", status: 404 },
  ],
};
const FOUND = new Set(["/index", "/new", "/s/[id]", "/api/[...rest]", "/parts", "/parts.rsc", "/guarded", "/file.svg"]);

const route = (path: string, headers: Asked["headers"] = {}, lets = true) =>
  routed(
    CONFIG,
    { method: "GET", url: new URL(path, "http://edge.test"), headers },
    (name) => FOUND.has(name),
    async () => (lets ? { ...headers, "x-nonce": "n" } : null),
  );

test.each([
  ["/", "/index", ""],
  ["/file.svg", "/file.svg", ""],
  ["/parts", "/parts", ""],
  ["/s/abc", "/s/[id]", "nxtPid=abc"],
  ["/api/a/b", "/api/[...rest]", "rest=a%2Fb"],
])("%s goes to %s", async (path, target, query) => {
  const found = await route(path);
  expect([found?.path, found?.query.toString(), found?.status]).toEqual([target, query, null]);
  expect(found?.headers).toEqual({ "x-one": path });
});

test("a condition on a header, a redirect and a path that nobody has", async () => {
  expect((await route("/parts", { rsc: "1" }))?.path).toBe("/parts.rsc");
  expect(await route("/old")).toMatchObject({ path: null, status: 308, headers: { location: "/new" } });
  expect(await route("/none")).toMatchObject({ path: "/_not-found", status: 404 });
});

test("the middleware changes a request or answers it", async () => {
  expect((await route("/guarded"))?.request).toEqual({ "x-nonce": "n" });
  expect(await route("/guarded", {}, false)).toBeNull();
});
