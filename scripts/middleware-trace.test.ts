import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { completeMiddlewareTrace } from "./middleware-trace.ts";

test("the middleware's files come with what says of what kind they are, once, and the lists stay side by side", () => {
  const output = mkdtempSync(join(tmpdir(), "parley-trace-"));
  const file = join(output, "server/middleware.js.nft.json");
  mkdirSync(join(output, "server"));
  writeFileSync(join(output, "package.json"), '{"type": "commonjs"}');
  writeFileSync(file, JSON.stringify({ version: 1, files: ["chunks/a.js"], fileHashes: ["aa"] }));
  for (let n = 0; n < 2; n++) {
    completeMiddlewareTrace(output);
    const trace = JSON.parse(readFileSync(file, "utf8"));
    expect(trace.files).toEqual(["chunks/a.js", "../package.json"]);
    expect(trace.fileHashes).toEqual(["aa", expect.any(String)]);
    expect(trace.version).toBe(1);
  }
});
