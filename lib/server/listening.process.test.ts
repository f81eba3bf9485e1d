import { Agent, createServer, get } from "node:http";
import { expect, test } from "vitest";
import { noteServers, stopListening } from "./listening.ts";

noteServers();

test("a server that stops answers what is under way, and takes nothing new, by old connections neither", async () => {
  const answering: (() => void)[] = [];
  const server = createServer((request, response) => {
    const answer = () => response.end("answered");
    if (request.url === "/slow") answering.push(answer);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const other = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path: string, by: Agent) =>
    new Promise<string>((resolve) => {
      get({ port, host: "127.0.0.1", path, agent: by }, (response) => {
        response.resume().once("end", () => resolve("answered"));
      }).once("error", (thrown) => resolve("code" in thrown ? String(thrown.code) : "error"));
    });

  expect(await ask("/", other)).toBe("answered");
  const slow = ask("/slow", agent);
  while (answering.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const stopping = stopListening(10_000);
  // A request by an old connection meets its end.
  expect(await ask("/", other)).toMatch(/^ECONNRE(?:SET|FUSED)$/u);
  expect(await ask("/", new Agent())).toBe("ECONNREFUSED");
  answering[0]?.();
  expect(await slow).toBe("answered");
  await stopping;
  expect(await ask("/", agent)).toMatch(/^ECONNRE(?:SET|FUSED)$/u);
  expect(server.listening).toBe(false);
});
