import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { mendPaths, readableUrl } from "./request-path.ts";

test.each([
  ["/api/agents/%ff", "/api/agents/%25ff"],
  ["/api/agents/%c0%af", "/api/agents/%25c0%25af"],
  ["/api/agents/%ed%a0%80", "/api/agents/%25ed%25a0%2580"],
  ["/api/agents/%zz", "/api/agents/%25zz"],
  ["/api/agents/%", "/api/agents/%25"],
  ["/api/agents/%e", "/api/agents/%25e"],
  ["/api/agents/100%25%/x", "/api/agents/100%25%25/x"],
  ["/%ff/%c3%a9", "/%25ff/%c3%a9"],
  ["/api/agents/%ff?a=%ff&b=1", "/api/agents/%25ff?a=%ff&b=1"],
  ["*", "/*"],
  ["?a=1", "/?a=1"],
  ["", "/"],
  ["http://elsewhere.example/api/agents/%ff", "/api/agents/%25ff"],
  ["https://elsewhere.example", "/"],
])("C28: %s is read as %s", (target, read) => {
  expect(readableUrl(target)).toBe(read);
});

test.each([
  "/",
  "/api/agents/%00",
  "/api/agents/%25ff",
  "/api/agents/%2525ff",
  "/api/agents?name=%ff",
  "/api/agents/a%2Fb/%F0%9F%91%A9",
  "//twice/x",
  `/${"a".repeat(9000)}`,
])("%s stays as it is", (target) => {
  expect(readableUrl(target)).toBe(target);
});

test("C28: a server sees only paths that can be decoded", async () => {
  mendPaths();
  const server = createServer((asked, response) => response.end(asked.url));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const seen = await new Promise<string>((resolve) => {
    request({ port, host: "127.0.0.1", path: "/v1/bots/%ff" }, async (response) => {
      let text = "";
      for await (const part of response) text += part;
      resolve(text);
    }).end();
  });
  expect(seen).toBe("/v1/bots/%25ff");
  server.close();
});
