import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { type Finding, fail, ok, warn } from "./finding.ts";

const LEAST_BYTES = 200e6;
const FEW_BYTES = 2e9;

/** Whether the data folder can be written, and how much room there is. It may be missing: then its parent counts. */
export function checkFolder(dataDir: string): Finding[] {
  const folder = nearest(dataDir);
  const fix = `Give it to the user that runs the server (in a container, number 1000), or set DATA_DIR to another folder.`;
  return [
    isWritable(folder) ? ok("data folder", dataDir) : fail("data folder", `${folder} cannot be written`, fix),
    checkSpace(folder),
  ];
}

/** How much room there is where a folder lies. */
function checkSpace(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const found = `${(free / 1e9).toFixed(1)} GB free`;
  if (free >= FEW_BYTES) return ok("disk", found);
  const fix = "Make room, or move DATA_DIR: a database that cannot write ends.";
  return free < LEAST_BYTES ? fail("disk", found, fix) : warn("disk", found, fix);
}

function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
