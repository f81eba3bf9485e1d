import { request as open } from "node:http";
import { connect } from "node:net";
import { expect, test } from "@playwright/test";
import { memoryOf } from "../scripts/attack/memory.ts";
import { type RunningServer, startServer } from "../scripts/server.ts";

// What a caller can send byte by byte, to the built server.

let server: RunningServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGKILL"));

const TARGETS = [
  "*",
  "/%61pi/agents",
  "/api%2fagents",
  "/%2561pi/agents",
  "/api%252fagents",
  "//api/agents",
  "/x/../api/agents",
  "/x/%2e%2e/api/agents",
  "/api\\agents",
  "/%5capi/agents",
  "/%00",
  "/api/%00",
  "/%",
  "/v1%2fchat",
  "/_next/%61pi",
  "/index",
  "/_error",
  "/500",
  "/API/agents",
  "/nothing",
];
const ROUTER = [
  "rsc: 1",
  "next-router-state-tree: x",
  "next-router-prefetch: 1",
  "next-url: [",
  "next-action: x",
  "x-middleware-subrequest: x",
  "x-matched-path: /%",
  "x-nextjs-data: 1",
];

/** The status line of what a server answers to a request as it is written here. */
function statusLine(line: string, headers: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1");
    let text = "";
    socket.on("data", (piece) => {
      text += piece;
    });
    socket.on("close", () => resolve(text.split("\r\n")[0] ?? ""));
    socket.on("error", reject);
    const lines = [`${line} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, "Connection: close", ...headers];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  });
}

for (const method of ["GET", "OPTIONS", "POST"]) {
  test(`S22: ${method} of no spelling of a path is a fault of the server, with Next's own headers or without`, async () => {
    const faults: unknown[] = [];
    for (const target of TARGETS) {
      for (const headers of [[], ROUTER]) {
        const line = await statusLine(`${method} ${target}`, headers);
        if (!/^HTTP\/1\.1 [234]\d\d /u.test(line)) faults.push([target, headers.length > 0, line]);
      }
    }
    expect(faults).toEqual([]);
  });
}

test("S4: 200 MB to the sign-in form are refused, and memory stays as it is", async () => {
  const piece = Buffer.from("a=".padEnd(1024 * 1024, "x"));
  const memory = memoryOf(server.process.pid ?? 0);
  const status = await new Promise<number>((resolve, reject) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const path = "/api/auth/callback/credentials";
    const outgoing = open({ host: "127.0.0.1", port: server.port, method: "POST", path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      outgoing.destroy();
    });
    outgoing.on("error", reject);
    let sent = 0;
    const write = (): void => {
      if (sent++ < 200) outgoing.write(piece, write);
      else outgoing.end();
    };
    write();
  });
  const { atStart, most } = memory.stop();
  expect([status, most - atStart < 100 * 1024 * 1024]).toEqual([413, true]);
});

test("S1: the worst address costs nobody anything, with sign-up on and off", async () => {
  const email = `a@${".a".repeat(120_000)},`;
  const headers = { "content-type": "application/json", origin: server.url };
  const body = JSON.stringify({ email, password: "a long password" });
  const startedAt = Date.now();
  const signUp = await fetch(`${server.url}/api/app/account`, { method: "POST", headers, body });
  const signIn = await fetch(`${server.url}/api/auth/callback/credentials`, {
    method: "POST",
    headers,
    body: JSON.stringify({ email: email.slice(0, 8000), password: "x", csrfToken: "x" }),
  });
  expect([signUp.status, signIn.status < 500]).toEqual([422, true]);
  // It took half a minute.
  expect(Date.now() - startedAt).toBeLessThan(5000);
});
