import { afterAll, beforeAll, expect, test } from "vitest";
import { ORIGIN, openTestServer, type TestServer } from "../testing/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

/** A body without end, and how many bytes of it have been asked for. */
function endless() {
  const piece = new TextEncoder().encode("a=".padEnd(64 * 1024, "x"));
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      bytes += piece.length;
      controller.enqueue(piece);
    },
  });
  return { body, bytes: () => bytes };
}

test.each(["callback/credentials", "signin/credentials", "signout", "_log", "nothing/there"])(
  "S4: a body without end is refused at the limit by /api/auth/%s",
  async (path) => {
    const { body, bytes } = endless();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const init = { method: "POST", body, headers, duplex: "half" } as RequestInit; // the types lack `duplex`
    const response = await server.fetch(`${ORIGIN}/api/auth/${path}`, init);
    expect([response.status, await response.json()]).toEqual([
      413,
      { detail: "Request body too large: the limit is 64 KiB" },
    ]);
    expect(bytes()).toBeLessThan(1_000_000);
  },
);

test("S1: a switch that is off answers before anything is read", async () => {
  const { body, bytes } = endless();
  const init = { method: "POST", body, headers: { origin: "https://elsewhere.example" }, duplex: "half" };
  const response = await server.fetch(`${ORIGIN}/api/app/account`, init as RequestInit); // the types lack `duplex`
  expect([response.status, bytes()]).toEqual([403, expect.toSatisfy((read) => read <= 64 * 1024)]);
});
