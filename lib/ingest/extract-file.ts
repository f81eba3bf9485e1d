import type { ExtractFile } from "../domain/extraction.ts";
import { type Log, readBy } from "./reader.ts";

/**
 * Reads documents, each in a process of its own that sees no settings, writes nothing, and is ended when it takes more
 * than 260 MB, 60 s of the processor, or when `signal` is aborted. `root`: the folder of package.json.
 */
export function openExtraction(root: string, log: Log): ExtractFile {
  return async function* extractFile(file, signal) {
    for await (const said of readBy(root, file, log, signal)) if (said.type !== "picture") yield said;
  };
}
