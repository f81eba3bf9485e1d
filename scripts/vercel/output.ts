import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { z } from "zod";

// What `vercel build` leaves in .vercel/output (Build Output API, version 3).

/** What says how a function is run: its .vc-config.json. */
const FunctionConfig = z.object({
  handler: z.string(),
  runtime: z.string(),
  maxDuration: z.number().optional(),
  supportsCancellation: z.boolean().optional(),
  supportsResponseStreaming: z.boolean().optional(),
  /** Files that are not in its folder: where each lies there, and where it comes from. */
  filePathMap: z.record(z.string(), z.string()).optional(),
});

export type BuiltFunction = {
  /** The folder it was built into. */
  readonly folder: string;
  readonly config: z.infer<typeof FunctionConfig>;
  /** The paths that it answers, as routes name them. */
  readonly paths: readonly string[];
};

const Condition = z.object({ type: z.string(), key: z.string().optional(), value: z.unknown().optional() });
export const Route = z.object({
  handle: z.string().optional(),
  src: z.string().optional(),
  dest: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  methods: z.array(z.string()).optional(),
  continue: z.boolean().optional(),
  check: z.boolean().optional(),
  status: z.number().optional(),
  has: z.array(Condition).optional(),
  missing: z.array(Condition).optional(),
  middlewarePath: z.string().optional(),
});
export type Route = z.infer<typeof Route>;

const Config = z.object({
  routes: z.array(Route),
  crons: z.array(z.object({ path: z.string(), schedule: z.string() })).optional(),
});
export type OutputConfig = z.infer<typeof Config>;

export const readConfig = (output: string): OutputConfig =>
  Config.parse(JSON.parse(readFileSync(join(output, "config.json"), "utf8")));

/** The functions of a build. A folder that is a link to another is one more path of that function. */
export function readFunctions(output: string): BuiltFunction[] {
  const root = join(output, "functions");
  const paths = new Map<string, string[]>();
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const folder = join(root, name);
    if (!name.endsWith(".func") || !existsSync(join(folder, ".vc-config.json"))) continue;
    const real = lstatSync(folder).isSymbolicLink() ? linkEnd(folder) : folder;
    paths.set(real, [...(paths.get(real) ?? []), `/${name.slice(0, -".func".length)}`]);
  }
  return [...paths].map(([folder, answered]) => ({
    folder,
    paths: answered,
    config: FunctionConfig.parse(JSON.parse(readFileSync(join(folder, ".vc-config.json"), "utf8"))),
  }));
}

const linkEnd = (path: string): string => join(dirname(path), relativeEnd(path));

function relativeEnd(path: string): string {
  const { readlinkSync } = process.getBuiltinModule("node:fs");
  return readlinkSync(path);
}

/** Lays a function out in a folder, as it lies on the platform. Gives its size in bytes. `root`: of the project. */
export function layOut({ folder, config }: BuiltFunction, root: string, to: string): number {
  rmSync(to, { recursive: true, force: true });
  cpSync(folder, to, { recursive: true, verbatimSymlinks: true });
  for (const [place, source] of Object.entries(config.filePathMap ?? {})) {
    const target = join(to, place);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, source), target, { recursive: true, verbatimSymlinks: true });
  }
  return sizeOf(to);
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile())
    .reduce((sum, path) => sum + statSync(path).size, 0);
}

/** The files of a folder, by their paths in it. */
export const filesOf = (folder: string): ReadonlySet<string> =>
  new Set(
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => relative(folder, join(folder, name))),
  );
