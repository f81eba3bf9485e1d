import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { giveUploadsTime } from "./upload-time.ts";

/**
 * Sends a body in two pieces with a pause between, to a server of such patience. Gives the status of the answer, or the
 * fault.
 */
async function slowUpload(pauseMs: number): Promise<number | string> {
  const server = createServer(
    { requestTimeout: 100, headersTimeout: 50, connectionsCheckingInterval: 20 },
    (asked, answer) => {
      asked
        .on("error", () => {})
        .resume()
        .on("end", () => answer.end());
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const sent = request({ port, host: "127.0.0.1", method: "POST" });
  const answered = new Promise<number | string>((resolve) => {
    sent.on("response", (response) => resolve(response.statusCode ?? 0));
    sent.on("error", (thrown) => resolve(thrown.message));
  });
  sent.write("a");
  await Promise.race([answered, sleep(pauseMs)]);
  sent.end("b");
  const status = await answered;
  server.close();
  return status;
}

test("an upload may take longer than Node's own five minutes for a request", async () => {
  expect(await slowUpload(400)).not.toBe(200);
  giveUploadsTime(5000);
  expect(await slowUpload(400)).toBe(200);
});
