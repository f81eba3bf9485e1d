import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, posix } from "node:path";
import { copyOf, environmentOf, type Instruction, type Stage, stagesOf } from "./dockerfile.ts";
import { ignoredBy } from "./ignore.ts";
import { openRoom, type Room, runIn } from "./room.ts";

export type Image = { readonly room: Room; readonly stage: Stage };

/** What an image must never hold: each stands in a file that lies about where an image is made. */
export const CANARIES = {
  ".env": "PARLEY_API_KEY=canary-of-the-settings-file-1\nOPENAI_API_KEY=canary-of-the-settings-file-2\n",
  ".env.production": "NEXTAUTH_SECRET=canary-of-the-settings-file-3\n",
  ".env.local": "NEXTAUTH_SECRET=canary-of-the-settings-file-4\n",
  "data/api-key": "canary-of-the-data-folder-1\n",
  "data/secret": "canary-of-the-data-folder-2\n",
};

/** What `npm ci` needs of this machine to find packages. */
const PASSED = ["npm_config_registry", "NODE_EXTRA_CA_CERTS", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

/**
 * Does what the Dockerfile of `root` says, stage by stage, each in a room of its own; gives the last one. With
 * `modules`, a folder of installed packages, nothing is installed.
 */
export function buildImage(root: string, modules: string | null): Image {
  const context = contextOf(root);
  const isIgnored = ignoredBy(readFileSync(join(root, ".dockerignore"), "utf8"));
  const stages = stagesOf(readFileSync(join(root, "Dockerfile"), "utf8"));
  const rooms = new Map<string, Room>();
  for (const stage of stages) {
    const room = openRoom(`stage-${stage.name}`);
    rooms.set(stage.name, room);
    const state: State = { room, modules, workdir: "/", environment: environmentOf(stage), rooms, context, isIgnored };
    for (const instruction of stage.instructions) obey(instruction, state);
  }
  const stage = stages.at(-1);
  const room = stage && rooms.get(stage.name);
  if (!room) throw new Error("The Dockerfile has no stage");
  return { room, stage };
}

type State = {
  readonly room: Room;
  readonly modules: string | null;
  workdir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly rooms: ReadonlyMap<string, Room>;
  readonly context: string;
  readonly isIgnored: (path: string) => boolean;
};

function obey({ name, text }: Instruction, state: State): void {
  if (name === "WORKDIR") {
    state.workdir = text;
    mkdirSync(join(state.room.folder, text), { recursive: true });
  }
  if (name === "COPY") copy(text, state);
  if (name === "RUN") run(text, state);
}

function run(text: string, { room, modules, workdir, environment }: State): void {
  console.log(`RUN ${text}`);
  const startedAt = Date.now();
  const passed = Object.fromEntries(PASSED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  const options = { workdir, environment: { ...passed, ...environment } };
  if (modules === null || workdir !== "/app") runIn(room, options, ["/bin/sh", "-c", text]);
  else {
    mkdirSync(join(room.folder, workdir, "node_modules"), { recursive: true });
    const volumes = { [`${workdir}/node_modules`]: modules };
    // What is left of installing are the scripts after it.
    runIn(room, { ...options, volumes }, ["/bin/sh", "-c", text === "npm ci" ? "node scripts/generate.ts" : text]);
  }
  console.log(`  took ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

/**
 * As COPY does: the contents of a folder, or files; into a folder where the target ends with a slash or there are
 * several.
 */
function copy(text: string, { room, workdir, rooms, context, isIgnored }: State): void {
  const { from, sources, target } = copyOf(text);
  const origin = from === null ? context : rooms.get(from)?.folder;
  if (origin === undefined) throw new Error(`There is no stage ${from}`);
  const place = join(room.folder, posix.resolve(workdir, target));
  for (const source of sources) {
    const path = join(origin, source);
    const isFolder = statSync(path).isDirectory();
    const into = !isFolder && (target.endsWith("/") || sources.length > 1) ? join(place, basename(source)) : place;
    mkdirSync(dirname(into), { recursive: true });
    const isWanted = (one: string) => from !== null || one === context || !isIgnored(one.slice(context.length + 1));
    cpSync(path, into, { recursive: true, verbatimSymlinks: true, filter: isWanted });
  }
}

/** What a build of this machine may take from: the files of the work tree, and secrets beside them. */
function contextOf(root: string): string {
  const context = mkdtempSync(join(tmpdir(), "parley-context-"));
  const { stdout } = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const paths = stdout.split("\0").filter((path) => path !== "");
  if (paths.length === 0) throw new Error("git knows no files here");
  for (const path of paths) cpSync(join(root, path), join(context, path), { recursive: true });
  for (const [path, text] of Object.entries(CANARIES)) {
    mkdirSync(dirname(join(context, path)), { recursive: true });
    writeFileSync(join(context, path), text);
  }
  return context;
}

/** All files below a folder, as paths from it, with their sizes in bytes. */
export function filesOf(folder: string): { readonly path: string; readonly bytes: number; readonly mode: number }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const whole = join(entry.parentPath, entry.name);
      const { size, mode } = statSync(whole);
      return { path: whole.slice(folder.length + 1), bytes: size, mode };
    });
}
