import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes a folder for all temporary files of this process and of those that it starts, and gives its path. It goes, with
 * whatever is in it, when this process ends.
 */
export function keepTemporaryFiles(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `parley-${name}-`));
  // A PostgreSQL server that root starts runs as a user of its own, who has to find its folder in here.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
