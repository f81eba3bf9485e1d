import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Says that what Next has built is no module of JavaScript, while ours are, as the project's package.json says. */
const KIND = "../package.json";

/**
 * Adds to the list of files that the middleware needs, which Next leaves in its output, the one that says of what kind
 * they are. Next leaves it out, and with the project's own package.json beside it the middleware would not load:
 * Vercel's builder adds the file for every other function itself. `output`: the folder of Next's output. Once is
 * enough.
 */
export function completeMiddlewareTrace(output: string): void {
  const file = join(output, "server/middleware.js.nft.json");
  const trace: { readonly files: string[]; readonly fileHashes?: string[] } = JSON.parse(readFileSync(file, "utf8"));
  if (trace.files.includes(KIND)) return;
  trace.files.push(KIND);
  // A list beside the first: of what each file holds.
  trace.fileHashes?.push(
    createHash("sha256")
      .update(readFileSync(join(output, "package.json")))
      .digest("hex"),
  );
  writeFileSync(file, JSON.stringify(trace));
}
