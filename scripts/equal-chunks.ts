import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { changeTrace, isTrace } from "./traces.ts";

const MAP = /\n\/\/# sourceMappingURL=[^\n]*\s*$/u;
/** A chunk's name as it stands in code and lists, behind its folder. */
const NAME = /(?<=chunks\/(?:ssr\/)?)[^"'`/\\\s]{1,250}?\.js(?=["'`]|$)/gu;
/** Chunks name chunks: those that have become equal by this are found in the next round. */
const MOST_ROUNDS = 10;

/**
 * Leaves one of each group of chunks of the server that hold the same, and names that one wherever another was named.
 * `output`: the folder of Next's output. Gives how many files and bytes went. Once is enough.
 *
 * Turbopack writes what several routes have in common once for each of them, under names of their own: as many files on
 * the disk and in a function, and as many times parsed and held in memory. A chunk is a list of modules by their
 * numbers, and which file a module came from is nothing to it.
 */
export function joinEqualChunks(output: string): { readonly files: number; readonly bytes: number } {
  const server = join(output, "server");
  const went = { files: 0, bytes: 0 };
  if (!existsSync(join(server, "chunks"))) return went;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const kept = equals(join(server, "chunks"));
    if (kept.size === 0) break;
    for (const file of filesOf(server, /\.(?:js|json)$/u)) rename(file, kept);
    for (const path of filesOf(join(server, "chunks"), /\.js$/u)) {
      if (!kept.has(basename(path))) continue;
      went.files++;
      went.bytes += readFileSync(path).length;
      rmSync(path);
      rmSync(`${path}.map`, { force: true });
    }
  }
  return went;
}

/** Of chunks of one folder that hold the same, the name of each that goes, with the name of the one that stays. */
function equals(chunks: string): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  const kept = new Map<string, string>();
  const names = new Map<string, number>();
  const files = filesOf(chunks, /\.js$/u);
  for (const file of files) names.set(basename(file), (names.get(basename(file)) ?? 0) + 1);
  for (const file of files) {
    const name = basename(file);
    // Two of one name in two folders could not be told apart where they are named; the runtime is named otherwise.
    if (names.get(name) !== 1 || name.includes("runtime")) continue;
    const what = `${dirname(file)}\0${readFileSync(file, "utf8").replace(MAP, "")}`;
    const one = first.get(what);
    if (one === undefined) first.set(what, name);
    else kept.set(name, one);
  }
  return kept;
}

function rename(file: string, kept: ReadonlyMap<string, string>): void {
  const renamed = (text: string): string => text.replaceAll(NAME, (name) => kept.get(name) ?? name);
  if (isTrace(file)) {
    changeTrace(file, renamed);
    return;
  }
  const text = readFileSync(file, "utf8");
  const next = renamed(text);
  if (next !== text) writeFileSync(file, next);
}

/** Sorted, so that equal builds stay equal. */
function filesOf(folder: string, wanted: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
