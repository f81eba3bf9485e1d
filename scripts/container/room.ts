import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

// What an engine for containers does, as far as Linux's own commands go: a root of its own, process numbers and a host
// name of its own. The network is this machine's.

const APART = ["--mount", "--uts", "--pid", "--fork", "--kill-child=KILL"];
/** What of this machine stands for the image that ours is made from. */
const SHARED = ["usr", "etc/ssl", "etc/alternatives"];

/** A root folder in which commands run. */
export type Room = { readonly folder: string };

export type RoomOptions = {
  /** The user, by number; root where it is absent. */
  readonly uid?: number;
  readonly hostname?: string;
  readonly workdir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Folders of this machine by the places where they are mounted, to be written. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** Whether nothing but the volumes and /tmp may be written. */
  readonly isReadOnly?: boolean;
};

/** Whether this machine lets us make rooms. */
export const hasRooms = (): boolean =>
  process.getuid?.() === 0 && spawnSync("unshare", [...APART, "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;

/** Makes an empty room with Node 24 and npm, and users as node's own image has them. */
export function openRoom(name: string): Room {
  const folder = mkdtempSync(join(tmpdir(), `parley-${name}-`));
  chmodSync(folder, 0o755);
  for (const path of ["app", "dev", "proc", "tmp", "root", "run", "var", "etc", "opt/node/bin", ...SHARED]) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  for (const path of ["bin", "sbin", "lib", "lib64"])
    if (existsSync(`/${path}`)) symlinkSync(`usr/${path}`, join(folder, path));
  cpSync(process.execPath, join(folder, "opt/node/bin/node"));
  const npm = realpathSync(spawnSync("which", ["npm"], { encoding: "utf8" }).stdout.trim());
  for (const command of ["npm", "npx"]) {
    const script = `#!/bin/sh\nexec /opt/node/bin/node ${join(dirname(npm), `${command}-cli.js`)} "$@"\n`;
    writeFileSync(join(folder, "opt/node/bin", command), script, { mode: 0o755 });
  }
  writeFileSync(join(folder, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n");
  writeFileSync(join(folder, "etc/group"), "root:x:0:\nnode:x:1000:\n");
  for (const file of ["resolv.conf", "hosts", "nsswitch.conf"]) {
    if (existsSync(`/etc/${file}`)) writeFileSync(join(folder, "etc", file), readFileSync(`/etc/${file}`));
  }
  return { folder };
}

/** The shell's part: `$1` is the folder, the rest the command. It ends as the command itself, process number 1. */
function scriptOf({ uid, hostname = "room", workdir, volumes = {}, isReadOnly = false }: RoomOptions): string {
  const user =
    uid === undefined ? "" : `setpriv --reuid=${uid} --regid=${uid} --clear-groups --no-new-privs --bounding-set=-all`;
  return [
    "set -eu",
    'R="$1"; shift',
    `hostname ${hostname}`,
    "mount --make-rprivate /",
    'mount --bind "$R" "$R"',
    ...SHARED.map((path) => `mount --bind -o ro /${path} "$R/${path}" && mount -o remount,bind,ro "$R/${path}"`),
    ...Object.entries(volumes).map(([place, folder]) => `mount --bind "${folder}" "$R${place}"`),
    'mount -t tmpfs -o mode=755 tmpfs "$R/dev"',
    'for D in null zero full random urandom; do touch "$R/dev/$D"; mount --bind /dev/$D "$R/dev/$D"; done',
    'ln -s /proc/self/fd "$R/dev/fd"',
    'mount -t proc proc "$R/proc"',
    'mount -t tmpfs -o mode=1777 tmpfs "$R/tmp"',
    ...(isReadOnly ? ['mount -o remount,bind,ro "$R"'] : []),
    `exec chroot "$R" ${user} /usr/bin/env --chdir=${workdir} "$@"`,
  ].join("\n");
}

const argumentsOf = (room: Room, options: RoomOptions, command: readonly string[]): string[] => [
  ...APART,
  "/bin/sh",
  "-c",
  scriptOf(options),
  "sh",
  room.folder,
  ...command,
];

const environmentOf = ({ environment }: RoomOptions) => {
  const variables: Record<string, string> = {
    PATH: "/opt/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/root",
    // Docker sets it; a server is not to take it for the address to listen at.
    HOSTNAME: "room",
    ...environment,
  };
  // Next's types want NODE_ENV in every environment; an image says it, or not.
  return variables as NodeJS.ProcessEnv;
};

/** Runs a command to its end, with its output here. Throws where it fails. */
export function runIn(room: Room, options: RoomOptions, command: readonly string[]): void {
  const { status } = spawnSync("unshare", argumentsOf(room, options, command), {
    env: environmentOf(options),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}`);
}

/** Runs a command to its end. Gives what it printed, and with which code it ended. */
export function outputIn(room: Room, options: RoomOptions, command: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("unshare", argumentsOf(room, options, command), {
    env: environmentOf(options),
    encoding: "utf8",
  });
  return { code: status, output: `${stdout}${stderr}` };
}

/** Starts a command. What it prints is on its pipes. */
export const startIn = (room: Room, options: RoomOptions, command: readonly string[]): ChildProcess =>
  spawn("unshare", argumentsOf(room, options, command), {
    env: environmentOf(options),
    stdio: ["ignore", "pipe", "pipe"],
  });

/**
 * Process number 1 of a room, by its number out here; null while there is none (proc(5),
 * /proc/<pid>/task/<tid>/children).
 */
export function firstOf({ pid }: ChildProcess): number | null {
  try {
    const child = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return child === "" ? null : Number(child);
  } catch {
    return null;
  }
}
