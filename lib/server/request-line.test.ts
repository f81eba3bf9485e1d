import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { inLine, lineUpRequests } from "./request-line.ts";

const BEGUN = [{}, {}] as unknown as Parameters<ReturnType<typeof inLine>>; // nobody looks into them

test("requests that come at once begin in their order, and other work goes on in between", async () => {
  const seen: string[] = [];
  const listener = inLine((request) => seen.push(String(request.url)));
  for (let n = 0; n < 20; n++) listener({ ...BEGUN[0], url: String(n) } as never, BEGUN[1]);
  expect(seen).toEqual([]);
  const counts: number[] = [];
  while (seen.length < 20) {
    await new Promise((resolve) => setImmediate(resolve));
    counts.push(seen.length);
  }
  expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
  expect(counts.length).toBeGreaterThan(1);
});

test("a server answers every request once, the first too", async () => {
  lineUpRequests();
  let count = 0;
  const server = createServer((request, response) => response.end(`${++count} ${request.url}`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) => {
      get({ port, path, host: "127.0.0.1" }, async (response) => {
        let text = "";
        for await (const part of response) text += part;
        resolve(text.split(" ")[1] ?? "");
      }).on("error", reject);
    });
  const paths = Array.from({ length: 50 }, (_, n) => `/${n}`);
  expect(await Promise.all(paths.map(ask))).toEqual(paths);
  expect(count).toBe(50);
  server.close();
});
