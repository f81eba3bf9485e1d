import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { z } from "zod";

/** What Next leaves beside each entry: the files that it needs, as paths from the list's own folder. */
const Trace = z.looseObject({
  files: z.array(z.string()),
  /** Of the same length. */
  fileHashes: z.array(z.string()).optional(),
  /** Which of the files are links, by their places in the list, and where these lead. */
  symlinks: z.array(z.tuple([z.number(), z.string()])).optional(),
});

export const isTrace = (file: string): boolean => file.endsWith(".nft.json");

/**
 * Changes the list of files in a trace: each gets the name that `renamed` gives, or goes where it gives null. What is
 * then there twice is listed once. The lists beside it stay in step.
 */
export function changeTrace(file: string, renamed: (path: string) => string | null): void {
  const trace = Trace.parse(JSON.parse(readFileSync(file, "utf8")));
  const places = new Map<string, number>();
  trace.files.forEach((path, at) => {
    const next = renamed(path);
    if (next !== null && !places.has(next)) places.set(next, at);
  });
  const [files, was] = [[...places.keys()], [...places.values()]];
  const now = new Map(was.map((old, at) => [old, at]));
  const hashes = trace.fileHashes;
  const links = trace.symlinks?.flatMap(([at, end]): [number, string][] => {
    const place = now.get(at);
    return place === undefined ? [] : [[place, end]];
  });
  const next = {
    ...trace,
    files,
    ...(hashes ? { fileHashes: was.map((at) => hashes[at] ?? "") } : {}),
    ...(links ? { symlinks: links } : {}),
  };
  writeFileSync(file, JSON.stringify(next));
}

/** Of the project's own files, what is read by its path at run time: all that a function may take along. */
const READ =
  /^(?:package\.json|lib\/templates\/(?:engine|functions|render-here|thread)\.ts|lib\/domain\/(?:errors|extraction|text)\.ts|lib\/ingest\/[\w-]+(?<!\.test)\.ts|prisma\/migrations\/.*)$/u;
/** Of Next's output: what it serves from, and no cache and no database. */
const BUILT = /^\.next\/(?:server\/|node_modules\/|[\w.-]+\.js(?:on)?$|BUILD_ID$)/u;
/**
 * Of packages, what nothing runs there: what converts and draws pictures, tests, and what only people and tools read.
 */
const UNREAD =
  /^node_modules\/(?:sharp\/|@img\/|@napi-rs\/|@electric-sql\/|prisma\/)|\/tests?\/|\.(?:md|map|markdown|d\.[cm]?ts|yml)$|\/LICENSE$/iu;

/**
 * Leaves in all traces of a build what functions run and read. Turbopack takes along whatever a path could lead to,
 * which with a path from a setting is the whole folder, a database and a key in it included. `root`: of the project;
 * `output`: the folder of Next's output in it.
 */
export function pruneTraces(root: string, output: string): void {
  const server = join(output, "server");
  const lists = readdirSync(server, { recursive: true, encoding: "utf8" }).filter(isTrace);
  for (const list of lists) {
    const file = join(server, list);
    changeTrace(file, (path) => (isNeeded(relative(root, resolve(dirname(file), path))) ? path : null));
  }
}

/** `path`: from the root of the project. */
export function isNeeded(path: string): boolean {
  if (path.startsWith(".next/")) return BUILT.test(path) && !path.endsWith(".map");
  if (path.startsWith("node_modules/")) return !UNREAD.test(path);
  return READ.test(path);
}
